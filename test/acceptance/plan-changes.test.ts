import { v7 } from 'uuid';
import {
  asOfOf,
  balance,
  invoiceState,
  newUser,
  openItems,
  orderVersion,
  untilPaid,
  type Order,
} from '../support/shop';
import { notify, pay, payAndSettle, untilSettled } from '../support/payments';
import { checkBooks, startStack, until, type Stack } from '../support/stack';

const HOUR = 3_600_000;
const PLANS = 26;

let stack: Stack;
/** Version ids of plans of one month; plan number i costs 100 + 10 i roubles and gives as many tokens. */
let plans: string[];

beforeAll(async () => {
  stack = await startStack();
  plans = [];
  for (let index = 0; index < PLANS; index += 1) plans.push(await putOnSale(100 + 10 * index));
});
afterEach(() => checkBooks(stack));
afterAll(() => stack?.stop());

async function putOnSale(roubles: number): Promise<string> {
  const tariffId = v7();
  const versionId = v7();
  const name = JSON.stringify({ ru: `План ${roubles}`, en: `Plan ${roubles}` });
  await stack.sql.begin(async (tx) => {
    await tx`
      insert into tariffs (id, slug, kind, sort_order) values (${tariffId}, ${`plan-${roubles}`}, 'mixed', ${roubles})`;
    await tx`
      insert into tariff_versions (id, tariff_id, version, name_i18n, description_i18n, tokens_utok, period_unit,
        period_count, valid_from)
      values (${versionId}, ${tariffId}, 1, ${name}::jsonb, ${name}::jsonb, ${roubles * 1_000_000}, 'month', 1, '2025-01-01')`;
    await tx`
      insert into tariff_prices (tariff_version_id, currency, exponent, amount_minor)
      values (${versionId}, 'RUB', 2, ${roubles * 100})`;
  });
  return versionId;
}

const planOf = (index: number): string => plans[index] ?? '';

async function buy(userId: number, index: number): Promise<Order> {
  const order = await orderVersion(stack, userId, { tariffVersionId: planOf(index) });
  await payAndSettle(stack, order);
  await untilPaid(stack, order);
  return order;
}

const orderUpgrade = (userId: number, index: number): Promise<Order> =>
  orderVersion(stack, userId, { tariffVersionId: planOf(index), purpose: 'upgrade' });

async function subscriptionOf(userId: number) {
  const view = await stack.reads.subscription(userId);
  if (!view) throw new Error('there is no subscription');
  return view;
}

async function schedule(userId: number, index: number | null) {
  const { subscriptionId } = await subscriptionOf(userId);
  const tariffVersionId = index === null ? null : planOf(index);
  return stack.commands.changeTariff({ subscriptionId, userId, tariffVersionId });
}

async function paidRoubles(userId: number): Promise<number> {
  const [row] = await stack.sql`
    select coalesce(sum(amount_minor), 0)::float8 as minor from payments where payer_user_id = ${userId}`;
  return Number(row?.['minor']) / 100;
}

test('T-P12 of a hundred changes of plan in a day none grants more tokens than was paid for, and a replayed payment does nothing', async () => {
  const userId = await newUser(stack);
  await buy(userId, 0);
  let last: Order | undefined;
  for (let round = 1; round < PLANS; round += 1) {
    last = await orderUpgrade(userId, round);
    await payAndSettle(stack, last);
    await untilPaid(stack, last);
    expect(await schedule(userId, round - 1)).toMatchObject({ kind: 'scheduled' });
    expect(await schedule(userId, null)).toEqual({ kind: 'withdrawn' });
    expect(await schedule(userId, 0)).toMatchObject({ kind: 'scheduled' });
    if (round % 6 === 0) await stack.advance(userId, 5 * HOUR);
  }
  const granted = await balance(stack, userId);
  expect(granted).toBeGreaterThan(300);
  // List price and credit of each change are rounded to the kopeck, by half of one at most.
  expect(granted).toBeLessThanOrEqual((await paidRoubles(userId)) + (PLANS - 1) * 0.01);
  const [payment] = await stack.sql`
    select provider_payment_id as id from payments where invoice_id = ${last?.invoiceId ?? ''}`;
  await notify(stack, String(payment?.['id']));
  await untilSettled(stack, String(payment?.['id']));
  expect(await balance(stack, userId)).toBe(granted);
}, 300_000);

