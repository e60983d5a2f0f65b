import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import type { Workflows } from '../../src/commands/start';
import type { PostOutcome, WireFact } from '../../src/domain/billing/payment';
import {
  markPaidUpdate,
  outcomeChangedSignal,
  paymentConfirmationId,
  paymentFactsQuery,
  paymentHintSignal,
  resolvePaymentUpdate,
  retryDeliveryUpdate,
  writeOffPaymentUpdate,
  type ResolutionKind,
} from '../../workflows/billing/contract';
import { until } from '../support/until';
import { fact, quarantined, REPAIR, USER_ID } from './support/cast';
import { refusalOf, shown } from './support/seen';
import { HOUR, MINUTE, openTheatre, SECOND, type Theatre } from './support/theatre';

type Payment = WorkflowHandle<Workflows['paymentConfirmation']>;

let theatre: Theatre;

beforeAll(async () => {
  theatre = await openTheatre();
});
beforeEach(() => theatre.play({ postPayment: () => Promise.resolve(quarantined()) }));
afterEach(() => theatre.clear());
afterAll(() => theatre.close());

async function arrives(change: Partial<WireFact> = {}): Promise<Payment> {
  const providerPaymentId = randomUUID().slice(0, 8);
  const hint = { source: 'webhook', fact: fact(providerPaymentId, change) };
  return theatre.start('paymentConfirmation', {
    workflowId: paymentConfirmationId('mock', providerPaymentId),
    input: { provider: 'mock', providerPaymentId },
    signal: ['hint', hint],
  });
}

/** A payment that waits for an operator. */
async function waiting(): Promise<Payment> {
  const handle = await arrives();
  await until(
    'it waits for an operator',
    async () => (await handle.query(paymentFactsQuery)).phase === 'quarantined',
  );
  return handle;
}

const resolve = (handle: Payment, how: ResolutionKind, repair = REPAIR) =>
  handle.executeUpdate(resolvePaymentUpdate, { args: [{ ...repair, how }] });
const BY_ROLE = { ...REPAIR, operatorId: '7' };
const writeOff = (handle: Payment, repair = BY_ROLE) =>
  handle.executeUpdate(writeOffPaymentUpdate, { args: [repair] });
const ITEM = { openItemId: '0195f000-0000-7000-8000-000000000001', amountMinor: 15_000 };

