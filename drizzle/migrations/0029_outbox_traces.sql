ALTER TABLE "invoices" ADD COLUMN "trace_parent" text;--> statement-breakpoint
ALTER TABLE "outbox_messages" ADD COLUMN "trace_parent" text;