import { randomUUID } from 'node:crypto';
import {
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  type WorkflowHandle,
} from '@temporalio/client';
import type { Workflows } from '../../src/commands/start';
import {
  cancelCheckoutUpdate,
  changeProviderUpdate,
  checkoutId,
  checkoutStatusQuery,
  checkPaymentUpdate,
  openCheckoutUpdate,
  paymentSeenSignal,
} from '../../workflows/billing/contract';
import { until } from '../support/until';
import { fact, fulfilled, happyActivities, USER_ID } from './support/cast';
import { DAY, HOUR, MINUTE, openTheatre, SECOND, type Theatre } from './support/theatre';

type Checkout = WorkflowHandle<Workflows['checkout']>;

let theatre: Theatre;

beforeAll(async () => {
  theatre = await openTheatre();
});
beforeEach(() => theatre.play());
afterEach(() => theatre.clear());
afterAll(() => theatre.close());

const OWNER = { actor: { kind: 'user' as const, id: String(USER_ID) } };
const STRANGER = { actor: { kind: 'user' as const, id: '666' } };

async function begin(change: { signal?: readonly [string, ...unknown[]] } = {}): Promise<Checkout> {
  const invoiceId = randomUUID();
  return theatre.start('checkout', {
    workflowId: checkoutId(invoiceId),
    input: { invoiceId, userId: USER_ID, provider: 'mock' },
    ...change,
  });
}

/** A checkout whose link has been given out. */
async function opened(): Promise<Checkout> {
  const handle = await begin();
  const opening = await handle.executeUpdate(openCheckoutUpdate);
  expect(opening.kind).toBe('open');
  return handle;
}

const idOf = (handle: Checkout) => handle.workflowId.replace('checkout:', '');
const pay = (handle: Checkout, times = 1) =>
  Promise.all(
    Array.from({ length: times }, () =>
      handle.signal(paymentSeenSignal, {
        outcome: fulfilled(idOf(handle)),
        providerPaymentId: 'p1',
      }),
    ),
  );
const closings = () => theatre.calls('closeInvoice').map(({ state }) => state);

async function acceptedUpdates(handle: Checkout): Promise<number> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).filter((event) => event.workflowExecutionUpdateAcceptedEventAttributes)
    .length;
}

/** When the running checkout opened its invoice, by its own clock. */
const openedMs = () => Date.parse(theatre.calls('openInvoice')[0]?.asOf ?? '');

/** The provider says that the order is paid; asking about the payment says so, too. */
const paidAtProvider = (handle: Checkout) =>
  theatre.recast({
    askOrder: () =>
      Promise.resolve({ kind: 'facts', facts: [fact('p1', { invoiceId: idOf(handle) })] }),
  });

describe('opening', () => {
  test('commits the invoice before it asks for the link, and the link before it answers (CO-1)', async () => {
    await opened();
    expect(theatre.log()).toEqual(['openInvoice', 'createPayment', 'publishInvoice']);
  });

  test('of what is refused ends with the reason and answers whoever asked meanwhile', async () => {
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    theatre.play({
      openInvoice: async () => {
        await gate;
        return { kind: 'refused', reason: 'quote_expired' };
      },
    });
    const handle = await begin();
    const asked = handle.executeUpdate(checkPaymentUpdate, { args: [OWNER] });
    const cancelled = handle.executeUpdate(cancelCheckoutUpdate, { args: [OWNER] });
    await until('both questions wait', async () => (await acceptedUpdates(handle)) === 2);
    release();
    expect(await handle.result()).toEqual({ kind: 'refused', reason: 'quote_expired' });
    expect(await asked).toMatchObject({ state: 'cancelled' });
    expect(await cancelled).toEqual({ kind: 'closed', state: 'cancelled' });
  });

  test('of a provider that stays silent for half a minute is refused, told and closed', async () => {
    theatre.play({ createPayment: () => Promise.reject(new Error('the bank is away')) });
    const handle = await begin();
    const opening = handle.executeUpdate(openCheckoutUpdate);
    await theatre.pass(handle.workflowId, 31 * SECOND);
    expect(await opening).toEqual({ kind: 'refused', reason: 'provider_unavailable' });
    expect(theatre.calls('closeInvoice')).toMatchObject([
      { state: 'cancelled', template: 'inv.unavailable' },
    ]);
    expect(theatre.calls('publishInvoice')).toEqual([]);
  });

  test('survives a database that is away for a while', async () => {
    let tries = 0;
    const { openInvoice } = happyActivities();
    theatre.play({
      openInvoice: (order) => {
        tries += 1;
        return tries < 4 ? Promise.reject(new Error('ECONNREFUSED')) : openInvoice(order);
      },
    });
    await opened();
    expect(tries).toBe(4);
  });
});

