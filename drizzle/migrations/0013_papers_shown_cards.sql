CREATE TABLE "shown_cards" (
	"chat_id" bigint NOT NULL,
	"message_id" bigint NOT NULL,
	"invoice_id" uuid NOT NULL,
	"shown_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "shown_cards_chat_id_message_id_pk" PRIMARY KEY("chat_id","message_id")
);
--> statement-breakpoint
ALTER TABLE "shown_cards" ADD CONSTRAINT "shown_cards_invoice_id_invoices_id_fk" FOREIGN KEY ("invoice_id") REFERENCES "public"."invoices"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "shown_cards_by_invoice" ON "shown_cards" USING btree ("invoice_id","shown_at");