test('SB-18 an upgrade costs the time that is left, keeps the end of the period and begins at once', async () => {
  const userId = await newUser(stack);
  await buy(userId, 0);
  const before = await subscriptionOf(userId);
  const lengthMs = Date.parse(before.periodEnd) - Date.parse(before.periodStart);
  await stack.advance(userId, lengthMs / 2);
  const upgrade = await orderUpgrade(userId, 10);
  const invoice = await stack.reads.invoice(upgrade.invoiceId);
  expect(invoice?.amount.minor).toBeGreaterThanOrEqual(4_998);
  expect(invoice?.amount.minor).toBeLessThanOrEqual(5_000);
  await payAndSettle(stack, upgrade);
  await untilPaid(stack, upgrade);
  const after = await subscriptionOf(userId);
  expect(after).toMatchObject({ periodEnd: before.periodEnd, tariffVersionId: planOf(10) });
  expect(await balance(stack, userId)).toBeCloseTo(150, 2);
});

test('SB-18 two upgrades ordered of one plan: the second payment becomes credit and an open item', async () => {
  const userId = await newUser(stack);
  await buy(userId, 0);
  const [first, second] = [await orderUpgrade(userId, 3), await orderUpgrade(userId, 5)];
  await payAndSettle(stack, first);
  await untilPaid(stack, first);
  const before = await balance(stack, userId);
  const { paymentId } = await pay(stack, second);
  await untilSettled(stack, paymentId);
  expect(await invoiceState(stack, second)).toBe('paid');
  expect((await stack.reads.invoice(second.invoiceId))?.fulfilledAs).toBe('wallet_credit');
  expect(await openItems(stack, second)).toEqual(['late_credit']);
  const paid = (await stack.reads.invoice(second.invoiceId))?.amount.minor ?? 0;
  expect(await balance(stack, userId)).toBeCloseTo(before + paid / 100, 6);
  expect((await subscriptionOf(userId)).tariffVersionId).toBe(planOf(3));
});

test('SB-19 a cheaper plan waits for the end, of one’s own subscription only', async () => {
  const [userId, stranger] = [await newUser(stack), await newUser(stack)];
  await buy(userId, 5);
  const { asOf } = await asOfOf(stack, userId);
  const wish = { userId, tariffVersionId: planOf(2), currency: 'RUB', asOf } as const;
  expect(await stack.records.createQuote({ ...wish, purpose: 'upgrade' })).toMatchObject({
    kind: 'refused',
    reason: 'change_at_end',
  });
  const { subscriptionId, periodEnd } = await subscriptionOf(userId);
  expect(await schedule(userId, 2)).toEqual({ kind: 'scheduled', from: periodEnd });
  expect(await schedule(userId, 5)).toEqual({ kind: 'refused', reason: 'same_plan' });
  const foreign = { subscriptionId, userId: stranger, tariffVersionId: planOf(2) };
  expect(await stack.commands.changeTariff(foreign)).toEqual({
    kind: 'refused',
    reason: 'not_live',
  });
  await until(
    'the wish on the screen',
    async () => (await subscriptionOf(userId)).nextPlanName !== null,
  );
  expect((await subscriptionOf(userId)).tariffVersionId).toBe(planOf(5));
});

test('CO-13 an upgrade in the last minute of a period costs nothing, needs no provider and begins once', async () => {
  const userId = await newUser(stack);
  await buy(userId, 0);
  const { periodEnd } = await subscriptionOf(userId);
  const { asOf: before } = await asOfOf(stack, userId);
  await stack.advance(userId, Date.parse(periodEnd) - before.getTime() - 60_000);
  const { asOf, offsetMs } = await asOfOf(stack, userId);
  const wish = { userId, tariffVersionId: planOf(1), currency: 'RUB', asOf } as const;
  const quote = await stack.records.createQuote({ ...wish, purpose: 'upgrade' });
  if (quote.kind !== 'quoted') throw new Error(quote.reason);
  const order = { quoteId: quote.quoteId, userId, clockOffsetMs: offsetMs };
  const outcomes = await Promise.all([1, 2, 3].map(() => stack.commands.completeFreeOrder(order)));
  for (const outcome of outcomes) expect(outcome.kind).toBe('fulfilled');
  expect(await subscriptionOf(userId)).toMatchObject({ periodEnd, tariffVersionId: planOf(1) });
  const told = await stack.sql`
    select 1 from outbox_messages where user_id = ${userId} and template = 'plan.changed'`;
  expect(told).toHaveLength(1);
});
