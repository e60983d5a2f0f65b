CREATE TABLE "limit_counters" (
	"scope" text NOT NULL,
	"scope_id" text NOT NULL,
	"window" text NOT NULL,
	"window_start" timestamp with time zone NOT NULL,
	"used_utok" bigint NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "limit_counters_scope_scope_id_window_window_start_pk" PRIMARY KEY("scope","scope_id","window","window_start"),
	CONSTRAINT "limit_counters_used" CHECK ("limit_counters"."used_utok" >= 0)
);
--> statement-breakpoint
CREATE TABLE "spend_limits" (
	"scope" text NOT NULL,
	"scope_id" text NOT NULL,
	"window" text NOT NULL,
	"limit_utok" bigint NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "spend_limits_scope_scope_id_window_pk" PRIMARY KEY("scope","scope_id","window"),
	CONSTRAINT "spend_limits_scope" CHECK ("spend_limits"."scope" in ('user', 'key', 'client')),
	CONSTRAINT "spend_limits_window" CHECK ("spend_limits"."window" in ('day', 'month')),
	CONSTRAINT "spend_limits_amount" CHECK ("spend_limits"."limit_utok" >= 0)
);
