import type { Response } from 'express';
import type { CallQuota } from '../../records/contract';
import type { Problem } from './problems';

/**
 * Tells how the limits stand, in the fields of draft-ietf-httpapi-ratelimit-headers: what is allowed (`q` calls in `w`
 * seconds), and what is left (`r` calls, for the `t` seconds until the period is over).
 */
export function tellQuotas(response: Response, quotas: readonly CallQuota[]): void {
  const list = (member: (quota: CallQuota) => string) =>
    quotas.map((quota) => `"${quota.scope}";${member(quota)}`).join(', ');
  response.set({
    'ratelimit-policy': list(({ calls, periodSeconds }) => `q=${calls};w=${periodSeconds}`),
    ratelimit: list(({ remaining, resetSeconds }) => `r=${remaining};t=${resetSeconds}`),
  });
}

/** The refusal of a call for which nothing was left; the longest wait counts. */
export function exceeded(quotas: readonly CallQuota[]): Problem | undefined {
  const used = quotas.filter(({ isExceeded }) => isExceeded);
  const [first] = used;
  if (!first) return undefined;
  const { scope, calls, periodSeconds } = first;
  const retryAfter = Math.max(...used.map(({ resetSeconds }) => resetSeconds));
  return {
    code: 'rate_limited',
    detail: `${WHOSE[scope]} may make ${calls} calls within ${periodSeconds} seconds.`,
    members: { scope, limit: calls, period_seconds: periodSeconds },
    headers: { 'retry-after': String(retryAfter) },
  };
}

const WHOSE: Readonly<Record<CallQuota['scope'], string>> = {
  address: 'An address without a key in force',
  key: 'This key',
  user: 'This key for this person',
};
