import { randomUUID } from 'node:crypto';
import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import type { Workflows } from '../../src/commands/start';
import type { WireFact } from '../../src/domain/billing/payment';
import {
  paymentConfirmationId,
  paymentFactsQuery,
  paymentHintSignal,
  type PaymentHint,
} from '../../workflows/billing/contract';
import { until } from '../support/until';
import { fact, happyActivities, USER_ID } from './support/cast';
import { shown } from './support/seen';
import { due, rowsOf } from './support/subscriptions';
import { DAY, HOUR, MINUTE, openTheatre, SECOND, type Theatre } from './support/theatre';

type Payment = WorkflowHandle<Workflows['paymentConfirmation']>;

let theatre: Theatre;

beforeAll(async () => {
  theatre = await openTheatre();
});
beforeEach(() => theatre.play());
afterEach(() => theatre.clear());
afterAll(() => theatre.close());

const INVOICE = '0195f000-0000-7000-8000-000000000001';
const hintOf = (told: WireFact): PaymentHint => ({ source: 'webhook', fact: told });

/** A webhook arrives: signal with start, as the server sends it. */
async function arrives(change: Partial<WireFact> = {}): Promise<Payment> {
  const providerPaymentId = change.providerPaymentId ?? randomUUID().slice(0, 8);
  return theatre.start('paymentConfirmation', {
    workflowId: paymentConfirmationId('mock', providerPaymentId),
    input: { provider: 'mock', providerPaymentId },
    signal: ['hint', hintOf(fact(providerPaymentId, { invoiceId: INVOICE, ...change }))],
  });
}

const idOf = (handle: Payment) => handle.workflowId.replace('pay:mock:', '');
const hint = (handle: Payment, change: Partial<WireFact> = {}) =>
  handle.signal(paymentHintSignal, hintOf(fact(idOf(handle), { invoiceId: INVOICE, ...change })));
const UNKNOWN = { kind: 'unknown', reason: 'timeout' } as const;
const learns = (state: WireFact['state']) => ({
  learnPayment: ({ hint: told }: { hint: WireFact }) =>
    Promise.resolve({ kind: 'fact', fact: { ...told, state }, evidence: 'asked' } as const),
});
/** The order is known, so that its owner can be told. */
const located = {
  locatePayment: async (asked: { fact: WireFact }) => ({
    ...(await happyActivities().locatePayment(asked)),
    invoiceId: INVOICE,
  }),
};

describe('a paid payment', () => {
  test('is located, asked about, posted and delivered, in this order', async () => {
    const handle = await arrives();
    expect(await handle.result()).toMatchObject({ kind: 'delivered' });
    expect(theatre.log()).toEqual(['locatePayment', 'learnPayment', 'postPayment']);
    expect(theatre.calls('postPayment')[0]).toMatchObject({ provider: 'mock', evidence: 'asked' });
  });

  test('hinted at fifty times is posted once (PC-3)', async () => {
    const gate = gateOf();
    theatre.play({ ...learns('paid'), locatePayment: gate.hold(happyActivities().locatePayment) });
    const handle = await arrives();
    await Promise.all(Array.from({ length: 50 }, () => hint(handle)));
    gate.open();
    expect(await handle.result()).toMatchObject({ kind: 'delivered' });
    expect(theatre.calls('postPayment')).toHaveLength(1);
  });

  test('hinted at after the end starts a short run that posts under the same key', async () => {
    const first = await arrives();
    await first.result();
    const again = await arrives({ providerPaymentId: idOf(first) });
    await again.result();
    expect(theatre.calls('postPayment')).toHaveLength(2);
    expect(again.workflowId).toBe(first.workflowId);
  });

  test('is found in the list by provider, person, invoice, amount and state', async () => {
    theatre.play(located);
    const handle = await arrives();
    await handle.result();
    const { attributes } = await shown(theatre.client, handle);
    expect(attributes).toMatchObject({
      Provider: 'mock',
      BillingUserId: String(USER_ID),
      InvoiceId: INVOICE,
      AmountMinor: 20_000,
      Currency: 'RUB',
      BillingState: 'delivered',
    });
    const query = `BillingUserId = '${USER_ID}' and InvoiceId = '${INVOICE}' and WorkflowType = 'paymentConfirmation'`;
    await until('visibility knows', async () => (await theatre.client.workflow.count(query)).count);
  });

  test('that starts a period starts its subscription, which stays when this ends', async () => {
    const subscriptionId = randomUUID();
    const { course } = rowsOf({ subscriptionId, steps: [due('renew', 'renew:0', 30)] });
    theatre.play({
      postPayment: () =>
        Promise.resolve({
          kind: 'fulfilled',
          as: 'order',
          isLate: false,
          invoiceId: INVOICE,
          userId: USER_ID,
          subscription: { subscriptionId, change: 'started' },
        }),
      loadCourse: () => Promise.resolve(course),
    });
    await (await arrives()).result();
    const subscription = theatre.client.workflow.getHandle(`sub:${subscriptionId}`);
    expect((await subscription.describe()).status.name).toBe('RUNNING');
    const before = theatre.calls('loadCourse').length;
    await (await arrives()).result();
    await until('it looks again', async () => theatre.calls('loadCourse').length > before);
  });
});