describe('time', () => {
  test('reminds once, 120 minutes before the end and not earlier (CO-5)', async () => {
    const handle = await opened();
    const dueMs = openedMs() + 22 * HOUR;
    await theatre.passTo(handle.workflowId, dueMs - 3 * SECOND);
    expect(theatre.calls('remindInvoice')).toEqual([]);
    await theatre.passTo(handle.workflowId, dueMs + SECOND);
    expect(theatre.calls('remindInvoice')).toHaveLength(1);
    await theatre.pass(handle.workflowId, HOUR);
    expect(theatre.calls('remindInvoice')).toHaveLength(1);
  });

  test('expires at exactly 24 hours (T-A10) and stays to watch for late money', async () => {
    const handle = await opened();
    await theatre.passTo(handle.workflowId, openedMs() + DAY - 3 * SECOND);
    expect(closings()).toEqual([]);
    await theatre.passTo(handle.workflowId, openedMs() + DAY + SECOND);
    expect(closings()).toEqual(['expired']);
    const [closing] = theatre.calls('closeInvoice');
    expect(Date.parse(closing?.asOf ?? '')).toBeLessThanOrEqual(openedMs() + DAY + SECOND);
    expect(await handle.query(checkoutStatusQuery)).toMatchObject({
      state: 'expired',
      waitingFor: 'late money of invoice 7, which is expired',
    });
    expect((await handle.describe()).status.name).toBe('RUNNING');
  });

  test('asks the provider at +2, +5, +15, +60 minutes, then hourly (CO-6)', async () => {
    const handle = await opened();
    const asked: number[] = [];
    for (const minutes of [1, 1.5, 3, 10, 45, 60, 60]) {
      await theatre.pass(handle.workflowId, minutes * MINUTE);
      asked.push(theatre.calls('askOrder').length);
    }
    expect(asked).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  test('watches a closed order at +1 h, +6 h, then daily, and ends after 30 days (CO-8)', async () => {
    const handle = await opened();
    await handle.executeUpdate(cancelCheckoutUpdate, { args: [OWNER] });
    const before = theatre.calls('askOrder').length;
    await theatre.pass(handle.workflowId, 7 * HOUR);
    expect(theatre.calls('askOrder').length - before).toBe(2);
    await theatre.pass(handle.workflowId, 3 * DAY);
    expect(theatre.calls('askOrder').length - before).toBe(5);
    expect(await theatre.pass(handle.workflowId, 27 * DAY)).toEqual({ kind: 'closed' });
    expect(await handle.result()).toEqual({ kind: 'closed', state: 'cancelled' });
  });

  test('a provider that refuses to answer for ever changes nothing of the timetable', async () => {
    theatre.play({ askOrder: () => Promise.reject(new Error('503')) });
    const handle = await opened();
    await theatre.pass(handle.workflowId, DAY + SECOND);
    expect(closings()).toEqual(['expired']);
    expect(theatre.calls('remindInvoice')).toHaveLength(1);
  });
});

describe('a payment', () => {
  test('ends the checkout, however often it is told', async () => {
    const handle = await opened();
    await pay(handle, 5);
    expect(await handle.result()).toEqual({ kind: 'paid', fulfilledAs: 'order' });
    expect(closings()).toEqual([]);
  });

  test('told before any handler exists is not lost', async () => {
    const handle = await begin({
      signal: ['paymentSeen', { outcome: fulfilled('x'), providerPaymentId: 'p1' }],
    });
    expect(await handle.result()).toEqual({ kind: 'paid', fulfilledAs: 'order' });
  });

  test('told after the end is answered by "not found" and changes nothing', async () => {
    const handle = await opened();
    await pay(handle);
    await handle.result();
    const calls = theatre.log().length;
    await expect(pay(handle)).rejects.toThrow(WorkflowNotFoundError);
    expect(theatre.log()).toHaveLength(calls);
  });

  test('found by a question is confirmed by a workflow of its own, and ends this one', async () => {
    const handle = await opened();
    paidAtProvider(handle);
    await theatre.pass(handle.workflowId, 3 * MINUTE);
    expect(await handle.result()).toEqual({ kind: 'paid', fulfilledAs: 'order' });
    expect(theatre.calls('postPayment')).toHaveLength(1);
    const payment = theatre.client.workflow.getHandle('pay:mock:p1');
    expect(await payment.result()).toMatchObject({ kind: 'delivered' });
  });

  test('late money ends the watch', async () => {
    const handle = await opened();
    await theatre.pass(handle.workflowId, DAY);
    await pay(handle);
    expect(await handle.result()).toEqual({ kind: 'paid', fulfilledAs: 'order' });
  });

  test('in quarantine neither ends the order nor keeps its owner from cancelling', async () => {
    const handle = await opened();
    paidAtProvider(handle);
    const outcome = { kind: 'quarantined', item: 'underpaid', openItemKey: 'k' } as const;
    await handle.signal(paymentSeenSignal, { outcome, providerPaymentId: 'p1' });
    expect(await handle.executeUpdate(cancelCheckoutUpdate, { args: [OWNER] })).toEqual({
      kind: 'cancelled',
    });
    expect(theatre.calls('postPayment')).toEqual([]);
  });
});

describe('cancel', () => {
  test('asks the provider once, closes, and tells the provider (CO-7)', async () => {
    const handle = await opened();
    expect(await handle.executeUpdate(cancelCheckoutUpdate, { args: [OWNER] })).toEqual({
      kind: 'cancelled',
    });
    expect(theatre.log().slice(3)).toEqual(['askOrder', 'closeInvoice', 'cancelAtProvider']);
  });

  test('"already paid" wins over it', async () => {
    const handle = await opened();
    paidAtProvider(handle);
    expect(await handle.executeUpdate(cancelCheckoutUpdate, { args: [OWNER] })).toEqual({
      kind: 'already_paid',
    });
    expect(closings()).toEqual([]);
    expect(await handle.result()).toMatchObject({ kind: 'paid' });
  });

  test('twice at once cancels once', async () => {
    const handle = await opened();
    const answers = await Promise.all(
      [1, 2].map(() => handle.executeUpdate(cancelCheckoutUpdate, { args: [OWNER] })),
    );
    expect(answers.map(({ kind }) => kind).sort()).toEqual(['cancelled', 'closed']);
    expect(closings()).toEqual(['cancelled']);
  });

  test('racing the end is answered and closes once', async () => {
    const handle = await opened();
    const [answer] = await Promise.all([
      handle.executeUpdate(cancelCheckoutUpdate, { args: [OWNER] }),
      pay(handle),
    ]);
    expect(['cancelled', 'already_paid']).toContain(answer.kind);
    expect(await handle.result()).toMatchObject({ kind: 'paid' });
  });

  test('of somebody else’s order is refused before anything happens (T-A12)', async () => {
    const handle = await opened();
    const refusals = [
      handle.executeUpdate(cancelCheckoutUpdate, { args: [STRANGER] }),
      handle.executeUpdate(checkPaymentUpdate, { args: [STRANGER] }),
      handle.executeUpdate(changeProviderUpdate, { args: [{ ...STRANGER, provider: 'stars' }] }),
    ];
    // Settled together: a refusal that nobody awaits yet would fail the test by itself.
    const settled = await Promise.allSettled(refusals);
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    for (const refusal of settled) {
      expect(refusal.status === 'rejected' && refusal.reason).toBeInstanceOf(
        WorkflowUpdateFailedError,
      );
    }
    expect(theatre.log()).toHaveLength(3);
  });
});
