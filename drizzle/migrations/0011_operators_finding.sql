CREATE INDEX "users_by_name" ON "users" USING btree (lower("username"));--> statement-breakpoint
CREATE INDEX "transfers_by_time" ON "transfers" USING btree ("as_of");--> statement-breakpoint
CREATE INDEX "transfers_by_reversal" ON "transfers" USING btree ("reverses_transfer_id") WHERE "transfers"."reverses_transfer_id" is not null;