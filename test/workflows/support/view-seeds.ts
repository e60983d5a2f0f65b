import { randomUUID } from 'node:crypto';
import type { WireFact } from '../../../src/domain/billing/payment';
import {
  NOTIFIER_ID,
  paymentConfirmationId,
  paymentFactsQuery,
  pauseNotifierUpdate,
} from '../../../workflows/billing/contract';
import { operatorCardQuery } from '../../../workflows/contract';
import { until } from '../../support/until';
import {
  fact,
  fulfilled,
  happyActivities,
  jobOf,
  proposedRefund,
  quarantined,
  REPAIR,
} from './cast';
import { ONE_OF_EACH } from './one-of-each';
import { mismatchOf } from './reconciliation-roles';
import { due, rowsOf } from './subscriptions';
import { MINUTE, type Roles, type Theatre } from './theatre';

/** What a view has to find, and its neighbour that it must leave alone, by their workflow ids. */
export interface Seeded {
  readonly finds: string;
  readonly misses: string;
}

type Seed = (theatre: Theatre) => Promise<Seeded>;

const id = () => randomUUID().slice(0, 8);

/** One cast for all of them at once: what happens to a workflow is said by the first word of what it is about. */
export function seedRoles(): Roles {
  const roles = happyActivities();
  return {
    learnPayment: (asked) =>
      is(asked.hint, 'silent')
        ? Promise.resolve({ kind: 'unknown', reason: 'timeout' })
        : roles.learnPayment(asked),
    postPayment: ({ fact: told }) => Promise.resolve(outcomeOf(told) as never),
    proposeRefund: ({ paymentId }) =>
      Promise.resolve({ ...proposedRefund(), providerPaymentId: paymentId } as never),
    refundAtProvider: ({ request: { providerPaymentId } }) =>
      Promise.resolve(
        providerPaymentId.startsWith('refused')
          ? { kind: 'refused', reason: 'the card is closed' }
          : { kind: 'unknown', reason: 'timeout' },
      ),
    loadCourse: ({ subscriptionId }) =>
      Promise.resolve(unpaidCourse(subscriptionId, Number(subscriptionId.slice(0, 1)))),
    endHold: () => Promise.reject(new Error('away')),
    loadTrackJob: ({ jobKey }) =>
      Promise.resolve(
        jobOf(jobKey.startsWith('unpriced') ? 'priced_later' : 'open', new Date().toISOString()),
      ),
    loadMismatch: ({ providerPaymentId }) => {
      const state = providerPaymentId.startsWith('open') ? 'open' : 'found';
      return Promise.resolve(mismatchOf({ state, isNewsForUs: false }));
    },
    weighMismatch: () => Promise.resolve({ kind: 'differs', mismatch: mismatchOf() }),
    queueBroadcast: () =>
      Promise.resolve({
        ...{ state: 'running', added: 0, total: 5, queued: 2, inOutbox: 1, due: 0 },
        isWalked: false,
      }),
  };
}

function is({ providerPaymentId }: WireFact, what: string): boolean {
  return providerPaymentId.startsWith(what);
}

function outcomeOf(told: WireFact): object {
  if (is(told, 'odd')) return quarantined();
  const outcome = fulfilled(randomUUID());
  // Its id is none, so the SDK refuses the search attribute of the subscription, and the delivery fails.
  if (is(told, 'undelivered')) {
    return { ...outcome, subscription: { subscriptionId: 42, change: 'started' } };
  }
  return { ...outcome, isLate: is(told, 'late') };
}

function unpaidCourse(subscriptionId: string, tries: number) {
  const steps = [due('expire', 'expire', 30)];
  return rowsOf({ subscriptionId, state: 'past_due', tries, steps }).course;
}

/** The seeds of each view, by its name. */
export const VIEW_SEEDS: Readonly<Record<string, Seed>> = {
  'Needs attention': async (theatre) => ({
    finds: await payment(theatre, 'odd', 'quarantined'),
    misses: await payment(theatre, 'silent', 'asking'),
  }),
  'Unknown outcome': async (theatre) => {
    const [finds, misses] = [
      await payment(theatre, 'silent', 'asking'),
      await payment(theatre, 'silent', 'asking'),
    ];
    await theatre.pass(finds, 16 * MINUTE);
    await theatre.pass(misses, 14 * MINUTE);
    return { finds, misses };
  },
  'Paid, not delivered': async (theatre) => ({
    finds: await payment(theatre, 'undelivered', 'delivering'),
    misses: await payment(theatre, 'odd', 'quarantined'),
  }),
  'Quarantined money': async (theatre) => ({
    finds: await payment(theatre, 'odd', 'quarantined'),
    misses: await payment(theatre, 'undelivered', 'delivering'),
  }),
  'Late money': async (theatre) => ({
    finds: await payment(theatre, 'late', 'over'),
    misses: await payment(theatre, 'ordinary', 'over'),
  }),
  'Open orders': async (theatre) => ({
    finds: await order(theatre),
    misses: await order(theatre, 'cancel'),
  }),
  'Watched for late money': async (theatre) => ({
    finds: await order(theatre, 'cancel'),
    misses: await order(theatre),
  }),
  ...Object.fromEntries(
    [0, 1, 2, 3].map((tries): [string, Seed] => [
      `Unpaid after ${tries} ${tries === 1 ? 'try' : 'tries'}`,
      async (theatre) => ({
        finds: await unpaid(theatre, tries),
        misses: await unpaid(theatre, tries + 1),
      }),
    ]),
  ),
  'Refunds stuck': async (theatre) => ({
    finds: await refund(theatre, 'refused', 'refund_stuck'),
    misses: await refund(theatre, 'unclear', 'refund_unknown'),
  }),
  'Holds past their lease': async (theatre) => {
    const finds = await hold(theatre, 1);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    return { finds, misses: await hold(theatre, 600) };
  },
  'Jobs without a price': async (theatre) => ({
    finds: await job(theatre, 'unpriced', 'priced_later'),
    misses: await job(theatre, 'running', 'open'),
  }),
  'Disputes without evidence': async (theatre) => {
    const [finds, misses] = [await dispute(theatre), await dispute(theatre)];
    const evidence = { ...REPAIR, note: 'the usage log' };
    await theatre.client.workflow.getHandle(misses).executeUpdate('submitEvidence', {
      args: [evidence],
    });
    await untilState(theatre, misses, 'dispute_evidence_sent');
    return { finds, misses };
  },
  'Differences with providers': async (theatre) => ({
    finds: await mismatch(theatre, 'open'),
    misses: await mismatch(theatre, 'healing'),
  }),
  Paused: async (theatre) => {
    const sender = await theatre.start('notifier', { workflowId: NOTIFIER_ID, input: {} });
    await sender.executeUpdate(pauseNotifierUpdate, { args: [REPAIR] });
    await untilState(theatre, NOTIFIER_ID, 'paused');
    const workflowId = `broadcast:${id()}`;
    await theatre.start('broadcast', { workflowId, input: { broadcastId: id() } });
    await untilState(theatre, workflowId, 'running');
    return { finds: NOTIFIER_ID, misses: workflowId };
  },
  'Failing workflow tasks': async (theatre) => {
    // A bug in workflow code fails its tasks in the same way as code that is not there.
    const workflowId = `bug:${id()}`;
    const { client, taskQueue } = theatre;
    await client.workflow.start('unheardOf', { workflowId, taskQueue });
    return { finds: workflowId, misses: await order(theatre) };
  },
};