describe('quarantined money', () => {
  test('shows what it waits for, that it is stuck, and what can be done', async () => {
    const handle = await waiting();
    expect(await handle.query(paymentFactsQuery)).toMatchObject({
      phase: 'quarantined',
      waitingFor: 'an operator: underpaid',
      allowedRepairs: ['resolve', 'declareRefund', 'writeOff'],
    });
    const { attributes, details } = await shown(theatre.client, handle);
    expect(attributes).toMatchObject({ BillingState: 'quarantined', StuckReason: 'underpaid' });
    expect(details).toContain('**quarantined**: an operator: underpaid');
  });

  const ways: readonly [how: ResolutionKind, activity: string][] = [
    ['credit_wallet', 'creditQuarantined'],
    ['complete_order', 'completeQuarantined'],
  ];

  test.each(ways)(
    'is resolved by %s with the operator’s name and reason',
    async (how, activity) => {
      const handle = await waiting();
      expect((await resolve(handle, how)).accepted).not.toMatch(/refused/);
      expect(await handle.result()).toEqual({ kind: 'resolved', how });
      expect(theatre.calls(activity as 'creditQuarantined')).toMatchObject([
        { ...REPAIR, openItemKey: 'pay:underpaid' },
      ]);
    },
  );

  test('is written off when somebody else allows it, and waits until then', async () => {
    theatre.recast({
      findOpenItem: () => Promise.resolve(ITEM),
      runOperation: () => {
        const outcome = { kind: 'proposed', proposalId: ITEM.openItemId, quorum: 1 } as const;
        return Promise.resolve({ outcome, effects: [] });
      },
    });
    const handle = await waiting();
    const { accepted } = await writeOff(handle);
    expect(accepted).toBe(
      `proposed; somebody else allows it by approve of proposal:${ITEM.openItemId}`,
    );
    expect(theatre.calls('findOpenItem')).toEqual([{ item: 'pay:underpaid' }]);
    expect(theatre.calls('runOperation')).toMatchObject([
      { action: 'write_off_item', params: ITEM, operator: { userId: 7 }, reason: REPAIR.reason },
    ]);
    expect(theatre.calls('writeOffQuarantined')).toEqual([]);
    expect((await handle.query(paymentFactsQuery)).phase).toBe('quarantined');
    theatre.recast({
      postPayment: () => Promise.resolve({ kind: 'resolved', how: 'write_off', userId: USER_ID }),
    });
    await handle.signal(outcomeChangedSignal);
    expect(await handle.result()).toEqual({ kind: 'resolved', how: 'write_off' });
  });

  test('stays where nobody may write it off, or nothing is there to be written off', async () => {
    const handle = await waiting();
    expect(await writeOff(handle)).toEqual({ accepted: 'refused: unknown_item' });
    theatre.recast({
      findOpenItem: () => Promise.resolve(ITEM),
      runOperation: () =>
        Promise.resolve({ outcome: { kind: 'refused', reason: 'no_role' }, effects: [] }),
    });
    expect(await writeOff(handle)).toEqual({ accepted: 'refused: no_role' });
    expect(await refusalOf(writeOff(handle, REPAIR))).toContain('operatorId must be your Telegram');
    expect((await handle.query(paymentFactsQuery)).phase).toBe('quarantined');
    await resolve(handle, 'credit_wallet');
    expect(await handle.result()).toEqual({ kind: 'resolved', how: 'credit_wallet' });
  });

  test('stays when the books refuse the way, and takes another', async () => {
    theatre.recast({
      creditQuarantined: () => Promise.resolve({ kind: 'refused', reason: 'no rate' }),
    });
    const handle = await waiting();
    expect(await resolve(handle, 'credit_wallet')).toEqual({ accepted: 'refused: no rate' });
    expect((await handle.query(paymentFactsQuery)).phase).toBe('quarantined');
    await resolve(handle, 'complete_order');
    expect(await handle.result()).toEqual({ kind: 'resolved', how: 'complete_order' });
  });

  test('takes the first of two decisions at once and answers both', async () => {
    const handle = await waiting();
    const answers = await Promise.all([
      resolve(handle, 'credit_wallet'),
      resolve(handle, 'complete_order'),
    ]);
    expect(answers.filter(({ accepted }) => accepted.startsWith('refused'))).toHaveLength(1);
    expect(await handle.result()).toMatchObject({ kind: 'resolved' });
    const booked =
      theatre.calls('creditQuarantined').length + theatre.calls('completeQuarantined').length;
    expect(booked).toBe(1);
  });

  test('that the provider gave back meanwhile is not credited any more', async () => {
    const handle = await waiting();
    theatre.recast({
      learnPayment: ({ hint }) =>
        Promise.resolve({ kind: 'fact', fact: { ...hint, state: 'refunded' }, evidence: 'asked' }),
    });
    const told = fact(handle.workflowId.replace('pay:mock:', ''), { state: 'refunded' });
    await handle.signal(paymentHintSignal, { source: 'webhook', fact: told });
    expect(await handle.result()).toEqual({ kind: 'reversed', state: 'refunded' });
    expect(theatre.calls('recordFact')).toHaveLength(1);
  });

  test('waits on in a fresh run when its history is long', async () => {
    const handle = await waiting();
    const firstRun = (await handle.describe()).runId;
    const current = theatre.client.workflow.getHandle<Workflows['paymentConfirmation']>(
      handle.workflowId,
    );
    const told = fact(handle.workflowId.replace('pay:mock:', ''));
    const fat = { source: 'webhook', fact: told, inboxEventId: 'x'.repeat(900_000) } as const;
    for (let count = 0; count < 6; count += 1) {
      await current.signal(paymentHintSignal, fat);
      // An answer means that the signal was taken: several of this size in one task would not fit into a message.
      await current.query(paymentFactsQuery);
    }
    await until('a fresh run', async () => (await current.describe()).runId !== firstRun, 60_000);
    await until(
      'it waits again',
      async () => (await current.query(paymentFactsQuery)).phase === 'quarantined',
    );
    await resolve(current, 'credit_wallet');
    expect(await current.result()).toEqual({ kind: 'resolved', how: 'credit_wallet' });
  });
});