/** Holds activities up until it is opened. */
function gateOf() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return {
    open: () => open(),
    hold:
      <A extends unknown[], R>(role: (...args: A) => Promise<R>) =>
      (...args: A) =>
        opened.then(() => role(...args)),
  };
}

describe('a hint that says more than the one worked on is not lost', () => {
  test('paid while "failed" is being recorded', async () => {
    const gate = gateOf();
    theatre.play({
      ...learns('failed'),
      recordFact: gate.hold(() => Promise.resolve({ state: 'failed', outcome: undefined })),
    });
    const handle = await arrives({ state: 'failed' });
    await until('it records', async () => theatre.calls('recordFact').length > 0);
    await hint(handle, { state: 'paid' });
    theatre.recast(learns('paid'));
    gate.open();
    expect(await handle.result()).toMatchObject({ kind: 'delivered' });
  });

  test('refunded while the payment is being posted', async () => {
    const gate = gateOf();
    theatre.play({ ...learns('paid'), postPayment: gate.hold(happyActivities().postPayment) });
    const handle = await arrives();
    await until('it posts', async () => theatre.calls('postPayment').length > 0);
    await hint(handle, { state: 'refunded' });
    theatre.recast(learns('refunded'));
    gate.open();
    expect(await handle.result()).toEqual({ kind: 'reversed', state: 'refunded' });
    expect(theatre.calls('recordFact')).toHaveLength(1);
  });
});

describe('a payment that failed', () => {
  test('tells its owner and ends', async () => {
    theatre.play({ ...located, ...learns('failed') });
    expect(await (await arrives({ state: 'failed' })).result()).toEqual({ kind: 'failed' });
    expect(theatre.calls('tellPayer')).toMatchObject([{ template: 'pay.failed' }]);
    expect(theatre.calls('postPayment')).toEqual([]);
  });
});

