CREATE TABLE "cost_multipliers" (
	"id" uuid PRIMARY KEY NOT NULL,
	"track" text,
	"client_id" uuid,
	"tariff_id" uuid,
	"multiplier" numeric(10, 4) NOT NULL,
	"valid_from" timestamp with time zone NOT NULL,
	"valid_until" timestamp with time zone,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "cost_multipliers_value" CHECK ("cost_multipliers"."multiplier" >= 0),
	CONSTRAINT "cost_multipliers_term" CHECK ("cost_multipliers"."valid_until" is null or "cost_multipliers"."valid_until" > "cost_multipliers"."valid_from")
);
--> statement-breakpoint
CREATE TABLE "cost_rates" (
	"currency" text NOT NULL,
	"rub_per_unit" numeric(20, 10) NOT NULL,
	"valid_from" timestamp with time zone NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "cost_rates_currency_valid_from_pk" PRIMARY KEY("currency","valid_from"),
	CONSTRAINT "cost_rates_value" CHECK ("cost_rates"."rub_per_unit" > 0)
);
--> statement-breakpoint
CREATE TABLE "track_jobs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"key" text NOT NULL,
	"client_id" uuid NOT NULL,
	"user_id" bigint NOT NULL,
	"source" text NOT NULL,
	"track" text NOT NULL,
	"task_ref" text NOT NULL,
	"hold_id" uuid,
	"state" text NOT NULL,
	"reported_cost" numeric(20, 10) DEFAULT '0' NOT NULL,
	"currency" text NOT NULL,
	"charged_utok" bigint DEFAULT 0 NOT NULL,
	"last_seen_at" timestamp with time zone NOT NULL,
	"settled_at" timestamp with time zone,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "track_jobs_key_unique" UNIQUE("key"),
	CONSTRAINT "track_jobs_state" CHECK ("track_jobs"."state" in ('open', 'settled', 'missing')),
	CONSTRAINT "track_jobs_amounts" CHECK ("track_jobs"."reported_cost" >= 0 and "track_jobs"."charged_utok" >= 0)
);
--> statement-breakpoint
CREATE TABLE "attempts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"key" text NOT NULL,
	"user_id" bigint NOT NULL,
	"purpose" text NOT NULL,
	"invoice_id" uuid,
	"subscription_id" uuid,
	"period_n" integer,
	"driver" text NOT NULL,
	"provider" text,
	"method_id" uuid,
	"amount_minor" bigint,
	"currency" text,
	"amount_utok" bigint,
	"state" text NOT NULL,
	"decline_code" text,
	"provider_ref" text,
	"as_of" timestamp with time zone NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "attempts_key_unique" UNIQUE("key"),
	CONSTRAINT "attempts_state" CHECK ("attempts"."state" in ('created', 'sent', 'unknown', 'succeeded', 'failed_soft', 'failed_hard', 'void')),
	CONSTRAINT "attempts_driver" CHECK ("attempts"."driver" in ('wallet', 'saved_method', 'stars')),
	CONSTRAINT "attempts_purpose" CHECK ("attempts"."purpose" in ('renewal', 'auto_topup'))
);
--> statement-breakpoint
CREATE TABLE "auto_topups" (
	"user_id" bigint PRIMARY KEY NOT NULL,
	"method_id" uuid NOT NULL,
	"consent_id" uuid NOT NULL,
	"threshold_utok" bigint NOT NULL,
	"target_utok" bigint NOT NULL,
	"currency" text NOT NULL,
	"daily_cap_minor" bigint NOT NULL,
	"weekly_cap_minor" bigint,
	"is_active" boolean DEFAULT true NOT NULL,
	"deferred_until" timestamp with time zone,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "auto_topups_amounts" CHECK ("auto_topups"."threshold_utok" >= 0 and "auto_topups"."target_utok" > "auto_topups"."threshold_utok" and "auto_topups"."daily_cap_minor" > 0)
);
--> statement-breakpoint
ALTER TABLE "charges" ADD COLUMN "key_id" uuid;--> statement-breakpoint
ALTER TABLE "holds" ADD COLUMN "client_id" uuid;--> statement-breakpoint
ALTER TABLE "holds" ADD COLUMN "key_id" uuid;--> statement-breakpoint
ALTER TABLE "holds" ADD COLUMN "track" text;--> statement-breakpoint
ALTER TABLE "holds" ADD COLUMN "as_of" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "usage_events" ADD COLUMN "client_id" uuid;--> statement-breakpoint
ALTER TABLE "usage_events" ADD COLUMN "model" text;--> statement-breakpoint
ALTER TABLE "usage_events" ADD COLUMN "job_id" uuid;--> statement-breakpoint
ALTER TABLE "usage_events" ADD COLUMN "body_hash" "bytea";--> statement-breakpoint
ALTER TABLE "usage_events" ADD COLUMN "is_overstated" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "cost_multipliers" ADD CONSTRAINT "cost_multipliers_client_id_api_clients_id_fk" FOREIGN KEY ("client_id") REFERENCES "public"."api_clients"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "cost_multipliers" ADD CONSTRAINT "cost_multipliers_tariff_id_tariffs_id_fk" FOREIGN KEY ("tariff_id") REFERENCES "public"."tariffs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "track_jobs" ADD CONSTRAINT "track_jobs_client_id_api_clients_id_fk" FOREIGN KEY ("client_id") REFERENCES "public"."api_clients"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "track_jobs" ADD CONSTRAINT "track_jobs_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "track_jobs" ADD CONSTRAINT "track_jobs_hold_id_holds_id_fk" FOREIGN KEY ("hold_id") REFERENCES "public"."holds"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "attempts" ADD CONSTRAINT "attempts_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "attempts" ADD CONSTRAINT "attempts_invoice_id_invoices_id_fk" FOREIGN KEY ("invoice_id") REFERENCES "public"."invoices"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "attempts" ADD CONSTRAINT "attempts_subscription_id_subscriptions_id_fk" FOREIGN KEY ("subscription_id") REFERENCES "public"."subscriptions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "attempts" ADD CONSTRAINT "attempts_method_id_payment_methods_id_fk" FOREIGN KEY ("method_id") REFERENCES "public"."payment_methods"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "auto_topups" ADD CONSTRAINT "auto_topups_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "auto_topups" ADD CONSTRAINT "auto_topups_method_id_payment_methods_id_fk" FOREIGN KEY ("method_id") REFERENCES "public"."payment_methods"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "auto_topups" ADD CONSTRAINT "auto_topups_consent_id_consents_id_fk" FOREIGN KEY ("consent_id") REFERENCES "public"."consents"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "cost_multipliers_by_track" ON "cost_multipliers" USING btree ("track","valid_from");--> statement-breakpoint
CREATE UNIQUE INDEX "attempts_one_live_a_period" ON "attempts" USING btree ("subscription_id","period_n") WHERE "attempts"."state" in ('created', 'sent', 'unknown');--> statement-breakpoint
CREATE UNIQUE INDEX "attempts_one_live_topup" ON "attempts" USING btree ("user_id") WHERE "attempts"."purpose" = 'auto_topup' and "attempts"."state" in ('created', 'sent', 'unknown');--> statement-breakpoint
CREATE INDEX "attempts_by_user" ON "attempts" USING btree ("user_id","as_of");--> statement-breakpoint
ALTER TABLE "charges" ADD CONSTRAINT "charges_key_id_api_keys_id_fk" FOREIGN KEY ("key_id") REFERENCES "public"."api_keys"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "holds" ADD CONSTRAINT "holds_client_id_api_clients_id_fk" FOREIGN KEY ("client_id") REFERENCES "public"."api_clients"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "holds" ADD CONSTRAINT "holds_key_id_api_keys_id_fk" FOREIGN KEY ("key_id") REFERENCES "public"."api_keys"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "usage_events" ADD CONSTRAINT "usage_events_client_id_api_clients_id_fk" FOREIGN KEY ("client_id") REFERENCES "public"."api_clients"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "usage_events" ADD CONSTRAINT "usage_events_job_id_track_jobs_id_fk" FOREIGN KEY ("job_id") REFERENCES "public"."track_jobs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "charges_by_time" ON "charges" USING btree ("as_of");--> statement-breakpoint
CREATE INDEX "usage_events_by_job" ON "usage_events" USING btree ("job_id");--> statement-breakpoint
CREATE INDEX "usage_events_by_time" ON "usage_events" USING btree ("occurred_at");