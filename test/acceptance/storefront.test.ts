import { wallet, tokenAccount } from '../../activities/billing/accounts';
import { postTransfer } from '../../activities/billing/ledger';
import { UTOK_PER_TOKEN } from '../../src/domain/tokens';
import {
  asOfOf,
  balance,
  newUser,
  orderTopup,
  promisedMessages,
  transferKinds,
  type Order,
} from '../support/shop';
import { DAY, payAndSettle } from '../support/payments';
import { checkBooks, startStack, until, type Stack } from '../support/stack';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
});
afterEach(() => checkBooks(stack));
afterAll(() => stack?.stop());

async function topUp(userId: number, amountMinor: number): Promise<Order> {
  const order = await orderTopup(stack, userId, amountMinor);
  await payAndSettle(stack, order);
  return order;
}

async function periods(userId: number): Promise<number> {
  const [row] = await stack.sql`
    select count(*)::int as n from subscription_periods p
    join subscriptions s on s.id = p.subscription_id where s.user_id = ${userId}`;
  return Number(row?.['n']);
}

/** Takes tokens out of a wallet for work done before it was paid, down to a debt. */
async function spend(userId: number, tokens: number): Promise<void> {
  const amount = tokens * UTOK_PER_TOKEN;
  await stack.database.db.transaction((tx) =>
    postTransfer(tx, {
      key: `test:spend:${userId}:${tokens}`,
      kind: 'spend',
      legs: [
        { account: wallet(userId), amount: -amount },
        { account: tokenAccount('spend'), amount },
      ],
      userId,
      asOf: new Date(),
      lowestUtok: -1_000 * UTOK_PER_TOKEN,
    }),
  );
}

/** A new version of the top-up with another minimum: terms in use are never edited. */
async function offerMinimum(kopecks: number): Promise<void> {
  await stack.sql`
    insert into tariff_versions (id, tariff_id, version, name_i18n, description_i18n, tokens_utok, fee_utok,
      period_unit, period_count, min_amount_minor, max_amount_minor, valid_from)
    select gen_random_uuid(), v.tariff_id, v.version + 1, v.name_i18n, v.description_i18n, v.tokens_utok, v.fee_utok,
      v.period_unit, v.period_count, ${kopecks}, v.max_amount_minor, v.valid_from
    from tariff_versions v join tariffs t on t.id = v.tariff_id
    where t.slug = 'topup-main' order by v.version desc limit 1`;
}

async function untilLapsed(userId: number): Promise<void> {
  await until('the subscription has ended', async () => {
    const [row] = await stack.sql`select state from subscriptions where user_id = ${userId}`;
    return row?.['state'] === 'expired';
  });
}

test('T-V9 a top-up of 50 RUB is refused before an invoice exists', async () => {
  const userId = await newUser(stack);
  await expect(orderTopup(stack, userId, 5_000)).rejects.toThrow('no quote: below_minimum');
  const [rows] = await stack.sql`
    select (select count(*)::int from invoices where user_id = ${userId}) as invoices,
           (select count(*)::int from quotes where user_id = ${userId}) as quotes`;
  expect(rows).toEqual({ invoices: 0, quotes: 0 });
  expect(await periods(userId)).toBe(0);
});

test('T-V23 the first payment of 200 takes the fee of 100 and a second one while active adds 200', async () => {
  const userId = await newUser(stack);
  await topUp(userId, 20_000);
  expect(await balance(stack, userId)).toBe(100);
  await topUp(userId, 20_000);
  expect(await balance(stack, userId)).toBe(300);
  expect(await transferKinds(stack, userId)).toEqual(['topup', 'subscription_fee', 'topup']);
  expect(await promisedMessages(stack, userId)).toEqual(['pay.ok.activated', 'pay.ok.topup']);
  expect(await periods(userId)).toBe(1);
});

test('T-V23 a payment of 200 with a debt of 150 leaves 50 and opens no period', async () => {
  const userId = await newUser(stack);
  await spend(userId, 150);
  expect(await balance(stack, userId)).toBe(-150);
  await topUp(userId, 20_000);
  expect(await balance(stack, userId)).toBe(50);
  expect(await periods(userId)).toBe(0);
  expect(await transferKinds(stack, userId)).toEqual(['spend', 'topup']);
  const [told] = await stack.sql`
    select template, params from outbox_messages where user_id = ${userId}`;
  expect(told?.['template']).toBe('pay.ok.fee_missing');
  expect(told?.['params']).toMatchObject({ missingUtok: 50 * UTOK_PER_TOKEN });
});

describe('with a smaller minimum', () => {
  beforeAll(() => offerMinimum(5_000));

  test('T-V23 a payment of 199.99 after a lapse takes the fee again and keeps the kopecks', async () => {
    const userId = await newUser(stack);
    await topUp(userId, 20_000);
    await spend(userId, 100);
    await stack.advance(userId, 32 * DAY);
    await untilLapsed(userId);
    await topUp(userId, 19_999);
    expect(await balance(stack, userId)).toBe(99.99);
    expect(await periods(userId)).toBe(2);
    const [fresh] = await stack.sql`
      select period_n, period_start from subscriptions where user_id = ${userId} and state = 'active'`;
    const { asOf } = await asOfOf(stack, userId);
    expect(fresh?.['period_n']).toBe(0);
    expect(asOf.getTime() - (fresh?.['period_start'] as Date).getTime()).toBeLessThan(60_000);
  });

  test('T-A4 a payment below the fee keeps its kopecks and opens no period', async () => {
    const userId = await newUser(stack);
    await topUp(userId, 5_001);
    expect(await balance(stack, userId)).toBe(50.01);
    expect(await periods(userId)).toBe(0);
    expect(await transferKinds(stack, userId)).toEqual(['topup']);
    expect(await promisedMessages(stack, userId)).toEqual(['pay.ok.fee_missing']);
  });

  test('T-A4 the fee is a transfer of its own, taken once the balance reaches it', async () => {
    const userId = await newUser(stack);
    await topUp(userId, 5_001);
    await topUp(userId, 6_000);
    expect(await balance(stack, userId)).toBe(10.01);
    expect(await periods(userId)).toBe(1);
    const [fee] = await stack.sql`
      select t.kind, t.period_n, e.amount::float8 as amount from transfers t
      join subscription_periods p on p.fee_transfer_id = t.id
      join entries e on e.transfer_id = t.id join accounts a on a.id = e.account_id
      where t.user_id = ${userId} and a.code = 'sys:fees:TOK'`;
    expect(fee).toEqual({ kind: 'subscription_fee', period_n: 0, amount: 100 * UTOK_PER_TOKEN });
  });
});