describe('a repair', () => {
  test('with a short reason or without a name is refused before it reaches history', async () => {
    const handle = await waiting();
    const short = resolve(handle, 'refund', { ...REPAIR, reason: 'oops' });
    expect(await refusalOf(short)).toBe('reason needs at least 10 characters; say why');
    const nobody = resolve(handle, 'refund', { ...REPAIR, operatorId: '' });
    expect(await refusalOf(nobody)).toBe('operatorId is empty; say who you are');
    expect(theatre.calls('openRefund')).toEqual([]);
  });

  test('in the wrong phase is refused and names the right ones', async () => {
    const handle = await waiting();
    const paid = handle.executeUpdate(markPaidUpdate, { args: [{ ...REPAIR, evidence: 'slip' }] });
    expect(await refusalOf(paid)).toBe(
      'not possible while quarantined; possible while waiting or asking',
    );
    const retry = handle.executeUpdate(retryDeliveryUpdate, { args: [REPAIR] });
    expect(await refusalOf(retry)).toBe(
      'not possible while quarantined; possible while delivering',
    );
  });

  test('of a payment nobody can ask about is an operator’s evidence', async () => {
    theatre.play({ learnPayment: () => Promise.resolve({ kind: 'unknown', reason: 'timeout' }) });
    const handle = await arrives({ state: 'pending' });
    await until('it asks', async () => theatre.calls('learnPayment').length > 0);
    expect(await refusalOf(resolve(handle, 'refund'))).toMatch(/possible while quarantined/);
    await handle.executeUpdate(markPaidUpdate, { args: [{ ...REPAIR, evidence: 'bank slip 7' }] });
    expect(await handle.result()).toMatchObject({ kind: 'delivered' });
    expect(theatre.calls('postPayment')).toMatchObject([
      { evidence: 'operator', fact: { state: 'paid' } },
    ]);
  });
});

describe('a refund', () => {
  test('is recorded, sent and booked under one key', async () => {
    const handle = await waiting();
    expect(await resolve(handle, 'refund')).toEqual({ accepted: 'the money is on its way back' });
    expect(await handle.result()).toEqual({ kind: 'refunded' });
    expect(theatre.log().slice(-3)).toEqual(['openRefund', 'refundAtProvider', 'bookRefund']);
    expect(theatre.calls('refundAtProvider')[0]?.request.key).toBe(`${handle.workflowId}:refund`);
  });

  test('of unknown outcome is asked about until there is proof', async () => {
    theatre.recast({
      refundAtProvider: () => Promise.resolve({ kind: 'unknown', reason: 'timeout' }),
    });
    const handle = await waiting();
    await resolve(handle, 'refund');
    await until('it was sent', async () => theatre.calls('refundAtProvider').length === 1);
    await theatre.pass(handle.workflowId, 8 * HOUR);
    expect((await shown(theatre.client, handle)).attributes).toMatchObject({
      StuckReason: 'refund',
    });
    expect(await refusalOf(resolve(handle, 'credit_wallet'))).toMatch(/while refunding/);
    theatre.recast({
      refundAtProvider: () => Promise.resolve({ kind: 'done', providerRef: 'r-9' }),
    });
    await theatre.pass(handle.workflowId, HOUR + MINUTE);
    expect(await handle.result()).toEqual({ kind: 'refunded' });
    const calls = theatre.calls('refundAtProvider');
    expect(calls.map(({ isRepeat }) => isRepeat)).toEqual([
      false,
      ...calls.slice(1).map(() => true),
    ]);
    expect(new Set(calls.map(({ request }) => request.key)).size).toBe(1);
  });

  test('the provider refuses leaves the money to another decision', async () => {
    theatre.recast({
      refundAtProvider: () => Promise.resolve({ kind: 'refused', reason: 'too old' }),
    });
    const handle = await waiting();
    await resolve(handle, 'refund');
    await until('it was refused', async () => theatre.calls('refuseRefund').length === 1);
    await until(
      'it waits again',
      async () => (await handle.query(paymentFactsQuery)).phase === 'quarantined',
    );
    await resolve(handle, 'credit_wallet');
    expect(await handle.result()).toEqual({ kind: 'resolved', how: 'credit_wallet' });
  });

  test('by policy starts by itself for a second payment', async () => {
    const outcome: PostOutcome = {
      kind: 'duplicate',
      policy: 'refund',
      invoiceId: randomUUID(),
      userId: USER_ID,
      openItemKey: 'pay:dup',
    };
    theatre.play({ postPayment: () => Promise.resolve(outcome) });
    const handle = await arrives();
    await theatre.pass(handle.workflowId, SECOND);
    expect(await handle.result()).toEqual({ kind: 'refunded' });
    expect(theatre.calls('openRefund')).toMatchObject([
      { operatorId: 'policy', openItemKey: 'pay:dup' },
    ]);
  });
});
