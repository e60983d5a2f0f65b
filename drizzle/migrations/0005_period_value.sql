ALTER TABLE "subscription_periods" ADD COLUMN "value_minor" bigint;--> statement-breakpoint
ALTER TABLE "subscription_periods" ADD COLUMN "value_currency" text;--> statement-breakpoint
ALTER TABLE "subscription_periods" ADD COLUMN "valued_from" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "subscription_periods" ADD COLUMN "plan_tokens_utok" bigint DEFAULT 0 NOT NULL;