ALTER TABLE "track_jobs" ADD COLUMN "charge_id" uuid;--> statement-breakpoint
ALTER TABLE "usage_events" ADD COLUMN "rub_per_unit" numeric(20, 10) DEFAULT '1' NOT NULL;--> statement-breakpoint
ALTER TABLE "usage_events" ADD COLUMN "is_counted" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "track_jobs" ADD CONSTRAINT "track_jobs_charge_id_charges_id_fk" FOREIGN KEY ("charge_id") REFERENCES "public"."charges"("id") ON DELETE no action ON UPDATE no action;