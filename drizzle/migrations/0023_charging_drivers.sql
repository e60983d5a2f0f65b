DROP INDEX "invoices_one_open_order";--> statement-breakpoint
ALTER TABLE "invoices" ADD COLUMN "renews_by" text DEFAULT 'none' NOT NULL;--> statement-breakpoint
ALTER TABLE "invoices" ADD COLUMN "consent_id" uuid;--> statement-breakpoint
ALTER TABLE "payment_methods" ADD COLUMN "subscription_id" uuid;--> statement-breakpoint
ALTER TABLE "payment_methods" ADD COLUMN "touched_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "invoices" ADD CONSTRAINT "invoices_consent_id_consents_id_fk" FOREIGN KEY ("consent_id") REFERENCES "public"."consents"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payment_methods" ADD CONSTRAINT "payment_methods_subscription_id_subscriptions_id_fk" FOREIGN KEY ("subscription_id") REFERENCES "public"."subscriptions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "payment_methods_by_subscription" ON "payment_methods" USING btree ("subscription_id");--> statement-breakpoint
CREATE UNIQUE INDEX "invoices_one_open_order" ON "invoices" USING btree ("user_id","terms_hash","provider","saves_method","renews_by") WHERE "invoices"."state" in ('draft', 'pending') and not "invoices"."is_automatic";--> statement-breakpoint
ALTER TABLE "invoices" ADD CONSTRAINT "invoices_renews_by" CHECK ("invoices"."renews_by" in ('none', 'saved_method', 'stars'));