-- What tables alone cannot promise: books that are never rewritten, transfers that always balance, terms that never move.

CREATE EXTENSION IF NOT EXISTS btree_gist;
--> statement-breakpoint
CREATE FUNCTION refuse_rewrite() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
--> statement-breakpoint
CREATE TRIGGER transfers_append_only BEFORE UPDATE OR DELETE ON transfers FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
--> statement-breakpoint
CREATE TRIGGER entries_append_only BEFORE UPDATE OR DELETE ON entries FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
--> statement-breakpoint
CREATE TRIGGER lot_moves_append_only BEFORE UPDATE OR DELETE ON lot_moves FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
--> statement-breakpoint
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
--> statement-breakpoint
CREATE TRIGGER transfers_no_truncate BEFORE TRUNCATE ON transfers FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
--> statement-breakpoint
CREATE TRIGGER entries_no_truncate BEFORE TRUNCATE ON entries FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
--> statement-breakpoint
CREATE TRIGGER lot_moves_no_truncate BEFORE TRUNCATE ON lot_moves FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
--> statement-breakpoint
CREATE TRIGGER audit_log_no_truncate BEFORE TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();
--> statement-breakpoint
CREATE FUNCTION require_balance(checked uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  lines int;
  lopsided text;
BEGIN
  SELECT count(*) INTO lines FROM entries WHERE transfer_id = checked;
  IF lines < 2 THEN
    RAISE EXCEPTION 'transfer % has % entries; a transfer needs at least two', checked, lines USING ERRCODE = 'check_violation';
  END IF;
  SELECT string_agg(asset || ' ' || total, ', ') INTO lopsided FROM (
    SELECT a.asset, sum(e.amount) AS total
    FROM entries e JOIN accounts a ON a.id = e.account_id
    WHERE e.transfer_id = checked
    GROUP BY a.asset HAVING sum(e.amount) <> 0
  ) sums;
  IF lopsided IS NOT NULL THEN
    RAISE EXCEPTION 'transfer % does not balance: %', checked, lopsided USING ERRCODE = 'check_violation';
  END IF;
END $$;
--> statement-breakpoint
CREATE FUNCTION require_entry_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM require_balance(NEW.transfer_id);
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE FUNCTION require_transfer_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM require_balance(NEW.id);
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER entries_balance AFTER INSERT ON entries DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_entry_balance();
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER transfers_balance AFTER INSERT ON transfers DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_transfer_balance();
--> statement-breakpoint
ALTER TABLE subscription_periods ADD CONSTRAINT subscription_periods_no_overlap EXCLUDE USING gist (subscription_id WITH =, tstzrange(starts_at, ends_at) WITH &&);
--> statement-breakpoint
CREATE FUNCTION refuse_changed_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM quotes WHERE tariff_version_id = OLD.id)
     AND (to_jsonb(NEW) - 'valid_until') IS DISTINCT FROM (to_jsonb(OLD) - 'valid_until') THEN
    RAISE EXCEPTION 'tariff version % is in use and cannot change; add a new version', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER tariff_versions_frozen BEFORE UPDATE ON tariff_versions FOR EACH ROW EXECUTE FUNCTION refuse_changed_terms();
--> statement-breakpoint
CREATE FUNCTION refuse_changed_price() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM quotes WHERE tariff_version_id = OLD.tariff_version_id) THEN
    RAISE EXCEPTION 'prices of tariff version % are in use and cannot change; add a new version', OLD.tariff_version_id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN COALESCE(NEW, OLD);
END $$;
--> statement-breakpoint
CREATE TRIGGER tariff_prices_frozen BEFORE UPDATE OR DELETE ON tariff_prices FOR EACH ROW EXECUTE FUNCTION refuse_changed_price();
--> statement-breakpoint
CREATE FUNCTION require_kind_terms(checked uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  kind text;
  terms tariff_versions;
  lowest bigint;
  highest bigint;
BEGIN
  SELECT * INTO terms FROM tariff_versions WHERE id = checked;
  IF NOT FOUND THEN RETURN; END IF;
  SELECT t.kind INTO kind FROM tariffs t WHERE t.id = terms.tariff_id;
  SELECT min(amount_minor), max(amount_minor) INTO lowest, highest FROM tariff_prices WHERE tariff_version_id = checked;
  IF kind = 'pack' AND terms.tokens_utok = 0 THEN
    RAISE EXCEPTION 'a pack must contain tokens' USING ERRCODE = 'check_violation';
  ELSIF kind IN ('subscription', 'mixed', 'trial') AND terms.period_unit IS NULL THEN
    RAISE EXCEPTION 'a % must have a period', kind USING ERRCODE = 'check_violation';
  ELSIF kind = 'topup' AND (terms.min_amount_minor IS NULL OR lowest IS NOT NULL) THEN
    RAISE EXCEPTION 'a topup has a minimum amount and no price rows' USING ERRCODE = 'check_violation';
  ELSIF kind = 'trial' AND highest > 0 THEN
    RAISE EXCEPTION 'a trial costs nothing' USING ERRCODE = 'check_violation';
  ELSIF kind IN ('pack', 'subscription', 'mixed') AND lowest = 0 THEN
    RAISE EXCEPTION 'a % has a price above zero', kind USING ERRCODE = 'check_violation';
  END IF;
END $$;
--> statement-breakpoint
CREATE FUNCTION require_version_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM require_kind_terms(NEW.id);
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE FUNCTION require_price_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM require_kind_terms(NEW.tariff_version_id);
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER tariff_versions_terms AFTER INSERT OR UPDATE ON tariff_versions DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_version_terms();
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER tariff_prices_terms AFTER INSERT OR UPDATE ON tariff_prices DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_price_terms();
--> statement-breakpoint
CREATE FUNCTION refuse_changed_quote() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (to_jsonb(NEW) - 'consumed_by') IS DISTINCT FROM (to_jsonb(OLD) - 'consumed_by')
     OR (OLD.consumed_by IS NOT NULL AND NEW.consumed_by IS DISTINCT FROM OLD.consumed_by) THEN
    RAISE EXCEPTION 'quote % is frozen', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER quotes_frozen BEFORE UPDATE ON quotes FOR EACH ROW EXECUTE FUNCTION refuse_changed_quote();
--> statement-breakpoint
CREATE FUNCTION refuse_changed_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.id, NEW.no, NEW.user_id, NEW.quote_id, NEW.pay_amount_minor, NEW.currency, NEW.exponent, NEW.created_as_of, NEW.terms_hash)
     IS DISTINCT FROM
     (OLD.id, OLD.no, OLD.user_id, OLD.quote_id, OLD.pay_amount_minor, OLD.currency, OLD.exponent, OLD.created_as_of, OLD.terms_hash) THEN
    RAISE EXCEPTION 'the terms of invoice % are frozen', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER invoices_frozen BEFORE UPDATE ON invoices FOR EACH ROW EXECUTE FUNCTION refuse_changed_invoice();
