import { randomUUID } from 'node:crypto';
import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import type { Workflows } from '../../src/commands/start';
import {
  cancelCheckoutUpdate,
  changeProviderUpdate,
  checkoutId,
  checkoutStatusQuery,
  openCheckoutUpdate,
  prolongCheckoutUpdate,
} from '../../workflows/billing/contract';
import { until } from '../support/until';
import { happyActivities, REPAIR, USER_ID } from './support/cast';
import { refusalOf, shown } from './support/seen';
import { DAY, HOUR, openTheatre, SECOND, type Theatre } from './support/theatre';

type Checkout = WorkflowHandle<Workflows['checkout']>;

let theatre: Theatre;

beforeAll(async () => {
  theatre = await openTheatre();
});
beforeEach(() => theatre.play());
afterEach(() => theatre.clear());
afterAll(() => theatre.close());

const OWNER = { actor: { kind: 'user' as const, id: String(USER_ID) } };

async function begin(): Promise<Checkout> {
  const invoiceId = randomUUID();
  return theatre.start('checkout', {
    workflowId: checkoutId(invoiceId),
    input: { invoiceId, userId: USER_ID, provider: 'mock' },
  });
}

async function opened(): Promise<Checkout> {
  const handle = await begin();
  await handle.executeUpdate(openCheckoutUpdate);
  return handle;
}

const prolong = (handle: Checkout, change: Partial<typeof REPAIR & { hours: number }> = {}) =>
  handle.executeUpdate(prolongCheckoutUpdate, { args: [{ hours: 5, ...REPAIR, ...change }] });

describe('prolong', () => {
  test('moves the end and the reminder that is still to come', async () => {
    const handle = await opened();
    const openedMs = Date.parse(theatre.calls('openInvoice')[0]?.asOf ?? '');
    const { expiresAt } = await prolong(handle);
    expect(Date.parse(expiresAt)).toBe(openedMs + DAY + 5 * HOUR);
    await theatre.passTo(handle.workflowId, openedMs + 27 * HOUR - 3 * SECOND);
    expect(theatre.calls('remindInvoice')).toEqual([]);
    await theatre.passTo(handle.workflowId, openedMs + 27 * HOUR + SECOND);
    expect(theatre.calls('remindInvoice')).toHaveLength(1);
    await theatre.passTo(handle.workflowId, openedMs + 29 * HOUR - 3 * SECOND);
    expect(theatre.calls('closeInvoice')).toEqual([]);
    await theatre.passTo(handle.workflowId, openedMs + 29 * HOUR + SECOND);
    expect(theatre.calls('closeInvoice')).toHaveLength(1);
  });

  const refusals: readonly [name: string, change: object, refusal: RegExp][] = [
    ['a short reason', { reason: 'because' }, /reason needs at least 10 characters/],
    ['nobody’s name', { operatorId: ' ' }, /operatorId is empty/],
    ['no hours', { hours: 0 }, /hours must be 1 to 168/],
    ['a year', { hours: 8_760 }, /hours must be 1 to 168/],
  ];

  test.each(refusals)('is refused with %s', async (_name, change, refusal) => {
    const handle = await opened();
    expect(await refusalOf(prolong(handle, change))).toMatch(refusal);
    expect(theatre.calls('prolongInvoice')).toEqual([]);
  });

  test('of a closed order is refused and says when it is possible', async () => {
    const handle = await opened();
    await handle.executeUpdate(cancelCheckoutUpdate, { args: [OWNER] });
    expect(await refusalOf(prolong(handle))).toBe(
      'not possible while cancelled; possible while draft or pending',
    );
  });
});

