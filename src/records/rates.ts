import { RateLimiterDrizzle, RateLimiterRes } from 'rate-limiter-flexible';
import type { Database } from '../../drizzle/client';
import { rateCounters } from '../../drizzle/schema';
import type { RateScope, RateVerdict } from './contract';

export interface RateLimit {
  readonly points: number;
  readonly seconds: number;
}

export type RateLimits = Readonly<Record<RateScope, RateLimit>>;

/** BOT-6. */
export const RATE_LIMITS: RateLimits = {
  command: { points: 30, seconds: 60 },
  invoice: { points: 5, seconds: 60 },
  promo: { points: 5, seconds: 600 },
};

export type TakeRate = (scope: RateScope, userId: number) => Promise<RateVerdict>;

/** Counters live in PostgreSQL, so that several bot processes share them. */
export function createRates(db: Database, limits: RateLimits): TakeRate {
  const limiters = {
    command: limiter(db, 'command', limits.command),
    invoice: limiter(db, 'invoice', limits.invoice),
    promo: limiter(db, 'promo', limits.promo),
  };
  return async (scope, userId) => {
    try {
      await limiters[scope].consume(userId);
      return { kind: 'ok' };
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      return { kind: 'limited', retryAfterSeconds: secondsOf(refusal.msBeforeNext) };
    }
  };
}

function limiter(db: Database, scope: RateScope, limit: RateLimit): RateLimiterDrizzle {
  return new RateLimiterDrizzle({
    storeClient: db,
    schema: rateCounters,
    points: limit.points,
    duration: limit.seconds,
    keyPrefix: `bot:${scope}`,
    // The keeper clears what has expired: the library's own timer outlives the connection it uses.
    clearExpiredByTimeout: false,
  });
}

function secondsOf(milliseconds: number): number {
  return Math.max(1, Math.ceil(milliseconds / 1000));
}
