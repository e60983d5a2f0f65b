import { eq, sql } from 'drizzle-orm';
import type { Database } from '../../drizzle/client';
import { users } from '../../drizzle/schema';
import type { BillingSettings } from '../domain/billing/settings';
import type { Secrets } from '../domain/secrets';
import type { Terms } from '../domain/terms';
import { assert } from '../domain/assert';
import { noteKeyUse } from './api-keys';
import { chooseAutoTopup } from './auto-topups';
import { acceptTerms, agreeToAutopay } from './consents';
import type { EdgeRecords } from './contract';
import { createLiveSettings } from './live-settings';
import { markInboxError, markInboxSignalled, storeInboxEvent } from './inbox';
import { chooseMarketing } from './marketing';
import { arrive, leave } from './people';
import { lookUpPromo, rememberPromo } from './promo';
import { createQuote } from './quotes';
import { bringIn } from './referrals';
import { createRates, RATE_LIMITS, type RateLimits } from './rates';
import { createCallRates } from './rates/calls';
import { clearCounters, createCounters } from './rates/counters';

export interface RecordsOptions {
  /** The environment's settings; rows of the settings table override the live ones. */
  readonly settings: BillingSettings;
  /** The terms of service that people accept before anything moves money; without them nobody is asked. */
  readonly terms?: Terms;
  /** Seals what is kept about a person, and reads the codes in links. */
  readonly secrets: Secrets;
  readonly rateLimits?: RateLimits;
  /**
   * Where rates are counted, else with everything else. A pool that keeps its statements spares every call of the API
   * that the largest of them is parsed and planned anew.
   */
  readonly counting?: Database;
}

/** The edge's own writes over one pool. Each member is one short transaction. */
export function createRecords(db: Database, options: RecordsOptions): EdgeRecords {
  const { settings, terms, secrets } = options;
  const count = createCounters(options.counting ?? db);
  const beginning = { displayTimeZone: settings.displayTimeZone, terms };
  return {
    arrive: (coming) => arrive(db, beginning, coming),
    leave: (update) => leave(db, update),
    setLocale: async (userId, locale) => {
      await db.update(users).set({ locale }).where(eq(users.id, userId));
    },
    acceptTerms: (consent) => {
      assert(terms, 'consent is asked for where there are terms');
      return acceptTerms(db, terms, consent);
    },
    agreeToAutopay: (consent) => agreeToAutopay(db, consent),
    bringIn: (newcomer) => bringIn(db, secrets.apiKeyPepper, newcomer),
    chooseAutoTopup: (choice) => chooseAutoTopup(db, choice),
    chooseMarketing: (choice) => chooseMarketing(db, choice),
    setReachable: async (userId, isReachable) => {
      const unreachableSince = isReachable ? null : sql`coalesce(${users.unreachableSince}, now())`;
      await db.update(users).set({ unreachableSince }).where(eq(users.id, userId));
    },
    createQuote: (request) => createQuote(db, settings, request),
    lookUpPromo: (question) => lookUpPromo(db, question),
    rememberPromo: (userId, code) => rememberPromo(db, userId, code),
    takeRate: createRates(db, { limits: options.rateLimits ?? RATE_LIMITS, count }),
    takeCall: createCallRates(db, { settings: createLiveSettings(db, settings), count }),
    clearCounters: () => clearCounters(db),
    noteKeyUse: (use) => noteKeyUse(db, use),
    storeInboxEvent: (event) => storeInboxEvent(db, secrets.dataKey, event),
    markInboxSignalled: (id) => markInboxSignalled(db, id),
    markInboxError: (id, error) => markInboxError(db, id, error),
  };
}
