import type { BroadcastActivities, PriceChangeActivities } from '../../../activities/billing';

const HOUR = 3_600_000;

/** What reaches many people: a broadcast, and a new price for two subscribers, one of whom agrees. */
export function crowdRoles(): BroadcastActivities & PriceChangeActivities {
  return {
    offerPrices: ({ asOf }) =>
      Promise.resolve({
        ...{ state: 'offered', total: 2, offered: 2 },
        closesAt: new Date(Date.parse(asOf) + 30 * 24 * HOUR).toISOString(),
      }),
    closePrices: () => Promise.resolve({ state: 'over', offered: 2, accepted: 1, kept: 0 }),
    withdrawPrices: () => Promise.resolve({ kind: 'withdrawn' }),
    queueBroadcast: () =>
      Promise.resolve({
        state: 'running',
        added: 0,
        total: 5,
        queued: 5,
        inOutbox: 0,
        due: 0,
        isWalked: true,
      }),
    steerBroadcast: ({ move }) =>
      Promise.resolve({ kind: 'moved', state: move === 'resume' ? 'running' : 'paused' }),
    finishBroadcast: () => Promise.resolve({ state: 'done' }),
  };
}
