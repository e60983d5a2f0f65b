import { Context } from '@temporalio/activity';
import { randomUUID } from 'node:crypto';
import type { PaymentProvider } from '../../src/payments/provider';
import { newVisitor } from '../bot/support/visitor';
import { newOperator } from '../bot/support/roles';
import { newCode, slotsOf } from '../support/campaigns';
import { cancel, HOUR, payAndSettle, systemChanges, untilState } from '../support/payments';
import { refundWholly, spendTokens } from '../support/refunds';
import {
  asOfOf,
  balance,
  chatTexts,
  invoiceState,
  newUser,
  orderVersion,
  transferKinds,
  untilPaid,
  type Order,
} from '../support/shop';
import { checkBooks, startStack, until, type RunningWorker, type Stack } from '../support/stack';

let stack: Stack;
let worker: RunningWorker;

beforeAll(async () => {
  stack = await startStack({ hasBot: true, hasCatalogue: true, hasWorker: false });
  worker = await stack.startWorker();
});
afterEach(() => checkBooks(stack));
afterAll(async () => {
  await worker?.stop();
  await stack?.stop();
});

const slots = (code: string) => slotsOf(stack.sql, code);

async function versionOf(slug: string): Promise<string> {
  const card = await stack.reads.tariffBySlug(slug, new Date());
  if (!card) throw new Error(`${slug} is not on sale`);
  return card.tariffVersionId;
}

async function orderWith(promo: string, slug = 'topup-main'): Promise<Order> {
  const amount = slug === 'topup-main' ? { amountMinor: 20_000 } : {};
  const tariffVersionId = await versionOf(slug);
  return orderVersion(stack, await newUser(stack), { tariffVersionId, promo, ...amount });
}

async function paidOrder(promo: string, slug?: string) {
  const order = await orderWith(promo, slug);
  const paymentId = await payAndSettle(stack, order);
  await untilPaid(stack, order);
  return { order, paymentId };
}

test('T-D6 a tenth off 200 pays 180 and receives 200 tokens', async () => {
  await newCode(stack.sql, { code: 'TENTH' });
  const changes = await systemChanges(stack, ['sys:deferred:RUB', 'sys:issuance:TOK']);
  const { order } = await paidOrder('TENTH');
  expect(await changes()).toEqual({ 'sys:deferred:RUB': 18_000, 'sys:issuance:TOK': -200_000_000 });
  expect(await balance(stack, order.userId)).toBe(100);
  expect(await slots('TENTH')).toEqual({ reserved: 0, used: 1, confirmed: 1, live: 1 });
});

test('T-D6 a bonus of 50 is a lot of its own', async () => {
  await newCode(stack.sql, { code: 'FIFTY', kind: 'bonus_tokens', value: 50_000_000 });
  const { order } = await paidOrder('FIFTY');
  expect(await transferKinds(stack, order.userId)).toEqual([
    ...['topup', 'promo_bonus', 'subscription_fee'],
  ]);
  const lots = await stack.sql`
    select origin, original_utok::int / 1000000 as tokens from lots
    where invoice_id = ${order.invoiceId} order by origin`;
  expect(lots.map((lot) => ({ ...lot }))).toEqual([
    { origin: 'promo', tokens: 50 },
    { origin: 'topup', tokens: 200 },
  ]);
  expect(await balance(stack, order.userId)).toBe(150);
  await until('the bonus is told', async () =>
    chatTexts(stack, order.userId).some((text) => /Bonus of the promo code: 50 tokens/.test(text)),
  );
});

test('T-V16 wildcards, quotes and long texts typed into the chat are not valid and touch nothing', async () => {
  await newCode(stack.sql, { code: 'SOLID', budget: 5 });
  const before = await stack.sql`select * from promo_codes order by id`;
  const visitor = newVisitor(stack);
  await visitor.write('/start');
  await visitor.write('/promo');
  for (const typed of ['%', '_', "' or 1=1", 'S%LID', 'x'.repeat(4_000)]) {
    await visitor.write(typed);
    expect(visitor.shown().message.text).toContain('This code is not valid');
  }
  expect(await stack.sql`select * from promo_codes order by id`).toEqual(before);
  const lookUp = (typed: string) =>
    stack.records.lookUpPromo({ userId: visitor.id, typed, asOf: new Date() });
  expect(await lookUp('x'.repeat(5_000))).toEqual({ kind: 'refused', reason: 'promo_bad' });
});

test('T-D1 similar codes never stand in for one another', async () => {
  for (const [code, value] of Object.entries({ AB_1: 1_000, 'AB-1': 2_000, ABX1: 3_000 })) {
    await newCode(stack.sql, { code, value });
  }
  const { order } = await paidOrder('ab_1');
  const [row] = await stack.sql`
    select pay_amount_minor::int as minor from invoices where id = ${order.invoiceId}`;
  expect(row?.['minor']).toBe(18_000);
  expect(await slots('AB-1')).toMatchObject({ live: 0 });
  expect(await slots('ABX1')).toMatchObject({ live: 0 });
});

test('T-D3 a use comes back with a cancel and goes to the next person', async () => {
  await newCode(stack.sql, { code: 'ONLYONE', budget: 1 });
  const order = await orderWith('ONLYONE');
  await expect(orderWith('ONLYONE')).rejects.toThrow('promo_exhausted');
  expect(await cancel(stack, order)).toBe('cancelled');
  expect(await slots('ONLYONE')).toMatchObject({ reserved: 0, live: 0 });
  await paidOrder('ONLYONE');
  expect(await slots('ONLYONE')).toMatchObject({ used: 1, confirmed: 1 });
});

