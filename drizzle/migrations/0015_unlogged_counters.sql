-- Counters of calls are worth nothing after a crash, and are written on every call.

ALTER TABLE rate_counters SET UNLOGGED;
