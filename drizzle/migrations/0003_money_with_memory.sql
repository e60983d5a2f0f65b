CREATE TABLE "promo_campaigns" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"budget" integer,
	"reserved" integer DEFAULT 0 NOT NULL,
	"used" integer DEFAULT 0 NOT NULL,
	"per_user" integer DEFAULT 1 NOT NULL,
	"valid_from" timestamp with time zone NOT NULL,
	"valid_until" timestamp with time zone,
	"is_active" boolean DEFAULT true NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "promo_campaigns_budget" CHECK ("promo_campaigns"."reserved" >= 0 and "promo_campaigns"."used" >= 0 and ("promo_campaigns"."budget" is null or "promo_campaigns"."reserved" + "promo_campaigns"."used" <= "promo_campaigns"."budget")),
	CONSTRAINT "promo_campaigns_per_user" CHECK ("promo_campaigns"."per_user" > 0),
	CONSTRAINT "promo_campaigns_span" CHECK ("promo_campaigns"."valid_until" is null or "promo_campaigns"."valid_from" < "promo_campaigns"."valid_until")
);
--> statement-breakpoint
CREATE TABLE "promo_codes" (
	"id" uuid PRIMARY KEY NOT NULL,
	"code" text NOT NULL,
	"campaign_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"value" bigint NOT NULL,
	"currency" text,
	"also_bonus_utok" bigint DEFAULT 0 NOT NULL,
	"also_bonus_days" integer DEFAULT 0 NOT NULL,
	"tariff_id" uuid,
	"max_uses" integer,
	"reserved" integer DEFAULT 0 NOT NULL,
	"used" integer DEFAULT 0 NOT NULL,
	"is_active" boolean DEFAULT true NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "promo_codes_code_unique" UNIQUE("code"),
	CONSTRAINT "promo_codes_code" CHECK ("promo_codes"."code" ~ '^[A-Z0-9_-]{3,50}$'),
	CONSTRAINT "promo_codes_value" CHECK (case "promo_codes"."kind"
        when 'percent' then "promo_codes"."value" > 0 and "promo_codes"."value" < 10000
        when 'fixed' then "promo_codes"."value" > 0 and "promo_codes"."currency" is not null
        when 'bonus_tokens' then "promo_codes"."value" > 0
        when 'bonus_days' then "promo_codes"."value" between 1 and 366
        when 'trial' then "promo_codes"."value" = 1 and "promo_codes"."tariff_id" is not null
          and "promo_codes"."also_bonus_utok" = 0 and "promo_codes"."also_bonus_days" = 0
        else false end),
	CONSTRAINT "promo_codes_currency" CHECK (("promo_codes"."kind" = 'fixed') = ("promo_codes"."currency" is not null)),
	CONSTRAINT "promo_codes_also" CHECK ("promo_codes"."also_bonus_utok" >= 0 and "promo_codes"."also_bonus_days" between 0 and 366),
	CONSTRAINT "promo_codes_uses" CHECK ("promo_codes"."reserved" >= 0 and "promo_codes"."used" >= 0 and ("promo_codes"."max_uses" is null or ("promo_codes"."max_uses" > 0 and "promo_codes"."reserved" + "promo_codes"."used" <= "promo_codes"."max_uses")))
);
--> statement-breakpoint
CREATE TABLE "timeline_edits" (
	"id" uuid PRIMARY KEY NOT NULL,
	"key" text NOT NULL,
	"subscription_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"before" jsonb NOT NULL,
	"after" jsonb NOT NULL,
	"actor" text NOT NULL,
	"reason" text NOT NULL,
	"as_of" timestamp with time zone NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "timeline_edits_key_unique" UNIQUE("key")
);
--> statement-breakpoint
CREATE TABLE "promo_uses" (
	"id" uuid PRIMARY KEY NOT NULL,
	"code_id" uuid NOT NULL,
	"user_id" bigint NOT NULL,
	"slot" integer NOT NULL,
	"invoice_id" uuid,
	"quote_id" uuid NOT NULL,
	"state" text NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "promo_uses_state" CHECK ("promo_uses"."state" in ('reserved', 'confirmed', 'returned'))
);
--> statement-breakpoint
CREATE TABLE "trial_grants" (
	"user_id" bigint NOT NULL,
	"tariff_id" uuid NOT NULL,
	"promo_use_id" uuid,
	"transfer_id" uuid,
	"subscription_id" uuid NOT NULL,
	"starts_at" timestamp with time zone NOT NULL,
	"ends_at" timestamp with time zone NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "trial_grants_user_id_tariff_id_pk" PRIMARY KEY("user_id","tariff_id"),
	CONSTRAINT "trial_grants_span" CHECK ("trial_grants"."starts_at" < "trial_grants"."ends_at")
);
--> statement-breakpoint
CREATE TABLE "disputes" (
	"id" uuid PRIMARY KEY NOT NULL,
	"provider" text NOT NULL,
	"provider_ref" text NOT NULL,
	"payment_id" uuid NOT NULL,
	"user_id" bigint,
	"state" text NOT NULL,
	"amount_minor" bigint NOT NULL,
	"currency" text NOT NULL,
	"exponent" smallint NOT NULL,
	"hold_id" uuid,
	"evidence" jsonb,
	"due_at" timestamp with time zone NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "disputes_identity" UNIQUE("provider","provider_ref"),
	CONSTRAINT "disputes_state" CHECK ("disputes"."state" in ('opened', 'evidence_sent', 'won', 'lost')),
	CONSTRAINT "disputes_amount" CHECK ("disputes"."amount_minor" > 0)
);
--> statement-breakpoint
CREATE TABLE "payment_methods" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" bigint NOT NULL,
	"provider" text NOT NULL,
	"token_enc" "bytea" NOT NULL,
	"label" text NOT NULL,
	"expires_on" date,
	"state" text NOT NULL,
	"first_charge_id" text,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "payment_methods_state" CHECK ("payment_methods"."state" in ('active', 'expired', 'revoked'))
);
--> statement-breakpoint
CREATE TABLE "receipts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"no" bigserial NOT NULL,
	"payment_id" uuid NOT NULL,
	"user_id" bigint NOT NULL,
	"content" jsonb NOT NULL,
	"issued_at" timestamp with time zone NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "receipts_no_unique" UNIQUE("no"),
	CONSTRAINT "receipts_payment_id_unique" UNIQUE("payment_id")
);
--> statement-breakpoint
CREATE TABLE "charges" (
	"id" uuid PRIMARY KEY NOT NULL,
	"key" text NOT NULL,
	"client_id" uuid,
	"user_id" bigint NOT NULL,
	"kind" text NOT NULL,
	"requested_utok" bigint NOT NULL,
	"charged_utok" bigint NOT NULL,
	"uncollected_utok" bigint DEFAULT 0 NOT NULL,
	"transfer_id" uuid,
	"track" text,
	"description" text NOT NULL,
	"meta" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"as_of" timestamp with time zone NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "charges_key_unique" UNIQUE("key"),
	CONSTRAINT "charges_kind" CHECK ("charges"."kind" in ('spend', 'track', 'hold_capture')),
	CONSTRAINT "charges_amounts" CHECK ("charges"."requested_utok" >= 0 and "charges"."charged_utok" >= 0 and "charges"."uncollected_utok" >= 0 and ("charges"."charged_utok" = 0) = ("charges"."transfer_id" is null))
);
--> statement-breakpoint
CREATE TABLE "hold_lots" (
	"hold_id" uuid NOT NULL,
	"lot_id" uuid NOT NULL,
	"amount_utok" bigint NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "hold_lots_hold_id_lot_id_pk" PRIMARY KEY("hold_id","lot_id"),
	CONSTRAINT "hold_lots_amount" CHECK ("hold_lots"."amount_utok" > 0)
);
--> statement-breakpoint
CREATE TABLE "holds" (
	"id" uuid PRIMARY KEY NOT NULL,
	"key" text NOT NULL,
	"user_id" bigint NOT NULL,
	"purpose" text NOT NULL,
	"amount_utok" bigint NOT NULL,
	"captured_utok" bigint DEFAULT 0 NOT NULL,
	"reported_utok" bigint DEFAULT 0 NOT NULL,
	"state" text NOT NULL,
	"lease_until" timestamp with time zone,
	"on_expiry" text,
	"meta" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "holds_key_unique" UNIQUE("key"),
	CONSTRAINT "holds_amount" CHECK ("holds"."amount_utok" > 0 and "holds"."captured_utok" >= 0 and "holds"."reported_utok" >= 0),
	CONSTRAINT "holds_state" CHECK ("holds"."state" in ('active', 'captured', 'released', 'expired')),
	CONSTRAINT "holds_purpose" CHECK ("holds"."purpose" in ('work', 'refund', 'dispute')),
	CONSTRAINT "holds_lease" CHECK (("holds"."purpose" = 'work') = ("holds"."lease_until" is not null and "holds"."on_expiry" is not null)),
	CONSTRAINT "holds_on_expiry" CHECK ("holds"."on_expiry" is null or "holds"."on_expiry" in ('release', 'capture_reported', 'capture_estimate'))
);
--> statement-breakpoint
CREATE TABLE "usage_events" (
	"id" uuid PRIMARY KEY NOT NULL,
	"source" text NOT NULL,
	"event_id" text NOT NULL,
	"user_id" bigint NOT NULL,
	"track" text NOT NULL,
	"task_ref" text,
	"raw_cost" numeric(20, 10) NOT NULL,
	"currency" text NOT NULL,
	"multiplier" numeric(10, 4) NOT NULL,
	"rounding" text NOT NULL,
	"cost_utok" bigint NOT NULL,
	"charge_id" uuid,
	"api_calls" integer DEFAULT 0 NOT NULL,
	"free_requests" integer DEFAULT 0 NOT NULL,
	"prompt_tokens" bigint DEFAULT 0 NOT NULL,
	"completion_tokens" bigint DEFAULT 0 NOT NULL,
	"total_tokens" bigint DEFAULT 0 NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"final" boolean DEFAULT true NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "usage_events_identity" UNIQUE("source","event_id"),
	CONSTRAINT "usage_events_cost" CHECK ("usage_events"."raw_cost" >= 0 and "usage_events"."cost_utok" >= 0),
	CONSTRAINT "usage_events_rounding" CHECK ("usage_events"."rounding" in ('cent', 'exact'))
);
--> statement-breakpoint
CREATE TABLE "usage_nodes" (
	"usage_event_id" uuid NOT NULL,
	"node" text NOT NULL,
	"raw_cost" numeric(20, 10) NOT NULL,
	"cost_utok" bigint NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "usage_nodes_usage_event_id_node_pk" PRIMARY KEY("usage_event_id","node")
);
--> statement-breakpoint
CREATE TABLE "api_clients" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"is_active" boolean DEFAULT true NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "api_clients_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "api_keys" (
	"id" uuid PRIMARY KEY NOT NULL,
	"client_id" uuid NOT NULL,
	"prefix" char(8) NOT NULL,
	"hash" "bytea" NOT NULL,
	"scopes" text[] NOT NULL,
	"rate_limit" integer,
	"spend_limit_day_utok" bigint,
	"expires_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	"last_used_at" timestamp with time zone,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "api_keys_prefix_unique" UNIQUE("prefix"),
	CONSTRAINT "api_keys_hash_unique" UNIQUE("hash"),
	CONSTRAINT "api_keys_rate" CHECK ("api_keys"."rate_limit" is null or "api_keys"."rate_limit" > 0)
);
--> statement-breakpoint
CREATE TABLE "gifts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"code_hash" "bytea" NOT NULL,
	"buyer_id" bigint NOT NULL,
	"invoice_id" uuid NOT NULL,
	"quote_id" uuid NOT NULL,
	"recipient_id" bigint,
	"state" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"claimed_at" timestamp with time zone,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "gifts_code_hash_unique" UNIQUE("code_hash"),
	CONSTRAINT "gifts_invoice_id_unique" UNIQUE("invoice_id"),
	CONSTRAINT "gifts_state" CHECK ("gifts"."state" in ('paid', 'claimed', 'returned')),
	CONSTRAINT "gifts_recipient" CHECK (("gifts"."state" = 'claimed') = ("gifts"."recipient_id" is not null)),
	CONSTRAINT "gifts_not_to_self" CHECK ("gifts"."recipient_id" is null or "gifts"."recipient_id" <> "gifts"."buyer_id")
);
--> statement-breakpoint
CREATE TABLE "referrals" (
	"referee_id" bigint PRIMARY KEY NOT NULL,
	"referrer_id" bigint NOT NULL,
	"state" text NOT NULL,
	"payment_id" uuid,
	"reward_utok" bigint,
	"pay_at" timestamp with time zone,
	"transfer_id" uuid,
	"reason" text,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "referrals_state" CHECK ("referrals"."state" in ('joined', 'held', 'paid', 'void')),
	CONSTRAINT "referrals_not_self" CHECK ("referrals"."referee_id" <> "referrals"."referrer_id")
);
--> statement-breakpoint
CREATE TABLE "broadcasts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"created_by" bigint NOT NULL,
	"audience" text NOT NULL,
	"text_ru" text NOT NULL,
	"text_en" text NOT NULL,
	"state" text NOT NULL,
	"after_user_id" bigint DEFAULT 0 NOT NULL,
	"total" integer DEFAULT 0 NOT NULL,
	"queued" integer DEFAULT 0 NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "broadcasts_state" CHECK ("broadcasts"."state" in ('draft', 'running', 'paused', 'done', 'cancelled')),
	CONSTRAINT "broadcasts_audience" CHECK ("broadcasts"."audience" in ('all', 'active', 'lapsed'))
);
--> statement-breakpoint
CREATE TABLE "proposals" (
	"id" uuid PRIMARY KEY NOT NULL,
	"action" text NOT NULL,
	"params" jsonb NOT NULL,
	"amount" bigint NOT NULL,
	"reason" text NOT NULL,
	"proposed_by" bigint NOT NULL,
	"quorum" smallint NOT NULL,
	"state" text NOT NULL,
	"result" jsonb,
	"expires_at" timestamp with time zone NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "proposals_state" CHECK ("proposals"."state" in ('open', 'approved', 'rejected', 'expired', 'executed')),
	CONSTRAINT "proposals_quorum" CHECK ("proposals"."quorum" > 0)
);
--> statement-breakpoint
CREATE TABLE "votes" (
	"proposal_id" uuid NOT NULL,
	"voter" bigint NOT NULL,
	"is_approval" boolean NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "votes_proposal_id_voter_pk" PRIMARY KEY("proposal_id","voter")
);
--> statement-breakpoint
CREATE TABLE "data_exports" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" bigint NOT NULL,
	"state" text NOT NULL,
	"token_hash" "bytea",
	"archive" "bytea",
	"requested_at" timestamp with time zone NOT NULL,
	"link_until" timestamp with time zone,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "data_exports_token_hash_unique" UNIQUE("token_hash"),
	CONSTRAINT "data_exports_state" CHECK ("data_exports"."state" in ('making', 'ready', 'gone'))
);
--> statement-breakpoint
CREATE TABLE "erasures" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" bigint NOT NULL,
	"state" text NOT NULL,
	"requested_at" timestamp with time zone NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	"export_id" uuid,
	"finished_at" timestamp with time zone,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "erasures_state" CHECK ("erasures"."state" in ('requested', 'settling', 'waiting', 'withdrawn', 'done'))
);
--> statement-breakpoint
CREATE TABLE "person_keys" (
	"user_id" bigint PRIMARY KEY NOT NULL,
	"key_enc" "bytea",
	"destroyed_at" timestamp with time zone,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "quotes" DROP CONSTRAINT "quotes_amounts";--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "visible_from" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "quotes" ADD COLUMN "promo_code_id" uuid;--> statement-breakpoint
ALTER TABLE "quotes" ADD COLUMN "bonus_days" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "quotes" ADD COLUMN "credit_minor" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "quotes" ADD COLUMN "subscription_id" uuid;--> statement-breakpoint
ALTER TABLE "refunds" ADD COLUMN "hold_id" uuid;--> statement-breakpoint
ALTER TABLE "refunds" ADD COLUMN "plan" jsonb;--> statement-breakpoint
ALTER TABLE "refunds" ADD COLUMN "requested_by" text;--> statement-breakpoint
ALTER TABLE "promo_codes" ADD CONSTRAINT "promo_codes_campaign_id_promo_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."promo_campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "promo_codes" ADD CONSTRAINT "promo_codes_tariff_id_tariffs_id_fk" FOREIGN KEY ("tariff_id") REFERENCES "public"."tariffs"("id") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "timeline_edits" ADD CONSTRAINT "timeline_edits_subscription_id_subscriptions_id_fk" FOREIGN KEY ("subscription_id") REFERENCES "public"."subscriptions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "promo_uses" ADD CONSTRAINT "promo_uses_code_id_promo_codes_id_fk" FOREIGN KEY ("code_id") REFERENCES "public"."promo_codes"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "promo_uses" ADD CONSTRAINT "promo_uses_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "promo_uses" ADD CONSTRAINT "promo_uses_invoice_id_invoices_id_fk" FOREIGN KEY ("invoice_id") REFERENCES "public"."invoices"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "promo_uses" ADD CONSTRAINT "promo_uses_quote_id_quotes_id_fk" FOREIGN KEY ("quote_id") REFERENCES "public"."quotes"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "trial_grants" ADD CONSTRAINT "trial_grants_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "trial_grants" ADD CONSTRAINT "trial_grants_tariff_id_tariffs_id_fk" FOREIGN KEY ("tariff_id") REFERENCES "public"."tariffs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "trial_grants" ADD CONSTRAINT "trial_grants_promo_use_id_promo_uses_id_fk" FOREIGN KEY ("promo_use_id") REFERENCES "public"."promo_uses"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "trial_grants" ADD CONSTRAINT "trial_grants_transfer_id_transfers_id_fk" FOREIGN KEY ("transfer_id") REFERENCES "public"."transfers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "trial_grants" ADD CONSTRAINT "trial_grants_subscription_id_subscriptions_id_fk" FOREIGN KEY ("subscription_id") REFERENCES "public"."subscriptions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "disputes" ADD CONSTRAINT "disputes_payment_id_payments_id_fk" FOREIGN KEY ("payment_id") REFERENCES "public"."payments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payment_methods" ADD CONSTRAINT "payment_methods_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "receipts" ADD CONSTRAINT "receipts_payment_id_payments_id_fk" FOREIGN KEY ("payment_id") REFERENCES "public"."payments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "charges" ADD CONSTRAINT "charges_client_id_api_clients_id_fk" FOREIGN KEY ("client_id") REFERENCES "public"."api_clients"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "charges" ADD CONSTRAINT "charges_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "charges" ADD CONSTRAINT "charges_transfer_id_transfers_id_fk" FOREIGN KEY ("transfer_id") REFERENCES "public"."transfers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hold_lots" ADD CONSTRAINT "hold_lots_hold_id_holds_id_fk" FOREIGN KEY ("hold_id") REFERENCES "public"."holds"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hold_lots" ADD CONSTRAINT "hold_lots_lot_id_lots_id_fk" FOREIGN KEY ("lot_id") REFERENCES "public"."lots"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "holds" ADD CONSTRAINT "holds_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "usage_events" ADD CONSTRAINT "usage_events_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "usage_events" ADD CONSTRAINT "usage_events_charge_id_charges_id_fk" FOREIGN KEY ("charge_id") REFERENCES "public"."charges"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "usage_nodes" ADD CONSTRAINT "usage_nodes_usage_event_id_usage_events_id_fk" FOREIGN KEY ("usage_event_id") REFERENCES "public"."usage_events"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_client_id_api_clients_id_fk" FOREIGN KEY ("client_id") REFERENCES "public"."api_clients"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gifts" ADD CONSTRAINT "gifts_buyer_id_users_id_fk" FOREIGN KEY ("buyer_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gifts" ADD CONSTRAINT "gifts_invoice_id_invoices_id_fk" FOREIGN KEY ("invoice_id") REFERENCES "public"."invoices"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gifts" ADD CONSTRAINT "gifts_quote_id_quotes_id_fk" FOREIGN KEY ("quote_id") REFERENCES "public"."quotes"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gifts" ADD CONSTRAINT "gifts_recipient_id_users_id_fk" FOREIGN KEY ("recipient_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "referrals" ADD CONSTRAINT "referrals_referee_id_users_id_fk" FOREIGN KEY ("referee_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "referrals" ADD CONSTRAINT "referrals_referrer_id_users_id_fk" FOREIGN KEY ("referrer_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "referrals" ADD CONSTRAINT "referrals_payment_id_payments_id_fk" FOREIGN KEY ("payment_id") REFERENCES "public"."payments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "referrals" ADD CONSTRAINT "referrals_transfer_id_transfers_id_fk" FOREIGN KEY ("transfer_id") REFERENCES "public"."transfers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "votes" ADD CONSTRAINT "votes_proposal_id_proposals_id_fk" FOREIGN KEY ("proposal_id") REFERENCES "public"."proposals"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "data_exports" ADD CONSTRAINT "data_exports_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "erasures" ADD CONSTRAINT "erasures_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "erasures" ADD CONSTRAINT "erasures_export_id_data_exports_id_fk" FOREIGN KEY ("export_id") REFERENCES "public"."data_exports"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "person_keys" ADD CONSTRAINT "person_keys_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "promo_codes_by_campaign" ON "promo_codes" USING btree ("campaign_id");--> statement-breakpoint
CREATE INDEX "timeline_edits_by_subscription" ON "timeline_edits" USING btree ("subscription_id");--> statement-breakpoint
CREATE UNIQUE INDEX "promo_uses_one_slot" ON "promo_uses" USING btree ("code_id","user_id","slot") WHERE "promo_uses"."state" <> 'returned';--> statement-breakpoint
CREATE INDEX "promo_uses_by_user" ON "promo_uses" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "promo_uses_by_quote" ON "promo_uses" USING btree ("quote_id");--> statement-breakpoint
CREATE INDEX "disputes_by_payment" ON "disputes" USING btree ("payment_id");--> statement-breakpoint
CREATE INDEX "payment_methods_by_user" ON "payment_methods" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "charges_by_user" ON "charges" USING btree ("user_id","id");--> statement-breakpoint
CREATE INDEX "charges_by_transfer" ON "charges" USING btree ("transfer_id");--> statement-breakpoint
CREATE INDEX "holds_active" ON "holds" USING btree ("user_id") WHERE "holds"."state" = 'active';--> statement-breakpoint
CREATE INDEX "usage_events_by_user" ON "usage_events" USING btree ("user_id","occurred_at");--> statement-breakpoint
CREATE INDEX "usage_events_by_charge" ON "usage_events" USING btree ("charge_id");--> statement-breakpoint
CREATE INDEX "api_keys_by_client" ON "api_keys" USING btree ("client_id");--> statement-breakpoint
CREATE INDEX "gifts_by_buyer" ON "gifts" USING btree ("buyer_id");--> statement-breakpoint
CREATE INDEX "referrals_by_referrer" ON "referrals" USING btree ("referrer_id");--> statement-breakpoint
CREATE INDEX "proposals_open" ON "proposals" USING btree ("state","expires_at");--> statement-breakpoint
CREATE INDEX "data_exports_by_user" ON "data_exports" USING btree ("user_id","requested_at");--> statement-breakpoint
CREATE INDEX "erasures_by_user" ON "erasures" USING btree ("user_id");--> statement-breakpoint
ALTER TABLE "quotes" ADD CONSTRAINT "quotes_promo_code_id_promo_codes_id_fk" FOREIGN KEY ("promo_code_id") REFERENCES "public"."promo_codes"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "refunds_by_payment" ON "refunds" USING btree ("payment_id");--> statement-breakpoint
ALTER TABLE "quotes" ADD CONSTRAINT "quotes_amounts" CHECK ("quotes"."pay_amount_minor" >= 0 and "quotes"."discount_minor" >= 0 and "quotes"."list_amount_minor" >= 0 and "quotes"."tokens_utok" >= 0 and "quotes"."bonus_utok" >= 0 and "quotes"."fee_utok" >= 0 and "quotes"."bonus_days" >= 0 and "quotes"."credit_minor" >= 0);