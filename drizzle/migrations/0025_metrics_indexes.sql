CREATE INDEX "inbox_events_waiting" ON "inbox_events" USING btree ("recorded_at") WHERE "inbox_events"."signalled_at" is null and "inbox_events"."verified" <> 'no';--> statement-breakpoint
CREATE INDEX "inbox_events_unverified" ON "inbox_events" USING btree ("updated_at") WHERE "inbox_events"."verified" = 'no';--> statement-breakpoint
CREATE INDEX "payments_by_time" ON "payments" USING btree ("recorded_at");--> statement-breakpoint
CREATE INDEX "payments_unknown" ON "payments" USING btree ("recorded_at") WHERE "payments"."state" = 'unknown';--> statement-breakpoint
CREATE INDEX "attempts_failed" ON "attempts" USING btree ("updated_at") WHERE "attempts"."state" in ('failed_soft', 'failed_hard');