test('T-D3 a use comes back when the order expires; money that comes later takes it again', async () => {
  await newCode(stack.sql, { code: 'EXPIRES', budget: 1 });
  const order = await orderWith('EXPIRES');
  await stack.advance(order.userId, 24.1 * HOUR);
  await untilState(stack, order, 'expired');
  expect(await slots('EXPIRES')).toMatchObject({ reserved: 0, live: 0 });
  await payAndSettle(stack, order);
  await untilPaid(stack, order);
  expect(await slots('EXPIRES')).toMatchObject({ used: 1, confirmed: 1 });
});

test('T-D3 a use comes back with a full refund and stays with a partial one', async () => {
  await newCode(stack.sql, { code: 'REFUNDED', budget: 2, kind: 'bonus_tokens', value: 5_000_000 });
  const whole = await paidOrder('REFUNDED', 'basic');
  await refundWholly(stack, whole.paymentId);
  expect(await invoiceState(stack, whole.order)).toBe('refunded');
  expect(await balance(stack, whole.order.userId)).toBe(0);
  expect(await slots('REFUNDED')).toMatchObject({ used: 0, live: 0 });

  const part = await paidOrder('REFUNDED', 'basic');
  await spendTokens(stack, part.order.userId, 15);
  await refundWholly(stack, part.paymentId);
  expect(await invoiceState(stack, part.order)).toBe('partially_refunded');
  expect(await slots('REFUNDED')).toMatchObject({ used: 1, confirmed: 1 });
});

/** A bank that never gives the link: the worker dies while it waits. */
function withoutAnswer(): Map<string, PaymentProvider> {
  const mock = stack.providers.get('mock');
  if (!mock) throw new Error('the mock provider is not there');
  return new Map([['mock', { ...mock, createPayment: () => Context.current().cancelled }]]);
}

test('T-P19 a crash between slot and order loses neither; the slot is back when the order expires', async () => {
  await newCode(stack.sql, { code: 'CRASH', budget: 1 });
  const userId = await newUser(stack);
  const { asOf } = await asOfOf(stack, userId);
  const quote = await stack.records.createQuote({
    ...{ userId, asOf, promo: 'CRASH', currency: 'RUB', amountMinor: 20_000 },
    tariffVersionId: await versionOf('topup-main'),
  });
  if (quote.kind !== 'quoted') throw new Error(quote.reason);
  await worker.stop();
  const dying = await stack.startWorker({ providers: withoutAnswer() });
  const opening = stack.commands.openCheckout({
    ...{ quoteId: quote.quoteId, userId, provider: 'mock', clockOffsetMs: 0 },
  });
  await until('the slot is taken', async () => (await slots('CRASH')).reserved === 1);
  await dying.stop();
  expect(await slots('CRASH')).toMatchObject({ reserved: 1, live: 1 });
  expect(await invoiceState(stack, { invoiceId: quote.quoteId, no: 0, userId })).toBe('draft');
  worker = await stack.startWorker();
  expect(await opening).toEqual({ kind: 'open', invoiceId: quote.quoteId });
  expect(await slots('CRASH')).toMatchObject({ reserved: 1, live: 1 });
  await stack.advance(userId, 24.1 * HOUR);
  await until('the slot is back', async () => (await slots('CRASH')).live === 0);
  expect(await slots('CRASH')).toMatchObject({ reserved: 0, used: 0 });
});

test('T-C7 a new version of a tariff leaves an old order and an old subscription at their old figures', async () => {
  const admin = await newOperator(stack, ['admin']);
  const subscriber = newVisitor(stack);
  await subscriber.write('/start');
  const tariffVersionId = await versionOf('topup-main');
  const wish = { tariffVersionId, amountMinor: 20_000 };
  const first = await orderVersion(stack, subscriber.id, wish);
  await payAndSettle(stack, first);
  await untilPaid(stack, first);
  const open = await orderVersion(stack, await newUser(stack), wish);

  const tariffId = (await stack.reads.tariffBySlug('topup-main', new Date()))?.tariffId ?? '';
  const outcome = await stack.commands.operate({
    ...{ operationId: randomUUID(), action: 'create_tariff_version' },
    params: { tariffId, changes: { feeUtok: 150_000_000, periodCount: 2 } },
    ...{ operator: { userId: admin.id }, reason: 'the fee of next year' },
  });
  expect(outcome).toMatchObject({ kind: 'done', result: { version: 2 } });
  expect(await versionOf('topup-main')).not.toBe(tariffVersionId);

  await subscriber.write('/subscription');
  expect(subscriber.shown().message.text).toContain('100 tokens');
  expect(subscriber.shown().message.text).not.toContain('150');
  await payAndSettle(stack, open);
  await untilPaid(stack, open);
  const [fee] = await stack.sql`
    select -e.amount::int as utok from transfers t join entries e on e.transfer_id = t.id
    join accounts a on a.id = e.account_id
    where t.kind = 'subscription_fee' and a.user_id = ${open.userId}`;
  expect(fee?.['utok']).toBe(100_000_000);
  const fresh = await orderVersion(stack, await newUser(stack), {
    tariffVersionId: await versionOf('topup-main'),
    amountMinor: 20_000,
  });
  await payAndSettle(stack, fresh);
  await untilPaid(stack, fresh);
  expect(await balance(stack, fresh.userId)).toBe(50);
});
