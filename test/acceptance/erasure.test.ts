import { sealFor } from '../../drizzle/person-keys';
import { TEST_SECRETS } from '../support/secrets';
import { balance, newUser, orderTopup, untilPaid } from '../support/shop';
import { BOT_TOKEN, checkBooks, startStack, until, type Stack } from '../support/stack';
import { v7 } from 'uuid';

const DAY = 24 * 3_600_000;

let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());
afterEach(() => checkBooks(stack));

/** A subscription to Stars that Telegram renews by itself, bought over the Bot API wire. */
async function starsSubscription(userId: number): Promise<string> {
  const answer = await fetch(`${stack.telegram.apiRoot}/bot${BOT_TOKEN}/createInvoiceLink`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      ...{ title: 'Access', description: 'Access', payload: v7(), currency: 'XTR' },
      ...{ provider_token: '', prices: [{ label: 'Access', amount: 250 }] },
      subscription_period: 2_592_000,
    }),
  });
  const { result: link } = (await answer.json()) as { result: string };
  const paying = stack.telegram.pay(userId, { link });
  const asked = await until('the pre-checkout', async () =>
    stack.telegram.pendingUpdates().find((update) => update.pre_checkout_query?.from.id === userId),
  );
  await fetch(`${stack.telegram.apiRoot}/bot${BOT_TOKEN}/answerPreCheckoutQuery`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ pre_checkout_query_id: asked.pre_checkout_query?.id, ok: true }),
  });
  const outcome = await paying;
  if (outcome.status !== 'paid') throw new Error(outcome.reason);
  return outcome.chargeId;
}

async function bank<T>(path: string, body: object): Promise<{ status: number; body: T }> {
  const response = await fetch(`${stack.mock.url}/api${path}`, {
    method: 'POST',
    headers: { 'x-api-key': 'mock-api-key', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as T };
}

/** A paid top-up whose card the bank keeps for us. */
async function savedCard(userId: number): Promise<{ token: string; invoiceNo: number }> {
  const order = await orderTopup(stack, userId, 50_000);
  const { payment } = await stack.mock.control.pay(order.no).tried;
  await untilPaid(stack, order);
  const saved = await bank<{ id: string }>('/methods', { paymentId: payment.id });
  return { token: saved.body.id, invoiceNo: order.no };
}

async function keepMethod(
  userId: number,
  method: { provider: string; token: string; firstChargeId: string | null },
): Promise<string> {
  const id = v7();
  const tokenEnc = await sealFor(stack.database.db, TEST_SECRETS.dataKey, {
    userId,
    bytes: Buffer.from(method.token),
  });
  await stack.sql`
    insert into payment_methods (id, user_id, provider, token_enc, label, state, first_charge_id)
    values (${id}, ${userId}, ${method.provider}, ${tokenEnc}, 'Visa •• 4242', 'active',
      ${method.firstChargeId})`;
  return id;
}

/** The live subscription of the top-up, renewed by a method as the driver says. */
async function renewBy(userId: number, driver: 'stars' | 'saved_method', methodId: string) {
  await stack.sql`
    update subscriptions set driver = ${driver}, method_id = ${methodId}, auto_renew = true
    where user_id = ${userId} and state = 'active'`;
}

async function erasureState(userId: number): Promise<string> {
  const [row] = await stack.sql`select state from erasures where user_id = ${userId}`;
  return String(row?.['state']);
}

const moneyMoves = async (userId: number) =>
  (
    await stack.sql`
      select kind from transfers where user_id = ${userId} and kind not in ('breakage') order by id`
  ).length;

test.each(['stars', 'saved_method'] as const)(
  'T-P26 erasing somebody with a live %s subscription stops the provider, charges nothing later, keeps the books balanced',
  async (driver) => {
    const userId = await newUser(stack, { firstName: 'Anna' });
    const card = await savedCard(userId);
    const chargeId = await starsSubscription(userId);
    const cardId = await keepMethod(userId, {
      ...{ provider: 'mock', token: card.token, firstChargeId: null },
    });
    const starsId = await keepMethod(userId, {
      ...{ provider: 'stars', token: '', firstChargeId: chargeId },
    });
    await renewBy(userId, driver, driver === 'stars' ? starsId : cardId);
    const before = await moneyMoves(userId);

    const wish = { erasureId: v7(), userId, n: 1, clockOffsetMs: 0 };
    const [one, two] = await Promise.all([
      stack.commands.requestErasure(wish),
      stack.commands.requestErasure({ ...wish, erasureId: v7() }),
    ]);
    expect(one).toEqual(two);
    const [subscription] = await stack.sql`
      select state, driver, auto_renew from subscriptions where user_id = ${userId}`;
    expect(subscription).toEqual({ state: 'cancelling', driver: 'none', auto_renew: false });
    await expect(orderTopup(stack, userId, 20_000)).rejects.toThrow('erasing');

    await until(
      'the providers have let go',
      async () => (await erasureState(userId)) === 'waiting',
    );
    const stars = stack.telegram.subscriptions().find(({ id }) => id === chargeId);
    expect(stars).toMatchObject({ state: 'canceled', isCanceledByBot: true });
    expect(() => stack.telegram.changeSubscription(chargeId, 'renew')).toThrow('canceled');
    const charged = { key: 'later', invoiceNo: String(card.invoiceNo) };
    expect((await bank(`/methods/${card.token}/charge`, charged)).status).toBe(409);
    expect(await balance(stack, userId)).toBe(400);

    await stack.advance(userId, 15 * DAY);
    await until('the person is erased', async () => (await erasureState(userId)) === 'done');
    await stack.advance(userId, 45 * DAY);
    expect(await moneyMoves(userId)).toBe(before);
    expect(await balance(stack, userId)).toBe(0);
    const [person] = await stack.sql`
      select first_name, username, pseudonymised_at is not null as erased, money_frozen_by
      from users where id = ${userId}`;
    expect(person).toEqual({
      ...{ first_name: null, username: null, erased: true, money_frozen_by: null },
    });
    const left = await stack.sql`
      select state, label, length(token_enc)::int as bytes from payment_methods where user_id = ${userId}`;
    for (const method of left) expect(method).toEqual({ state: 'revoked', label: '', bytes: 0 });
    const [ended] = await stack.sql`
      select state, access from subscriptions where user_id = ${userId}`;
    expect(ended).toEqual({ state: 'ended', access: 'none' });
    expect(await keptTexts(userId, 'Anna')).toBe(0);
  },
);

/** Rows outside of the books and the audit that still name the person. */
async function keptTexts(userId: number, name: string): Promise<number> {
  const [row] = await stack.sql`
    select (select count(*) from outbox_messages where user_id = ${userId}
              and params <> '{}' and template <> 'erasure.done')
         + (select count(*) from users where id = ${userId} and first_name = ${name})
         + (select count(*) from dialogues where user_id = ${userId})
         + (select count(*) from person_keys where user_id = ${userId} and key_enc is not null)
         + (select count(*) from data_exports where user_id = ${userId} and archive is not null)
      as kept`;
  return Number(row?.['kept']);
}
