CREATE TABLE "price_changes" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tariff_id" uuid NOT NULL,
	"tariff_version_id" uuid NOT NULL,
	"created_by" bigint NOT NULL,
	"state" text DEFAULT 'running' NOT NULL,
	"total" integer NOT NULL,
	"offered" integer DEFAULT 0 NOT NULL,
	"after_subscription_id" uuid,
	"closes_at" timestamp with time zone NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "price_changes_state" CHECK ("price_changes"."state" in ('running', 'offered', 'over', 'withdrawn', 'replaced'))
);
--> statement-breakpoint
CREATE TABLE "price_offers" (
	"id" uuid PRIMARY KEY NOT NULL,
	"price_change_id" uuid NOT NULL,
	"subscription_id" uuid NOT NULL,
	"user_id" bigint NOT NULL,
	"from_version_id" uuid NOT NULL,
	"tariff_version_id" uuid NOT NULL,
	"shown" jsonb NOT NULL,
	"holds_from" timestamp with time zone,
	"offered_at" timestamp with time zone NOT NULL,
	"closes_at" timestamp with time zone NOT NULL,
	"state" text DEFAULT 'open' NOT NULL,
	"answered_at" timestamp with time zone,
	"consent_id" uuid,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "price_offers_state" CHECK ("price_offers"."state" in ('open', 'accepted', 'kept', 'lapsed', 'withdrawn', 'replaced'))
);
--> statement-breakpoint
ALTER TABLE "consents" DROP CONSTRAINT "consents_kind";--> statement-breakpoint
ALTER TABLE "consents" ADD COLUMN "shown" jsonb;--> statement-breakpoint
ALTER TABLE "price_changes" ADD CONSTRAINT "price_changes_tariff_id_tariffs_id_fk" FOREIGN KEY ("tariff_id") REFERENCES "public"."tariffs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "price_changes" ADD CONSTRAINT "price_changes_tariff_version_id_tariff_versions_id_fk" FOREIGN KEY ("tariff_version_id") REFERENCES "public"."tariff_versions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "price_offers" ADD CONSTRAINT "price_offers_price_change_id_price_changes_id_fk" FOREIGN KEY ("price_change_id") REFERENCES "public"."price_changes"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "price_offers" ADD CONSTRAINT "price_offers_subscription_id_subscriptions_id_fk" FOREIGN KEY ("subscription_id") REFERENCES "public"."subscriptions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "price_offers" ADD CONSTRAINT "price_offers_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "price_offers" ADD CONSTRAINT "price_offers_from_version_id_tariff_versions_id_fk" FOREIGN KEY ("from_version_id") REFERENCES "public"."tariff_versions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "price_offers" ADD CONSTRAINT "price_offers_tariff_version_id_tariff_versions_id_fk" FOREIGN KEY ("tariff_version_id") REFERENCES "public"."tariff_versions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "price_offers" ADD CONSTRAINT "price_offers_consent_id_consents_id_fk" FOREIGN KEY ("consent_id") REFERENCES "public"."consents"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "price_changes_one_running" ON "price_changes" USING btree ("tariff_id") WHERE "price_changes"."state" = 'running';--> statement-breakpoint
CREATE UNIQUE INDEX "price_offers_once" ON "price_offers" USING btree ("subscription_id","tariff_version_id");--> statement-breakpoint
CREATE INDEX "price_offers_by_change" ON "price_offers" USING btree ("price_change_id","state");--> statement-breakpoint
CREATE INDEX "price_offers_by_user" ON "price_offers" USING btree ("user_id");--> statement-breakpoint
ALTER TABLE "consents" ADD CONSTRAINT "consents_kind" CHECK ("consents"."kind" in ('terms', 'autopay', 'auto_topup', 'marketing', 'price_change'));