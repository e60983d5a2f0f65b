import { RateLimiterRes } from 'rate-limiter-flexible';
import type { Database } from '../../../drizzle/client';
import type { BillingSettings } from '../../domain/billing/settings';
import type { CallClaim, CallQuota, CallScope } from '../contract';
import { BatchedLimiter, type CountClaim, type RateLimit } from './counters';
import { secondsOf } from './index';

export type TakeCall = (claims: readonly CallClaim[]) => Promise<readonly CallQuota[]>;

interface CallRatesOptions {
  readonly settings: () => Promise<BillingSettings>;
  readonly count: CountClaim;
}

/** More limits than this are in force at once nowhere. */
const MOST_LIMITERS = 1_000;

/** The limits of calls of the API (API-3): of an address, of a key, of a key for one person. */
export function createCallRates(db: Database, { settings, count }: CallRatesOptions): TakeCall {
  const limiters = new Map<string, BatchedLimiter>();
  const limiterOf = (scope: CallScope, limit: RateLimit): BatchedLimiter => {
    const name = `${scope} ${limit.points}/${limit.seconds}`;
    const known = limiters.get(name);
    if (known) return known;
    if (limiters.size >= MOST_LIMITERS) limiters.clear();
    const made = new BatchedLimiter(db, `api:${scope}`, { ...limit, count });
    limiters.set(name, made);
    return made;
  };
  return async (claims) => {
    const { rateLimitCalls, rateLimitPeriodSeconds: seconds } = await settings();
    const asked = claims.map((claim) => {
      const limit = { points: Math.ceil(claim.limit ?? rateLimitCalls), seconds };
      return { ...claim, limit, limiter: limiterOf(claim.scope, limit) };
    });
    // Whoever is refused by one limit neither costs a statement nor uses up another.
    const blocked = asked.find(({ id, limiter }) => limiter.isBlockedHere(id));
    return Promise.all((blocked ? [blocked] : asked).map(take));
  };
}

type Asked = Omit<CallClaim, 'limit'> & { limit: RateLimit; limiter: BatchedLimiter };

async function take({ scope, id, limit, limiter }: Asked): Promise<CallQuota> {
  const { points, seconds } = limit;
  const about = { scope, calls: points, periodSeconds: Math.max(1, Math.ceil(seconds)) };
  try {
    const taken = await limiter.consume(id);
    const resetSeconds = secondsOf(taken.msBeforeNext);
    return { ...about, isExceeded: false, remaining: taken.remainingPoints, resetSeconds };
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    const resetSeconds = secondsOf(refusal.msBeforeNext);
    return { ...about, isExceeded: true, remaining: 0, resetSeconds };
  }
}
