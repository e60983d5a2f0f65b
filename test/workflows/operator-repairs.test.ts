import { until } from '../support/until';
import { proposedRefund, REPAIR } from './support/cast';
import { repairable, send } from './support/repairing';
import { refusalOf } from './support/seen';
import { openTheatre, type Theatre } from './support/theatre';

// Repairs that any operator sends from the Web UI, each with what it changes and what the audit is told.

let theatre: Theatre;

beforeAll(async () => {
  theatre = await openTheatre();
});
beforeEach(() => theatre.play());
afterEach(() => theatre.clear());
afterAll(() => theatre.close());

const audited = () =>
  theatre.calls('recordRepair').map(({ action, operatorId }) => [action, operatorId]);
const called = (name: Parameters<Theatre['calls']>[0], count = 1) =>
  until(`${name} was called`, () => Promise.resolve(theatre.calls(name).length >= count));

const EVIDENCE = { evidence: 'statement 17' };
const silent = () => Promise.resolve({ kind: 'unknown', reason: 'timeout' } as const);

test('retryNow asks the provider of an order at once', async () => {
  const handle = await repairable(theatre, 'checkout', { update: 'retryNow' });
  expect(await send(handle, 'retryNow')).toEqual({
    accepted: 'mock knows of no money that is not booked',
  });
  expect(theatre.calls('askOrder')).toHaveLength(1);
  expect(audited()).toEqual([['invoice.asked_about', 'anna']]);
});

test('switchProvider moves an open order, and not without the name of a provider', async () => {
  const handle = await repairable(theatre, 'checkout', { update: 'switchProvider' });
  expect(await refusalOf(send(handle, 'switchProvider', { provider: ' ' }))).toContain(
    'provider is empty',
  );
  const moved = handle.executeUpdate('switchProvider', {
    args: [{ provider: 'stars', ...REPAIR }],
  });
  expect(await moved).toEqual({ kind: 'changed', provider: 'stars' });
  expect(theatre.calls('switchProvider')).toMatchObject([
    { provider: 'stars', actor: { kind: 'operator', id: 'anna' }, reason: REPAIR.reason },
  ]);
});

test('an operator cancels an order by the same words as any repair', async () => {
  const handle = await repairable(theatre, 'checkout', { update: 'cancel' });
  expect(await send(handle, 'cancel')).toEqual({ kind: 'cancelled' });
  expect(theatre.calls('closeInvoice')).toMatchObject([
    { state: 'cancelled', actor: { kind: 'operator', id: 'anna' }, reason: REPAIR.reason },
  ]);
});

test('retryNow asks about a payment before its time', async () => {
  const roles = { learnPayment: silent };
  const handle = await repairable(theatre, 'paymentConfirmation', { update: 'retryNow', roles });
  const before = theatre.calls('learnPayment').length;
  await send(handle, 'retryNow');
  await called('learnPayment', before + 1);
  await called('recordRepair');
  expect(audited()).toEqual([['payment.asked_about', 'anna']]);
});

test('declareRefund books suspended money that went back by hand, and sends nothing', async () => {
  const handle = await repairable(theatre, 'paymentConfirmation', { update: 'declareRefund' });
  await send(handle, 'declareRefund', { how: 'made', ...EVIDENCE });
  expect(await handle.result()).toEqual({ kind: 'refunded' });
  expect(theatre.calls('refundAtProvider')).toEqual([]);
  expect(theatre.calls('bookRefund')).toMatchObject([
    {
      operatorId: 'anna',
      providerRef: 'by hand: anna',
      reason: expect.stringContaining('statement 17') as string,
    },
  ]);
});

test.each([
  ['made', { kind: 'refunded' }, 'bookRefund'],
  ['not_made', undefined, 'refuseRefund'],
] as const)(
  'declareRefund ends the asking about a return that is %s',
  async (how, result, booked) => {
    const roles = { refundAtProvider: silent };
    const handle = await repairable(theatre, 'paymentConfirmation', { update: 'resolve', roles });
    await send(handle, 'resolve', { how: 'refund' });
    await called('refundAtProvider');
    await until('it waits', async () => {
      const { phase } = await handle.query<{ phase: string }>('facts');
      return phase === 'refunding';
    });
    const word = { how, ...EVIDENCE, ...REPAIR };
    await handle.executeUpdate('declareRefund', { args: [word], updateId: 'wish-2' });
    await called(booked);
    if (result) expect(await handle.result()).toEqual(result);
  },
);

test('resolve books a refund whose provider cannot tell', async () => {
  const roles = {
    refundAtProvider: silent,
    proposeRefund: () => Promise.resolve(proposedRefund()),
  };
  const handle = await repairable(theatre, 'refund', { update: 'resolve', roles });
  expect(await refusalOf(send(handle, 'resolve', { how: 'made', evidence: '' }))).toContain(
    'evidence is empty',
  );
  const word = { how: 'made', ...EVIDENCE, ...REPAIR };
  await handle.executeUpdate('resolve', { args: [word], updateId: 'wish-2' });
  expect(await handle.result()).toMatchObject({ kind: 'done', providerRef: 'by hand: anna' });
  expect(theatre.calls('settleRefund')).toMatchObject([
    {
      requestedBy: { kind: 'operator', id: 'anna' },
      reason: expect.stringContaining('statement 17') as string,
    },
  ]);
});

