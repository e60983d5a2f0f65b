import { eq, sql } from 'drizzle-orm';
import type { Database } from '../../drizzle/client';
import { users } from '../../drizzle/schema';
import type { BillingSettings } from '../domain/billing/settings';
import type { EdgeRecords } from './contract';
import { markInboxError, markInboxSignalled, storeInboxEvent } from './inbox';
import { arrive, leave } from './people';
import { createQuote } from './quotes';
import { createRates, RATE_LIMITS, type RateLimits } from './rates';

export interface RecordsOptions {
  /** The environment's settings; rows of the settings table override the live ones. */
  readonly settings: BillingSettings;
  readonly rateLimits?: RateLimits;
}

/** The edge's own writes over one pool. Each member is one short transaction. */
export function createRecords(db: Database, options: RecordsOptions): EdgeRecords {
  const { settings } = options;
  return {
    arrive: (coming) => arrive(db, settings, coming),
    leave: (update) => leave(db, update),
    setLocale: async (userId, locale) => {
      await db.update(users).set({ locale }).where(eq(users.id, userId));
    },
    setReachable: async (userId, isReachable) => {
      const unreachableSince = isReachable ? null : sql`coalesce(${users.unreachableSince}, now())`;
      await db.update(users).set({ unreachableSince }).where(eq(users.id, userId));
    },
    createQuote: (request) => createQuote(db, settings, request),
    takeRate: createRates(db, options.rateLimits ?? RATE_LIMITS),
    storeInboxEvent: (event) => storeInboxEvent(db, event),
    markInboxSignalled: (id) => markInboxSignalled(db, id),
    markInboxError: (id, error) => markInboxError(db, id, error),
  };
}
