CREATE TABLE "recon_breaks" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"run_id" uuid NOT NULL,
	"provider" text NOT NULL,
	"provider_payment_id" text NOT NULL,
	"kind" text NOT NULL,
	"state" text DEFAULT 'found' NOT NULL,
	"fact" jsonb,
	"theirs" jsonb,
	"ours" jsonb,
	"owner" text NOT NULL,
	"user_id" bigint,
	"invoice_id" uuid,
	"payment_id" uuid,
	"due_at" timestamp with time zone NOT NULL,
	"resolution" text,
	"resolved_by" text,
	"closed_at" timestamp with time zone,
	"as_of" timestamp with time zone NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "recon_breaks_kind" CHECK ("recon_breaks"."kind" in ('missing_here', 'missing_there', 'amount', 'state')),
	CONSTRAINT "recon_breaks_state" CHECK ("recon_breaks"."state" in ('found', 'open', 'healed', 'resolved'))
);
--> statement-breakpoint
CREATE TABLE "recon_lines" (
	"run_id" uuid NOT NULL,
	"provider_payment_id" text NOT NULL,
	"state" text NOT NULL,
	"rank" smallint NOT NULL,
	"amount_minor" bigint,
	"currency" text,
	"refunded_minor" bigint,
	"fact" jsonb NOT NULL,
	CONSTRAINT "recon_lines_run_id_provider_payment_id_pk" PRIMARY KEY("run_id","provider_payment_id")
);
--> statement-breakpoint
CREATE TABLE "recon_runs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"key" text NOT NULL,
	"provider" text NOT NULL,
	"from_at" timestamp with time zone NOT NULL,
	"to_at" timestamp with time zone NOT NULL,
	"state" text DEFAULT 'pulling' NOT NULL,
	"theirs" integer DEFAULT 0 NOT NULL,
	"ours" integer DEFAULT 0 NOT NULL,
	"found" integer DEFAULT 0 NOT NULL,
	"as_of" timestamp with time zone NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "recon_runs_key_unique" UNIQUE("key"),
	CONSTRAINT "recon_runs_state" CHECK ("recon_runs"."state" in ('pulling', 'matched')),
	CONSTRAINT "recon_runs_span" CHECK ("recon_runs"."from_at" < "recon_runs"."to_at")
);
--> statement-breakpoint
ALTER TABLE "recon_breaks" ADD CONSTRAINT "recon_breaks_run_id_recon_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."recon_runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recon_breaks" ADD CONSTRAINT "recon_breaks_invoice_id_invoices_id_fk" FOREIGN KEY ("invoice_id") REFERENCES "public"."invoices"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recon_breaks" ADD CONSTRAINT "recon_breaks_payment_id_payments_id_fk" FOREIGN KEY ("payment_id") REFERENCES "public"."payments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recon_lines" ADD CONSTRAINT "recon_lines_run_id_recon_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."recon_runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "recon_breaks_live" ON "recon_breaks" USING btree ("provider","provider_payment_id") WHERE "recon_breaks"."state" in ('found', 'open');--> statement-breakpoint
CREATE INDEX "recon_breaks_by_payment" ON "recon_breaks" USING btree ("provider","provider_payment_id");--> statement-breakpoint
CREATE INDEX "recon_breaks_by_run" ON "recon_breaks" USING btree ("run_id");--> statement-breakpoint
CREATE INDEX "recon_runs_by_end" ON "recon_runs" USING btree ("provider","to_at");--> statement-breakpoint
CREATE INDEX "payments_by_day" ON "payments" USING btree ("provider","paid_at");