test('resolve calls a refund not made, which can then be sent once more', async () => {
  const roles = {
    refundAtProvider: silent,
    proposeRefund: () => Promise.resolve(proposedRefund()),
  };
  const handle = await repairable(theatre, 'refund', { update: 'resolve', roles });
  await send(handle, 'resolve', { how: 'not_made', ...EVIDENCE });
  await called('releaseRefund');
  theatre.recast({ refundAtProvider: () => Promise.resolve({ kind: 'done', providerRef: 'r-2' }) });
  await until('it waits for a decision', async () => {
    return (await handle.query<{ phase: string }>('plan')).phase === 'stuck';
  });
  await handle.executeUpdate('retry', { args: [REPAIR], updateId: 'wish-2' });
  expect(await handle.result()).toMatchObject({ kind: 'done', providerRef: 'r-2' });
});

test('resolve ends a charge of unknown outcome, and the standing order goes on', async () => {
  const handle = await repairable(theatre, 'autoTopup', { update: 'resolve' });
  theatre.recast({
    planAutoTopup: () => Promise.resolve({ kind: 'idle', reason: 'enough is available' }),
  });
  await send(handle, 'resolve', { how: 'not_made', ...EVIDENCE });
  expect(await handle.result()).toEqual({ reason: 'enough is available' });
  expect(theatre.calls('dismissTopupCharge')).toMatchObject([{ operatorId: 'anna', ...EVIDENCE }]);
});

test('retryNow asks about a charge before its time', async () => {
  const handle = await repairable(theatre, 'autoTopup', { update: 'retryNow' });
  const before = theatre.calls('askOrder').length;
  await send(handle, 'retryNow');
  await called('askOrder', before + 1);
  expect(audited()).toEqual([['auto_topup.asked_about', 'anna']]);
});

test('forceExpire settles a hold by its policy at once', async () => {
  const handle = await repairable(theatre, 'hold', { update: 'forceExpire' });
  await send(handle, 'forceExpire');
  expect(await handle.result()).toMatchObject({ kind: 'settled', hold: { endedBy: 'expiry' } });
  expect(audited()).toEqual([['hold.expired_by_operator', 'anna']]);
});

test('retryNow prices a job again', async () => {
  const handle = await repairable(theatre, 'trackJob', { update: 'retryNow' });
  await send(handle, 'retryNow');
  await called('settlePricedTrack');
  expect(audited()).toEqual([['track_job.priced', 'anna']]);
});

test.each(['methodRemoval', 'erasure'] as const)(
  'retryNow asks the provider of a method in %s',
  async (type) => {
    const handle = await repairable(theatre, type, { update: 'retryNow' });
    const before = theatre.calls('stopMethod').length;
    await send(handle, 'retryNow');
    await called('stopMethod', before + 1);
    expect(audited()).toEqual([['method.asked_about', 'anna']]);
  },
);

test('retire ends the comparison with a provider, also one that is silent', async () => {
  const handle = await repairable(theatre, 'reconciliation', {
    update: 'retire',
    roles: { pullStatement: silent },
  });
  await called('pullStatement');
  await send(handle, 'retire');
  await handle.result();
  expect(audited()).toEqual([['reconciliation.retired', 'anna']]);
  expect(theatre.calls('matchStatement').length).toBeLessThanOrEqual(1);
});

test('the desk writes an item off and resends a message as the operations they are', async () => {
  const item = { openItemId: '0195f000-0000-7000-8000-000000000001', amountMinor: 15_000 };
  const roles = { findOpenItem: () => Promise.resolve(item) };
  const handle = await repairable(theatre, 'operations', { update: 'writeOff', roles });
  const by = { operatorId: 7, reason: REPAIR.reason };
  await handle.executeUpdate('writeOff', { args: [{ ...by, item: 'pay:mock:1:item' }] });
  await handle.executeUpdate('resendMessage', { args: [{ ...by, messageId: item.openItemId }] });
  expect(theatre.calls('runOperation')).toMatchObject([
    { action: 'write_off_item', params: item, operator: { userId: 7 } },
    { action: 'resend_message', params: { messageId: item.openItemId } },
  ]);
  theatre.recast({ findOpenItem: () => Promise.resolve(null) });
  const unknown = await handle.executeUpdate('writeOff', { args: [{ ...by, item: 'nothing' }] });
  expect(unknown).toEqual({ kind: 'refused', reason: 'unknown_item' });
});

test('extend moves the end of a subscription later and never back', async () => {
  const handle = await repairable(theatre, 'subscription', { update: 'extend' });
  expect(await refusalOf(send(handle, 'extend', { days: -1 }))).toContain('between 1 and');
  const later = { days: 3, ...REPAIR };
  await handle.executeUpdate('extend', { args: [later], updateId: 'wish-2' });
  expect(theatre.calls('grantWish')).toMatchObject([
    { kind: 'editTimeline', wished: { days: 3, actor: { kind: 'operator', id: 'anna' } } },
  ]);
});
