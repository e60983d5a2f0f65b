CREATE TABLE "operations" (
	"id" text PRIMARY KEY NOT NULL,
	"action" text NOT NULL,
	"operator" bigint NOT NULL,
	"answer" jsonb,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL
);
