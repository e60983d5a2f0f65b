import type { Database } from '../../drizzle/client';
import { settings as rows } from '../../drizzle/schema';
import { mergeSettings, type BillingSettings } from '../domain/billing/settings';

const KEPT_MS = 1_000;

/** The settings in force, at most a second old: thousands of calls a second read the table once. */
export function createLiveSettings(
  db: Database,
  defaults: BillingSettings,
): () => Promise<BillingSettings> {
  let known: Promise<BillingSettings> | undefined;
  let isKeptUntil = 0;
  const read = async () =>
    mergeSettings(defaults, await db.select({ key: rows.key, value: rows.value }).from(rows));
  return () => {
    const nowMs = performance.now();
    if (known && nowMs < isKeptUntil) return known;
    const reading = read();
    [known, isKeptUntil] = [reading, nowMs + KEPT_MS];
    reading.catch(() => {
      if (known === reading) known = undefined;
    });
    return reading;
  };
}