describe('changeProvider', () => {
  const change = (handle: Checkout, provider = 'stars') =>
    handle.executeUpdate(changeProviderUpdate, { args: [{ ...OWNER, provider }] });

  test('puts the new link on the invoice before it gives up the old one', async () => {
    const handle = await opened();
    expect(await change(handle)).toEqual({ kind: 'changed', provider: 'stars' });
    expect(theatre.log().slice(3)).toEqual([
      'askOrder',
      'createPayment',
      'switchProvider',
      'cancelAtProvider',
    ]);
    expect(theatre.calls('cancelAtProvider')[0]?.provider).toBe('mock');
    const { attributes } = await shown(theatre.client, handle);
    expect(attributes).toMatchObject({ Provider: 'stars' });
  });

  test('to the same one changes nothing', async () => {
    const handle = await opened();
    expect(await change(handle, 'mock')).toEqual({ kind: 'changed', provider: 'mock' });
    expect(theatre.log()).toHaveLength(3);
  });

  test('to one that gives no link keeps the old one', async () => {
    const handle = await opened();
    theatre.recast({ createPayment: () => Promise.resolve({ kind: 'refused', reason: 'closed' }) });
    expect(await change(handle)).toEqual({ kind: 'refused', reason: 'provider_unavailable' });
    expect(theatre.calls('switchProvider')).toEqual([]);
  });

  test('of a closed order is refused', async () => {
    const handle = await opened();
    await handle.executeUpdate(cancelCheckoutUpdate, { args: [OWNER] });
    expect(await change(handle)).toEqual({ kind: 'refused', reason: 'cancelled' });
  });
});

describe('cancelled in the Web UI', () => {
  test('while it waits, it closes the invoice first', async () => {
    const handle = await opened();
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
    expect(theatre.calls('closeInvoice')).toMatchObject([
      { state: 'cancelled', actor: { kind: 'system' } },
    ]);
    expect((await handle.describe()).status.name).toBe('CANCELLED');
  });

  test('while the invoice is being written, it leaves none open', async () => {
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const { openInvoice } = happyActivities();
    theatre.play({ openInvoice: (order) => gate.then(() => openInvoice(order)) });
    const handle = await begin();
    await until('the activity runs', async () => theatre.calls('openInvoice').length > 0);
    await handle.cancel();
    release();
    await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
    expect(theatre.calls('closeInvoice')).toHaveLength(1);
  });

  test('while it watches a closed order, it closes nothing twice', async () => {
    const handle = await opened();
    await handle.executeUpdate(cancelCheckoutUpdate, { args: [OWNER] });
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
    expect(theatre.calls('closeInvoice')).toHaveLength(1);
  });
});

describe('an operator who cancels', () => {
  const operator = { actor: { kind: 'operator' as const, id: 'anna' } };

  test('says why, and the reason goes to the audit', async () => {
    const handle = await opened();
    const silent = handle.executeUpdate(cancelCheckoutUpdate, { args: [operator] });
    expect(await refusalOf(silent)).toBe('reason needs at least 10 characters; say why');
    const reason = 'the customer called us';
    await handle.executeUpdate(cancelCheckoutUpdate, { args: [{ ...operator, reason }] });
    expect(theatre.calls('closeInvoice')).toMatchObject([{ ...operator, reason }]);
  });
});

describe('an operator sees', () => {
  test('who, what, how much, what it waits for in words, and when it acts', async () => {
    const handle = await opened();
    const status = await handle.query(checkoutStatusQuery);
    expect(status).toMatchObject({
      invoiceNo: 7,
      state: 'pending',
      waitingFor: 'payment of invoice 7 at mock',
      allowedRepairs: ['cancel', 'switchProvider', 'prolong', 'retryNow'],
    });
    const { attributes, details } = await shown(theatre.client, handle);
    expect(attributes).toMatchObject({
      BillingState: 'pending',
      Provider: 'mock',
      Currency: 'RUB',
      AmountMinor: 20_000,
      Plan: 'topup-main',
    });
    expect(attributes['NextActionAt']).toBeInstanceOf(Date);
    expect(details).toContain('**pending**: payment of invoice 7 at mock');
    expect(details).toContain(`Next action at ${status.nextActionAt}`);
  });

  test('a finished order as finished', async () => {
    const handle = await opened();
    await handle.signal('paymentSeen', {
      outcome: {
        kind: 'fulfilled',
        as: 'order',
        isLate: false,
        invoiceId: 'x',
        userId: USER_ID,
      },
    });
    await handle.result();
    const { attributes } = await shown(theatre.client, handle);
    expect(attributes).toMatchObject({ BillingState: 'paid' });
  });
});