describe('an unknown outcome (PC-11)', () => {
  const silent = { ...located, learnPayment: () => Promise.resolve(UNKNOWN) };

  test('is asked about at 10 s, 30 s, 1, 5, 15 minutes, then hourly', async () => {
    theatre.play(silent);
    const handle = await arrives({ state: 'pending' });
    await until('the first question', async () => theatre.calls('learnPayment').length === 1);
    const asked: number[] = [];
    for (const ms of [
      11 * SECOND,
      31 * SECOND,
      61 * SECOND,
      5.1 * MINUTE,
      15.1 * MINUTE,
      61 * MINUTE,
    ]) {
      await theatre.pass(handle.workflowId, ms);
      asked.push(theatre.calls('learnPayment').length);
    }
    expect(asked).toEqual([2, 3, 4, 5, 6, 7]);
  });

  test('is told to the payer once after 5 minutes and shown as stuck after 15', async () => {
    theatre.play(silent);
    const handle = await arrives({ state: 'pending' });
    await theatre.pass(handle.workflowId, 4 * MINUTE);
    expect(theatre.calls('tellPayer')).toEqual([]);
    await theatre.pass(handle.workflowId, 3 * MINUTE);
    expect(theatre.calls('tellPayer')).toMatchObject([{ template: 'pay.confirming' }]);
    expect((await shown(theatre.client, handle)).attributes).not.toHaveProperty('StuckReason');
    await theatre.pass(handle.workflowId, HOUR);
    expect(theatre.calls('tellPayer')).toHaveLength(1);
    const { attributes, details } = await shown(theatre.client, handle);
    expect(attributes).toMatchObject({ BillingState: 'unknown', StuckReason: 'unknown' });
    expect(details).toContain('the outcome at mock: timeout');
    expect(details).toContain('Needs attention: unknown');
  });

  test('opens an item after 72 hours, goes on daily and gives up after 30 days more', async () => {
    theatre.play(silent);
    const handle = await arrives({ state: 'pending' });
    await theatre.pass(handle.workflowId, 71 * HOUR);
    expect(theatre.calls('openUnknownItem')).toEqual([]);
    await theatre.pass(handle.workflowId, 3 * HOUR);
    expect(theatre.calls('openUnknownItem').length).toBeGreaterThan(0);
    const before = theatre.calls('learnPayment').length;
    await theatre.pass(handle.workflowId, 5 * DAY);
    expect(theatre.calls('learnPayment').length - before).toBe(5);
    expect(await theatre.pass(handle.workflowId, 30 * DAY)).toEqual({ kind: 'closed' });
    expect(await handle.result()).toEqual({ kind: 'unresolved' });
    expect(theatre.calls('postPayment')).toEqual([]);
  });

  test('a new hint is a reason to ask at once', async () => {
    theatre.play(silent);
    const handle = await arrives({ state: 'pending' });
    await until('the first question', async () => theatre.calls('learnPayment').length === 1);
    theatre.recast(learns('paid'));
    await hint(handle, { state: 'pending' });
    expect(await handle.result()).toMatchObject({ kind: 'delivered' });
  });

  test('a worker that cannot ask for ever is as good as an unknown outcome', async () => {
    theatre.play({ ...located, learnPayment: () => Promise.reject(new Error('ECONNREFUSED')) });
    const handle = await arrives();
    await theatre.pass(handle.workflowId, MINUTE);
    const { waitingFor } = await handle.query(paymentFactsQuery);
    expect(waitingFor).toBe('the outcome at mock: this worker could not ask the provider');
    theatre.recast(learns('paid'));
    await theatre.pass(handle.workflowId, HOUR);
    expect(await handle.result()).toMatchObject({ kind: 'delivered' });
  });

  test('goes on in a fresh run when its history is long, without losing what it knew', async () => {
    theatre.play(silent);
    const handle = await arrives({ state: 'pending' });
    await theatre.pass(handle.workflowId, 10 * MINUTE);
    const firstRun = (await handle.describe()).runId;
    const current = theatre.client.workflow.getHandle<Workflows['paymentConfirmation']>(
      handle.workflowId,
    );
    for (let letters = 0; letters < 6; letters += 1) await fatHint(current);
    await until('a fresh run', async () => (await current.describe()).runId !== firstRun);
    expect(theatre.calls('tellPayer')).toHaveLength(1);
    theatre.recast(learns('paid'));
    await current.signal(paymentHintSignal, hintOf(fact(idOf(handle), { invoiceId: INVOICE })));
    expect(await current.result()).toMatchObject({ kind: 'delivered' });
    expect(theatre.calls('postPayment')).toHaveLength(1);
    expect(theatre.calls('tellPayer')).toHaveLength(1);
  });
});

/** The server suggests a fresh run by the size of history, too. */
async function fatHint(handle: Payment): Promise<void> {
  const told = fact(idOf(handle), { state: 'pending', invoiceId: INVOICE });
  await handle.signal(paymentHintSignal, { ...hintOf(told), inboxEventId: 'x'.repeat(900_000) });
  // An answer means that the signal was taken: several of this size in one task would not fit into a message.
  await handle.query(paymentFactsQuery);
}

test('cancelled in the Web UI, it ends without posting', async () => {
  theatre.play({ learnPayment: () => Promise.resolve(UNKNOWN) });
  const handle = await arrives();
  await until('it asks', async () => theatre.calls('learnPayment').length > 0);
  await handle.cancel();
  await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
  expect(theatre.calls('postPayment')).toEqual([]);
});
