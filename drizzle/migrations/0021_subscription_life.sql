CREATE TABLE "subscription_pauses" (
	"id" uuid PRIMARY KEY NOT NULL,
	"key" text NOT NULL,
	"subscription_id" uuid NOT NULL,
	"user_id" bigint NOT NULL,
	"begins_at" timestamp with time zone NOT NULL,
	"until" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "subscription_pauses_key_unique" UNIQUE("key"),
	CONSTRAINT "subscription_pauses_order" CHECK ("subscription_pauses"."begins_at" < "subscription_pauses"."until")
);
--> statement-breakpoint
CREATE TABLE "subscription_steps" (
	"subscription_id" uuid NOT NULL,
	"period_n" integer NOT NULL,
	"name" text NOT NULL,
	"outcome" text NOT NULL,
	"as_of" timestamp with time zone NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "subscription_steps_subscription_id_period_n_name_pk" PRIMARY KEY("subscription_id","period_n","name")
);
--> statement-breakpoint
ALTER TABLE "subscriptions" ADD COLUMN "consent_id" uuid;--> statement-breakpoint
ALTER TABLE "subscriptions" ADD COLUMN "retry_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "subscriptions" ADD COLUMN "pause_days" integer;--> statement-breakpoint
ALTER TABLE "subscriptions" ADD COLUMN "is_muted" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "attempts" ADD COLUMN "questions" smallint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "attempts" ADD COLUMN "touched_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "subscription_pauses" ADD CONSTRAINT "subscription_pauses_subscription_id_subscriptions_id_fk" FOREIGN KEY ("subscription_id") REFERENCES "public"."subscriptions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "subscription_pauses" ADD CONSTRAINT "subscription_pauses_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "subscription_steps" ADD CONSTRAINT "subscription_steps_subscription_id_subscriptions_id_fk" FOREIGN KEY ("subscription_id") REFERENCES "public"."subscriptions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "subscription_pauses_one_open" ON "subscription_pauses" USING btree ("subscription_id") WHERE "subscription_pauses"."ended_at" is null;--> statement-breakpoint
CREATE INDEX "subscription_pauses_by_user" ON "subscription_pauses" USING btree ("user_id","begins_at");--> statement-breakpoint
ALTER TABLE "subscriptions" ADD CONSTRAINT "subscriptions_consent_id_consents_id_fk" FOREIGN KEY ("consent_id") REFERENCES "public"."consents"("id") ON DELETE no action ON UPDATE no action;