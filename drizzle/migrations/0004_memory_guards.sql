-- What was decided, voted, receipted or sealed is never rewritten.

CREATE TRIGGER timeline_edits_append_only BEFORE UPDATE OR DELETE ON timeline_edits FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
--> statement-breakpoint
CREATE TRIGGER votes_append_only BEFORE UPDATE OR DELETE ON votes FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
--> statement-breakpoint
CREATE TRIGGER receipts_append_only BEFORE UPDATE OR DELETE ON receipts FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
--> statement-breakpoint
CREATE TRIGGER audit_seals_append_only BEFORE UPDATE OR DELETE ON audit_seals FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
--> statement-breakpoint
CREATE TRIGGER trial_grants_append_only BEFORE UPDATE OR DELETE ON trial_grants FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
