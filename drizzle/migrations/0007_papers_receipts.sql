ALTER TABLE "receipts" DROP CONSTRAINT "receipts_payment_id_unique";--> statement-breakpoint
ALTER TABLE "receipts" ADD COLUMN "refund_id" uuid;--> statement-breakpoint
ALTER TABLE "receipts" ADD CONSTRAINT "receipts_refund_id_refunds_id_fk" FOREIGN KEY ("refund_id") REFERENCES "public"."refunds"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "receipts_one_payment" ON "receipts" USING btree ("payment_id") WHERE "receipts"."refund_id" is null;--> statement-breakpoint
CREATE INDEX "receipts_by_payment" ON "receipts" USING btree ("payment_id");--> statement-breakpoint
CREATE INDEX "receipts_by_user" ON "receipts" USING btree ("user_id","no");--> statement-breakpoint
ALTER TABLE "receipts" ADD CONSTRAINT "receipts_refund_id_unique" UNIQUE("refund_id");