async function untilState(theatre: Theatre, workflowId: string, state: string): Promise<void> {
  const handle = theatre.client.workflow.getHandle(workflowId);
  await until(`${workflowId} is ${state}`, async () => {
    return (await handle.query(operatorCardQuery)).state === state;
  });
}

async function payment(theatre: Theatre, what: string, phase: string): Promise<string> {
  const providerPaymentId = `${what}-${id()}`;
  const handle = await theatre.start('paymentConfirmation', {
    workflowId: paymentConfirmationId('mock', providerPaymentId),
    input: { provider: 'mock', providerPaymentId },
    signal: ['hint', { source: 'webhook', fact: fact(providerPaymentId) }],
  });
  if (phase === 'over') await handle.result();
  else
    await until(`the payment is ${phase}`, async () => {
      return (await handle.query(paymentFactsQuery)).phase === phase;
    });
  return handle.workflowId;
}

async function order(theatre: Theatre, update?: 'cancel'): Promise<string> {
  const invoiceId = randomUUID();
  const workflowId = `checkout:${invoiceId}`;
  const input = { ...ONE_OF_EACH.checkout.input, invoiceId };
  const handle = await theatre.start('checkout', { workflowId, input });
  await untilState(theatre, workflowId, 'pending');
  if (!update) return workflowId;
  await handle.executeUpdate(update, { args: [REPAIR] as never });
  await untilState(theatre, workflowId, 'cancelled');
  return workflowId;
}

async function unpaid(theatre: Theatre, tries: number): Promise<string> {
  const subscriptionId = `${tries}${randomUUID().slice(1)}`;
  const workflowId = `sub:${subscriptionId}`;
  await theatre.start('subscription', { workflowId, input: { subscriptionId } });
  await untilState(theatre, workflowId, 'past_due');
  return workflowId;
}

async function refund(theatre: Theatre, what: string, state: string): Promise<string> {
  const paymentId = `${what}-${id()}`;
  const workflowId = `refund:${paymentId}:1`;
  const input = { ...ONE_OF_EACH.refund.input, paymentId };
  await theatre.start('refund', { workflowId, input });
  await untilState(theatre, workflowId, state);
  return workflowId;
}

async function hold(theatre: Theatre, leaseSeconds: number): Promise<string> {
  const holdKey = `c:${id()}`;
  const { input } = ONE_OF_EACH.hold;
  const workflowId = `hold:${holdKey}`;
  const wish = input.wish && { ...input.wish, leaseSeconds };
  await theatre.start('hold', {
    workflowId,
    input: { ...input, holdKey, ...(wish ? { wish } : {}) },
  });
  await untilState(theatre, workflowId, 'held');
  return workflowId;
}

async function job(theatre: Theatre, what: string, state: string): Promise<string> {
  const jobKey = `${what}-${id()}`;
  const workflowId = `track:${jobKey}`;
  await theatre.start('trackJob', { workflowId, input: { ...ONE_OF_EACH.trackJob.input, jobKey } });
  await untilState(theatre, workflowId, state);
  return workflowId;
}

async function dispute(theatre: Theatre): Promise<string> {
  const ref = id();
  const workflowId = `dispute:mock:${ref}`;
  await theatre.start('dispute', { workflowId, input: { ...ONE_OF_EACH.dispute.input, ref } });
  await untilState(theatre, workflowId, 'dispute_opened');
  return workflowId;
}

async function mismatch(theatre: Theatre, state: 'open' | 'healing'): Promise<string> {
  const providerPaymentId = `${state}-${id()}`;
  const workflowId = `recon:mock:${providerPaymentId}`;
  await theatre.start('mismatch', { workflowId, input: { provider: 'mock', providerPaymentId } });
  await untilState(theatre, workflowId, state);
  return workflowId;
}
