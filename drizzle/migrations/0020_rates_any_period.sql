ALTER TABLE "rate_counters" ADD COLUMN "most" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "rate_counters" ADD COLUMN "instants" timestamp with time zone[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "rate_counters" ADD COLUMN "granted" integer[] DEFAULT '{}' NOT NULL;