import { randomUUID } from 'node:crypto';
import type { WorkflowType } from '../../../src/domain/billing/workflow-repairs';
import { fact, jobOf, proposedRefund, quarantined, REPAIR, USER_ID } from './cast';
import { mismatchOf } from './reconciliation-roles';
import { due, rowsOf } from './subscriptions';
import type { Roles, Start } from './theatre';

/** How a workflow of each type is brought to a place where it waits, or to its end where it never does. */
export interface Beginning<N extends WorkflowType> {
  readonly input: Start<N>['input'];
  readonly roles?: Roles;
  readonly signal?: Start<N>['signal'];
}

const id = randomUUID();
const silent = { kind: 'unknown', reason: 'the provider is silent' } as const;
const REQUEST = { caller: 'c', key: 'k', method: 'POST', path: '/holds', bodyHash: '0' };
const charge = {
  ...{ attemptId: id, invoiceId: id, invoiceNo: 7, provider: 'mock', isSent: true },
  amount: { minor: 20_000, currency: 'RUB', exponent: 2 },
};

/** One beginning for each workflow type that the worker offers. */
export const ONE_OF_EACH: { readonly [N in WorkflowType]: Beginning<N> } = {
  autoTopup: {
    input: { userId: USER_ID },
    roles: {
      planAutoTopup: () => Promise.resolve({ kind: 'charge', attempt: charge }),
      topupAttemptState: () => Promise.resolve({ isOpen: true, state: 'unknown' }),
      askOrder: () => Promise.resolve(silent),
    },
  },
  autoTopupSweep: { input: {} },
  breakItem: { input: { transferId: id, userId: USER_ID, broken: ['sum'] } },
  broadcast: {
    input: { broadcastId: id },
    roles: {
      queueBroadcast: () =>
        Promise.resolve({
          ...{ state: 'paused', added: 0, total: 5, queued: 2, inOutbox: 0, due: 0 },
          isWalked: false,
        }),
    },
  },
  checkout: { input: { invoiceId: id, userId: USER_ID, provider: 'mock' } },
  dispute: {
    input: {
      ...{ provider: 'mock', ref: 'd-1', providerPaymentId: 'p-1' },
      news: [{ stage: 'opened' }],
    },
  },
  erasure: {
    input: { erasureId: id, userId: USER_ID },
    roles: { stopMethod: () => Promise.resolve(silent) },
  },
  export: { input: { exportId: id, userId: USER_ID } },
  freeOrder: { input: { quoteId: id, userId: USER_ID } },
  gift: { input: { giftId: id, buyerId: USER_ID } },
  hold: {
    input: {
      ...{ holdKey: `c:${id}`, userId: USER_ID },
      wish: {
        ...{ clientId: 'c', amountUtok: 5_000_000, leaseSeconds: 600, onExpiry: 'release' },
        request: REQUEST,
      },
    },
  },
  keeper: { input: {} },
  limitChange: {
    input: { changeId: id, wishes: [], actor: { kind: 'user', id: String(USER_ID) } },
  },
  methodRemoval: {
    input: { methodId: id, userId: USER_ID },
    roles: { stopMethod: () => Promise.resolve(silent) },
  },
  mismatch: {
    input: { provider: 'mock', providerPaymentId: id },
    roles: {
      loadMismatch: () => Promise.resolve(mismatchOf({ state: 'open', isNewsForUs: false })),
      learnPayment: () => Promise.resolve(silent),
      weighMismatch: () =>
        Promise.resolve({ kind: 'differs', mismatch: mismatchOf({ state: 'open' }) }),
    },
  },
  notifier: { input: {} },
  operation: {
    input: {
      ...{ operationId: id, action: 'grant_tokens', params: {}, reason: REPAIR.reason },
      operator: { userId: 7 },
    },
  },
  operations: { input: {} },
  paymentConfirmation: {
    input: {
      ...{ provider: 'mock', providerPaymentId: id },
      hints: [{ source: 'webhook', fact: fact(id) }],
    },
    roles: { postPayment: () => Promise.resolve(quarantined()) },
  },
  priceChange: { input: { priceChangeId: id } },
  proposal: { input: { proposalId: id } },
  reconciliation: { input: { provider: 'mock' } },
  referralPayout: { input: { refereeId: USER_ID } },
  refund: {
    input: {
      ...{ paymentId: id, origin: 'operator', reason: REPAIR.reason },
      requestedBy: { kind: 'operator', id: 'boris' },
    },
    roles: { proposeRefund: () => Promise.resolve(proposedRefund(1)) },
  },
  spendRefund: {
    input: {
      ...{ request: REQUEST, chargeId: id, clientId: 'c', clientName: 'jobs' },
      reason: 'not delivered',
    },
  },
  subscription: {
    input: { subscriptionId: id },
    roles: {
      loadCourse: () =>
        Promise.resolve(
          rowsOf({ steps: [due('expire', 'expire', 30)], allowedRepairs: ['editTimeline'] }).course,
        ),
    },
  },
  tokenSpend: {
    input: {
      spends: [
        {
          ...{ key: `c:${id}`, clientId: 'c', userId: USER_ID, amountUtok: 1_000_000 },
          ...{ kind: 'spend', description: 'work', asOf: new Date().toISOString() },
        },
      ],
    },
  },
  trackJob: {
    input: { jobKey: id, clientId: 'c', userId: USER_ID },
    roles: {
      loadTrackJob: () => Promise.resolve(jobOf('priced_later', new Date().toISOString())),
      settlePricedTrack: ({ asOf }) => Promise.resolve({ job: jobOf('priced_later', asOf) }),
    },
  },
  verificationAlarm: { input: { provider: 'mock' } },
  wallet: { input: { userId: USER_ID } },
};
