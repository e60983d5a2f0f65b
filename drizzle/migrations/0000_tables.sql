CREATE SEQUENCE "public"."invoice_no_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1;--> statement-breakpoint
CREATE TABLE "consents" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" bigint NOT NULL,
	"kind" text NOT NULL,
	"text_version" text NOT NULL,
	"text_hash" text NOT NULL,
	"given_at" timestamp with time zone NOT NULL,
	"withdrawn_at" timestamp with time zone,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "consents_kind" CHECK ("consents"."kind" in ('terms', 'autopay', 'auto_topup', 'marketing'))
);
--> statement-breakpoint
CREATE TABLE "dialogues" (
	"user_id" bigint PRIMARY KEY NOT NULL,
	"state" jsonb NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "handled_updates" (
	"update_id" bigint PRIMARY KEY NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "rate_counters" (
	"key" text PRIMARY KEY NOT NULL,
	"points" integer DEFAULT 0 NOT NULL,
	"expire" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "roles" (
	"user_id" bigint NOT NULL,
	"role" text NOT NULL,
	"granted_by" text NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "roles_user_id_role_pk" PRIMARY KEY("user_id","role"),
	CONSTRAINT "roles_role" CHECK ("roles"."role" in ('support', 'finance', 'admin'))
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" bigint PRIMARY KEY NOT NULL,
	"username" text,
	"first_name" text,
	"last_name" text,
	"locale" text DEFAULT 'ru' NOT NULL,
	"time_zone" text NOT NULL,
	"quiet_from" time,
	"quiet_to" time,
	"is_blocked" boolean DEFAULT false NOT NULL,
	"money_frozen_by" uuid,
	"unreachable_since" timestamp with time zone,
	"marketing_ok" boolean DEFAULT false NOT NULL,
	"referred_by" bigint,
	"pseudonymised_at" timestamp with time zone,
	"clock_offset_ms" bigint DEFAULT 0 NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "users_locale" CHECK ("users"."locale" in ('ru', 'en')),
	CONSTRAINT "users_clock_offset" CHECK ("users"."clock_offset_ms" >= 0)
);
--> statement-breakpoint
CREATE TABLE "quotes" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" bigint NOT NULL,
	"purpose" text NOT NULL,
	"tariff_version_id" uuid NOT NULL,
	"list_amount_minor" bigint NOT NULL,
	"discount_minor" bigint DEFAULT 0 NOT NULL,
	"pay_amount_minor" bigint NOT NULL,
	"currency" text NOT NULL,
	"exponent" smallint NOT NULL,
	"tokens_utok" bigint NOT NULL,
	"bonus_utok" bigint DEFAULT 0 NOT NULL,
	"fee_utok" bigint DEFAULT 0 NOT NULL,
	"utok_per_minor" bigint,
	"period_unit" text,
	"period_count" integer,
	"terms_hash" "bytea" NOT NULL,
	"holds_until" timestamp with time zone NOT NULL,
	"button_until" timestamp with time zone NOT NULL,
	"consumed_by" text,
	"as_of" timestamp with time zone NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "quotes_consumed_by_unique" UNIQUE("consumed_by"),
	CONSTRAINT "quotes_purpose" CHECK ("quotes"."purpose" in ('purchase', 'topup', 'renewal', 'upgrade', 'gift', 'trial')),
	CONSTRAINT "quotes_amounts" CHECK ("quotes"."pay_amount_minor" >= 0 and "quotes"."discount_minor" >= 0 and "quotes"."list_amount_minor" >= 0 and "quotes"."tokens_utok" >= 0 and "quotes"."bonus_utok" >= 0 and "quotes"."fee_utok" >= 0)
);
--> statement-breakpoint
CREATE TABLE "tariff_prices" (
	"tariff_version_id" uuid NOT NULL,
	"currency" text NOT NULL,
	"exponent" smallint NOT NULL,
	"amount_minor" bigint NOT NULL,
	CONSTRAINT "tariff_prices_tariff_version_id_currency_pk" PRIMARY KEY("tariff_version_id","currency"),
	CONSTRAINT "tariff_prices_currency" CHECK ("tariff_prices"."currency" ~ '^[A-Z]{3,5}$'),
	CONSTRAINT "tariff_prices_amount" CHECK ("tariff_prices"."amount_minor" >= 0)
);
--> statement-breakpoint
CREATE TABLE "tariff_versions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tariff_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"name_i18n" jsonb NOT NULL,
	"description_i18n" jsonb NOT NULL,
	"tokens_utok" bigint DEFAULT 0 NOT NULL,
	"period_unit" text,
	"period_count" integer,
	"fee_utok" bigint DEFAULT 0 NOT NULL,
	"min_amount_minor" bigint,
	"max_amount_minor" bigint,
	"token_ttl_days" integer,
	"renewable" boolean DEFAULT false NOT NULL,
	"grants_per_period_utok" bigint DEFAULT 0 NOT NULL,
	"valid_from" timestamp with time zone NOT NULL,
	"valid_until" timestamp with time zone,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "tariff_versions_number" UNIQUE("tariff_id","version"),
	CONSTRAINT "tariff_versions_amounts" CHECK ("tariff_versions"."tokens_utok" >= 0 and "tariff_versions"."fee_utok" >= 0 and "tariff_versions"."grants_per_period_utok" >= 0),
	CONSTRAINT "tariff_versions_period" CHECK (("tariff_versions"."period_unit" is null) = ("tariff_versions"."period_count" is null) and ("tariff_versions"."period_count" is null or "tariff_versions"."period_count" > 0) and ("tariff_versions"."period_unit" is null or "tariff_versions"."period_unit" in ('hour', 'day', 'week', 'month', 'year'))),
	CONSTRAINT "tariff_versions_limits" CHECK ("tariff_versions"."min_amount_minor" is null or "tariff_versions"."max_amount_minor" is null or "tariff_versions"."min_amount_minor" <= "tariff_versions"."max_amount_minor")
);
--> statement-breakpoint
CREATE TABLE "tariffs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"slug" text NOT NULL,
	"kind" text NOT NULL,
	"product_code" text DEFAULT 'main' NOT NULL,
	"is_active" boolean DEFAULT true NOT NULL,
	"is_hidden" boolean DEFAULT false NOT NULL,
	"sort_order" integer DEFAULT 0 NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "tariffs_slug_unique" UNIQUE("slug"),
	CONSTRAINT "tariffs_kind" CHECK ("tariffs"."kind" in ('pack', 'subscription', 'mixed', 'topup', 'trial'))
);
--> statement-breakpoint
CREATE TABLE "topup_rates" (
	"currency" text NOT NULL,
	"utok_per_minor" bigint NOT NULL,
	"valid_from" timestamp with time zone NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "topup_rates_currency_valid_from_pk" PRIMARY KEY("currency","valid_from"),
	CONSTRAINT "topup_rates_positive" CHECK ("topup_rates"."utok_per_minor" > 0)
);
--> statement-breakpoint
CREATE TABLE "inbox_events" (
	"id" uuid PRIMARY KEY NOT NULL,
	"provider" text NOT NULL,
	"dedupe_key" text NOT NULL,
	"headers" jsonb NOT NULL,
	"raw" "bytea" NOT NULL,
	"verified" text NOT NULL,
	"payment_ref" text,
	"deliveries" integer DEFAULT 1 NOT NULL,
	"signalled_at" timestamp with time zone,
	"error" text,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "inbox_events_identity" UNIQUE("provider","dedupe_key"),
	CONSTRAINT "inbox_events_verified" CHECK ("inbox_events"."verified" in ('yes', 'no', 'not_possible'))
);
--> statement-breakpoint
CREATE TABLE "invoices" (
	"id" uuid PRIMARY KEY NOT NULL,
	"no" bigint DEFAULT nextval('invoice_no_seq') NOT NULL,
	"user_id" bigint NOT NULL,
	"quote_id" uuid NOT NULL,
	"provider" text NOT NULL,
	"pay_amount_minor" bigint NOT NULL,
	"currency" text NOT NULL,
	"exponent" smallint NOT NULL,
	"state" text NOT NULL,
	"payment_url" text,
	"created_as_of" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"paid_at" timestamp with time zone,
	"closed_at" timestamp with time zone,
	"fulfilled_as" text,
	"terms_hash" "bytea" NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "invoices_no_unique" UNIQUE("no"),
	CONSTRAINT "invoices_quote_id_unique" UNIQUE("quote_id"),
	CONSTRAINT "invoices_no" CHECK ("invoices"."no" between 1 and 2147483647),
	CONSTRAINT "invoices_amount" CHECK ("invoices"."pay_amount_minor" > 0),
	CONSTRAINT "invoices_state" CHECK ("invoices"."state" in ('draft', 'pending', 'paid', 'expired', 'cancelled', 'refunded', 'partially_refunded')),
	CONSTRAINT "invoices_fulfilled_as" CHECK ("invoices"."fulfilled_as" is null or "invoices"."fulfilled_as" in ('order', 'wallet_credit'))
);
--> statement-breakpoint
CREATE TABLE "open_items" (
	"id" uuid PRIMARY KEY NOT NULL,
	"key" text NOT NULL,
	"kind" text NOT NULL,
	"user_id" bigint,
	"invoice_id" uuid,
	"payment_id" uuid,
	"amount_minor" bigint,
	"currency" text,
	"state" text DEFAULT 'open' NOT NULL,
	"reason" text NOT NULL,
	"resolution" text,
	"resolved_by" text,
	"due_at" timestamp with time zone NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "open_items_key_unique" UNIQUE("key"),
	CONSTRAINT "open_items_kind" CHECK ("open_items"."kind" in ('underpaid', 'overpaid', 'wrong_currency', 'wrong_owner', 'unmatched', 'duplicate_paid', 'late_credit', 'unknown_outcome', 'missing_cost', 'uncollected', 'missed_delivery', 'break', 'refund_stuck')),
	CONSTRAINT "open_items_state" CHECK ("open_items"."state" in ('open', 'resolved', 'written_off'))
);
--> statement-breakpoint
CREATE TABLE "payments" (
	"id" uuid PRIMARY KEY NOT NULL,
	"provider" text NOT NULL,
	"provider_payment_id" text NOT NULL,
	"invoice_id" uuid,
	"payer_user_id" bigint,
	"amount_minor" bigint NOT NULL,
	"currency" text NOT NULL,
	"exponent" smallint NOT NULL,
	"state" text NOT NULL,
	"rank" smallint NOT NULL,
	"evidence" text,
	"fee_minor" bigint,
	"method_id" uuid,
	"raw_ref" text,
	"outcome" jsonb,
	"paid_at" timestamp with time zone,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "payments_identity" UNIQUE("provider","provider_payment_id"),
	CONSTRAINT "payments_state" CHECK ("payments"."state" in ('unknown', 'pending', 'authorised', 'paid', 'failed', 'refunded', 'partially_refunded', 'disputed', 'quarantined')),
	CONSTRAINT "payments_evidence" CHECK ("payments"."evidence" is null or "payments"."evidence" in ('asked', 'signed', 'operator'))
);
--> statement-breakpoint
CREATE TABLE "refunds" (
	"id" uuid PRIMARY KEY NOT NULL,
	"key" text NOT NULL,
	"payment_id" uuid NOT NULL,
	"amount_minor" bigint NOT NULL,
	"state" text NOT NULL,
	"policy" text NOT NULL,
	"provider_ref" text,
	"reason" text NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "refunds_key_unique" UNIQUE("key"),
	CONSTRAINT "refunds_amount" CHECK ("refunds"."amount_minor" > 0),
	CONSTRAINT "refunds_state" CHECK ("refunds"."state" in ('proposed', 'frozen', 'sent', 'unknown', 'done', 'refused'))
);
--> statement-breakpoint
CREATE TABLE "accounts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"code" text NOT NULL,
	"asset" text NOT NULL,
	"user_id" bigint,
	"balance" bigint,
	"held" bigint DEFAULT 0 NOT NULL,
	"floor" bigint,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "accounts_code_unique" UNIQUE("code"),
	CONSTRAINT "accounts_held" CHECK ("accounts"."held" >= 0),
	CONSTRAINT "accounts_floor" CHECK ("accounts"."floor" is null or "accounts"."balance" >= "accounts"."floor"),
	CONSTRAINT "accounts_wallet" CHECK (("accounts"."user_id" is null) = ("accounts"."balance" is null))
);
--> statement-breakpoint
CREATE TABLE "entries" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"transfer_id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	"amount" bigint NOT NULL,
	"balance_after" bigint,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "entries_amount" CHECK ("entries"."amount" <> 0)
);
--> statement-breakpoint
CREATE TABLE "lot_moves" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"entry_id" bigint NOT NULL,
	"lot_id" uuid NOT NULL,
	"amount_utok" bigint NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "lot_moves_amount" CHECK ("lot_moves"."amount_utok" <> 0)
);
--> statement-breakpoint
CREATE TABLE "lots" (
	"id" uuid PRIMARY KEY NOT NULL,
	"account_id" uuid NOT NULL,
	"origin" text NOT NULL,
	"transfer_id" uuid NOT NULL,
	"invoice_id" uuid,
	"paid" boolean NOT NULL,
	"unit_price_minor_num" bigint,
	"unit_price_minor_den" bigint,
	"original_utok" bigint NOT NULL,
	"remaining_utok" bigint NOT NULL,
	"held_utok" bigint DEFAULT 0 NOT NULL,
	"priority" smallint NOT NULL,
	"expires_at" timestamp with time zone,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "lots_amounts" CHECK ("lots"."original_utok" > 0 and "lots"."remaining_utok" >= 0 and "lots"."held_utok" >= 0 and "lots"."held_utok" <= "lots"."remaining_utok" and "lots"."remaining_utok" <= "lots"."original_utok"),
	CONSTRAINT "lots_origin" CHECK ("lots"."origin" in ('topup', 'pack', 'grant', 'trial', 'promo', 'gift', 'refund', 'adjustment'))
);
--> statement-breakpoint
CREATE TABLE "transfers" (
	"id" uuid PRIMARY KEY NOT NULL,
	"key" text NOT NULL,
	"kind" text NOT NULL,
	"user_id" bigint,
	"invoice_id" uuid,
	"payment_id" uuid,
	"subscription_id" uuid,
	"period_n" integer,
	"charge_id" uuid,
	"reverses_transfer_id" uuid,
	"as_of" timestamp with time zone NOT NULL,
	"meta" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "transfers_key_unique" UNIQUE("key"),
	CONSTRAINT "transfers_kind" CHECK ("transfers"."kind" in ('topup', 'pack', 'sale', 'grant', 'trial', 'promo_bonus', 'subscription_fee', 'spend', 'hold_capture', 'gift_out', 'gift_in', 'refund', 'reversal', 'adjustment', 'breakage', 'writeoff', 'quarantine', 'quarantine_release', 'dispute'))
);
--> statement-breakpoint
CREATE TABLE "subscription_periods" (
	"subscription_id" uuid NOT NULL,
	"n" integer NOT NULL,
	"starts_at" timestamp with time zone NOT NULL,
	"ends_at" timestamp with time zone NOT NULL,
	"fee_transfer_id" uuid,
	"paid_by" text NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "subscription_periods_subscription_id_n_pk" PRIMARY KEY("subscription_id","n"),
	CONSTRAINT "subscription_periods_order" CHECK ("subscription_periods"."starts_at" < "subscription_periods"."ends_at"),
	CONSTRAINT "subscription_periods_paid_by" CHECK ("subscription_periods"."paid_by" in ('invoice', 'wallet', 'saved_method', 'stars', 'trial', 'gift', 'operator'))
);
--> statement-breakpoint
CREATE TABLE "subscriptions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" bigint NOT NULL,
	"product_code" text NOT NULL,
	"tariff_version_id" uuid NOT NULL,
	"state" text NOT NULL,
	"driver" text NOT NULL,
	"method_id" uuid,
	"anchor_local" timestamp NOT NULL,
	"anchor_n" integer DEFAULT 0 NOT NULL,
	"anchor_day" smallint NOT NULL,
	"billing_zone" text NOT NULL,
	"period_n" integer NOT NULL,
	"period_start" timestamp with time zone NOT NULL,
	"period_end" timestamp with time zone NOT NULL,
	"shift_days" integer DEFAULT 0 NOT NULL,
	"auto_renew" boolean DEFAULT false NOT NULL,
	"cancel_at_end" boolean DEFAULT false NOT NULL,
	"next_tariff_version_id" uuid,
	"access" text NOT NULL,
	"paused_until" timestamp with time zone,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "subscriptions_state" CHECK ("subscriptions"."state" in ('trialing', 'active', 'past_due', 'paused', 'cancelling', 'expired', 'ended')),
	CONSTRAINT "subscriptions_driver" CHECK ("subscriptions"."driver" in ('wallet', 'saved_method', 'stars', 'none')),
	CONSTRAINT "subscriptions_access" CHECK ("subscriptions"."access" in ('full', 'restricted', 'none')),
	CONSTRAINT "subscriptions_period" CHECK ("subscriptions"."period_start" < "subscriptions"."period_end")
);
--> statement-breakpoint
CREATE TABLE "audit_log" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"actor_kind" text NOT NULL,
	"actor_id" text NOT NULL,
	"action" text NOT NULL,
	"entity" text NOT NULL,
	"entity_id" text NOT NULL,
	"before" jsonb,
	"after" jsonb,
	"reason" text,
	"request_id" text,
	"workflow_id" text,
	"as_of" timestamp with time zone NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_seals" (
	"id" uuid PRIMARY KEY NOT NULL,
	"from_id" bigint NOT NULL,
	"to_id" bigint NOT NULL,
	"prev_hash" "bytea",
	"hash" "bytea" NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"caller" text NOT NULL,
	"key" text NOT NULL,
	"method" text NOT NULL,
	"path" text NOT NULL,
	"body_hash" "bytea" NOT NULL,
	"status" integer NOT NULL,
	"response" jsonb NOT NULL,
	"resource_id" uuid,
	"expires_at" timestamp with time zone NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "idempotency_keys_caller_key_pk" PRIMARY KEY("caller","key")
);
--> statement-breakpoint
CREATE TABLE "outbox_messages" (
	"id" uuid PRIMARY KEY NOT NULL,
	"key" text NOT NULL,
	"user_id" bigint,
	"chat_id" bigint NOT NULL,
	"template" text NOT NULL,
	"locale" text NOT NULL,
	"params" jsonb NOT NULL,
	"category" text NOT NULL,
	"not_before" timestamp with time zone,
	"drop_after" timestamp with time zone,
	"state" text DEFAULT 'queued' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"sending_since" timestamp with time zone,
	"sent_at" timestamp with time zone,
	"telegram_message_id" bigint,
	"late" boolean DEFAULT false NOT NULL,
	"error" text,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "outbox_messages_key_unique" UNIQUE("key"),
	CONSTRAINT "outbox_category" CHECK ("outbox_messages"."category" in ('money', 'service', 'marketing', 'ops')),
	CONSTRAINT "outbox_state" CHECK ("outbox_messages"."state" in ('queued', 'sent', 'dropped', 'unreachable', 'failed'))
);
--> statement-breakpoint
CREATE TABLE "settings" (
	"key" text PRIMARY KEY NOT NULL,
	"value" jsonb NOT NULL,
	"updated_by" text NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "consents" ADD CONSTRAINT "consents_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dialogues" ADD CONSTRAINT "dialogues_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "roles" ADD CONSTRAINT "roles_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "quotes" ADD CONSTRAINT "quotes_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "quotes" ADD CONSTRAINT "quotes_tariff_version_id_tariff_versions_id_fk" FOREIGN KEY ("tariff_version_id") REFERENCES "public"."tariff_versions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tariff_prices" ADD CONSTRAINT "tariff_prices_tariff_version_id_tariff_versions_id_fk" FOREIGN KEY ("tariff_version_id") REFERENCES "public"."tariff_versions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tariff_versions" ADD CONSTRAINT "tariff_versions_tariff_id_tariffs_id_fk" FOREIGN KEY ("tariff_id") REFERENCES "public"."tariffs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invoices" ADD CONSTRAINT "invoices_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invoices" ADD CONSTRAINT "invoices_quote_id_quotes_id_fk" FOREIGN KEY ("quote_id") REFERENCES "public"."quotes"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "open_items" ADD CONSTRAINT "open_items_invoice_id_invoices_id_fk" FOREIGN KEY ("invoice_id") REFERENCES "public"."invoices"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "open_items" ADD CONSTRAINT "open_items_payment_id_payments_id_fk" FOREIGN KEY ("payment_id") REFERENCES "public"."payments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payments" ADD CONSTRAINT "payments_invoice_id_invoices_id_fk" FOREIGN KEY ("invoice_id") REFERENCES "public"."invoices"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "refunds" ADD CONSTRAINT "refunds_payment_id_payments_id_fk" FOREIGN KEY ("payment_id") REFERENCES "public"."payments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "accounts" ADD CONSTRAINT "accounts_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "entries" ADD CONSTRAINT "entries_transfer_id_transfers_id_fk" FOREIGN KEY ("transfer_id") REFERENCES "public"."transfers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "entries" ADD CONSTRAINT "entries_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lot_moves" ADD CONSTRAINT "lot_moves_entry_id_entries_id_fk" FOREIGN KEY ("entry_id") REFERENCES "public"."entries"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lot_moves" ADD CONSTRAINT "lot_moves_lot_id_lots_id_fk" FOREIGN KEY ("lot_id") REFERENCES "public"."lots"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lots" ADD CONSTRAINT "lots_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lots" ADD CONSTRAINT "lots_transfer_id_transfers_id_fk" FOREIGN KEY ("transfer_id") REFERENCES "public"."transfers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lots" ADD CONSTRAINT "lots_invoice_id_invoices_id_fk" FOREIGN KEY ("invoice_id") REFERENCES "public"."invoices"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "transfers" ADD CONSTRAINT "transfers_invoice_id_invoices_id_fk" FOREIGN KEY ("invoice_id") REFERENCES "public"."invoices"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "transfers" ADD CONSTRAINT "transfers_payment_id_payments_id_fk" FOREIGN KEY ("payment_id") REFERENCES "public"."payments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "subscription_periods" ADD CONSTRAINT "subscription_periods_subscription_id_subscriptions_id_fk" FOREIGN KEY ("subscription_id") REFERENCES "public"."subscriptions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "subscription_periods" ADD CONSTRAINT "subscription_periods_fee_transfer_id_transfers_id_fk" FOREIGN KEY ("fee_transfer_id") REFERENCES "public"."transfers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "subscriptions" ADD CONSTRAINT "subscriptions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "subscriptions" ADD CONSTRAINT "subscriptions_tariff_version_id_tariff_versions_id_fk" FOREIGN KEY ("tariff_version_id") REFERENCES "public"."tariff_versions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "outbox_messages" ADD CONSTRAINT "outbox_messages_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "invoices_one_open_order" ON "invoices" USING btree ("user_id","terms_hash","provider") WHERE "invoices"."state" in ('draft', 'pending');--> statement-breakpoint
CREATE INDEX "invoices_by_user" ON "invoices" USING btree ("user_id","no");--> statement-breakpoint
CREATE INDEX "open_items_by_state" ON "open_items" USING btree ("state","due_at");--> statement-breakpoint
CREATE INDEX "payments_by_invoice" ON "payments" USING btree ("invoice_id");--> statement-breakpoint
CREATE INDEX "accounts_by_user" ON "accounts" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "entries_by_transfer" ON "entries" USING btree ("transfer_id");--> statement-breakpoint
CREATE INDEX "entries_by_account" ON "entries" USING btree ("account_id","id");--> statement-breakpoint
CREATE INDEX "lot_moves_by_entry" ON "lot_moves" USING btree ("entry_id");--> statement-breakpoint
CREATE INDEX "lot_moves_by_lot" ON "lot_moves" USING btree ("lot_id");--> statement-breakpoint
CREATE INDEX "lots_spendable" ON "lots" USING btree ("account_id","priority","expires_at") WHERE "lots"."remaining_utok" > 0;--> statement-breakpoint
CREATE UNIQUE INDEX "transfers_one_money_in" ON "transfers" USING btree ("payment_id") WHERE "transfers"."kind" in ('topup', 'pack', 'sale', 'quarantine');--> statement-breakpoint
CREATE UNIQUE INDEX "transfers_one_fee" ON "transfers" USING btree ("subscription_id","period_n") WHERE "transfers"."kind" = 'subscription_fee';--> statement-breakpoint
CREATE INDEX "transfers_by_user" ON "transfers" USING btree ("user_id","id");--> statement-breakpoint
CREATE INDEX "transfers_by_invoice" ON "transfers" USING btree ("invoice_id");--> statement-breakpoint
CREATE UNIQUE INDEX "subscriptions_one_live" ON "subscriptions" USING btree ("user_id","product_code") WHERE "subscriptions"."state" <> 'expired' and "subscriptions"."state" <> 'ended';--> statement-breakpoint
CREATE INDEX "outbox_queued" ON "outbox_messages" USING btree ("chat_id","id") WHERE "outbox_messages"."state" = 'queued';