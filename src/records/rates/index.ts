import { RateLimiterRes } from 'rate-limiter-flexible';
import type { Database } from '../../../drizzle/client';
import type { RateScope, RateVerdict } from '../contract';
import { BatchedLimiter, type CountClaim, type RateLimit } from './counters';

export type RateLimits = Readonly<Record<RateScope, RateLimit>>;

/** BOT-6. */
export const RATE_LIMITS: RateLimits = {
  command: { points: 30, seconds: 60 },
  invoice: { points: 5, seconds: 60 },
  promo: { points: 5, seconds: 600 },
};

export type TakeRate = (scope: RateScope, userId: number) => Promise<RateVerdict>;

interface RatesOptions {
  readonly limits: RateLimits;
  readonly count: CountClaim;
}

/** The limits of what people do in the bot; counters live in PostgreSQL, so that several bot processes share them. */
export function createRates(db: Database, { limits, count }: RatesOptions): TakeRate {
  const limiter = (scope: RateScope) =>
    new BatchedLimiter(db, `bot:${scope}`, { ...limits[scope], count });
  const limiters = {
    command: limiter('command'),
    invoice: limiter('invoice'),
    promo: limiter('promo'),
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

/** Whole seconds to wait, at least one. */
export function secondsOf(milliseconds: number): number {
  return Math.max(1, Math.ceil(milliseconds / 1000));
}
