DROP INDEX "invoices_one_open_order";--> statement-breakpoint
ALTER TABLE "invoices" ADD COLUMN "saves_method" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "invoices" ADD COLUMN "is_automatic" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "auto_topups" ADD COLUMN "requested_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "auto_topups" ADD COLUMN "declines" smallint DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX "attempts_by_invoice" ON "attempts" USING btree ("invoice_id");--> statement-breakpoint
CREATE INDEX "auto_topups_requested" ON "auto_topups" USING btree ("requested_at") WHERE "auto_topups"."requested_at" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "invoices_one_open_order" ON "invoices" USING btree ("user_id","terms_hash","provider","saves_method") WHERE "invoices"."state" in ('draft', 'pending') and not "invoices"."is_automatic";