import { randomUUID } from 'node:crypto';
import type { BroadcastProgress } from '../../../activities/billing/broadcasts';
import { SUBSCRIPTION_REPAIRS } from '../../../src/domain/billing/subscription-repairs';
import { fulfilled, proposedRefund, quarantined } from './cast';
import { mismatchOf } from './reconciliation-roles';
import { due, rowsOf } from './subscriptions';
import type { Roles } from './theatre';

// What goes wrong in the plays about operators, each trouble by its name.

/** A provider that never says what became of anything. */
export const silent = () => Promise.resolve({ kind: 'unknown', reason: 'timeout' } as const);

/** A payment without an outcome. */
export const UNANSWERED: Roles = { learnPayment: silent };

/** Money that matches nothing. */
export const QUARANTINED: Roles = { postPayment: () => Promise.resolve(quarantined()) };

/** Booked money whose subscription cannot be told: its id is none, so the SDK refuses the search attribute. */
export const UNDELIVERED: Roles = {
  postPayment: () => {
    const subscription = { subscriptionId: 42 as never, change: 'started' } as const;
    return Promise.resolve({ ...fulfilled(randomUUID()), subscription });
  },
};

/** A refund that nobody has to agree to, and of which its provider says nothing. */
export const UNPROVED: Roles = {
  proposeRefund: () => Promise.resolve(proposedRefund()),
  refundAtProvider: silent,
};

/** The same, refused by its provider. */
export const REFUSED: Roles = {
  ...UNPROVED,
  refundAtProvider: () => Promise.resolve({ kind: 'refused', reason: 'closed' }),
};

/** A difference that does not heal. */
export const DIFFERING: Roles = {
  weighMismatch: () =>
    Promise.resolve({ kind: 'differs', mismatch: mismatchOf({ state: 'open' }) }),
};

/** A subscription to which every repair could be done. */
export const REPAIRABLE: Roles = {
  loadCourse: () => {
    const steps = [due('expire', 'expire', 30)];
    return Promise.resolve(rowsOf({ steps, allowedRepairs: SUBSCRIPTION_REPAIRS }).course);
  },
};

/** A broadcast half of whose messages are queued. */
export function broadcasting(state: BroadcastProgress['state']): Roles {
  const counts = { added: 0, total: 5, queued: 2, inOutbox: 1, due: 0 };
  return { queueBroadcast: () => Promise.resolve({ state, ...counts, isWalked: false }) };
}
