import { invoiceState, newUser, openItems, untilPaid, type Order } from '../support/shop';
import { BOT_TOKEN } from '../support/stack-bot';
import { checkBooks, startStack, until, type Stack } from '../support/stack';
import { orderPlan } from '../support/subscribers';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ hasCatalogue: true, hasBot: true });
});
afterEach(() => checkBooks(stack));
afterAll(() => stack.stop());

interface StarsOrder extends Order {
  readonly link: string;
}

/** An order of thirty days for 150 Stars, opened and not paid. */
async function starsOrder(): Promise<StarsOrder> {
  const order = await orderPlan(stack, await newUser(stack), {
    provider: 'stars',
    currency: 'XTR',
  });
  const invoice = await stack.reads.invoice(order.invoiceId);
  return { ...order, link: invoice?.paymentUrl ?? '' };
}

const chargesOf = ({ userId }: Order) =>
  stack.telegram.charges().filter(({ personId }) => personId === userId);

test('T-P3 an old Stars invoice that is paid again is refused before the Stars move', async () => {
  const order = await starsOrder();
  const { userId, link } = order;
  expect(await stack.telegram.pay(userId, { link })).toMatchObject({ status: 'paid' });
  await untilPaid(stack, order);
  const again = await stack.telegram.pay(userId, { link });
  expect(again).toEqual({ status: 'declined', reason: expect.stringMatching(/\w/) });
  expect(chargesOf(order)).toHaveLength(1);
  expect(await openItems(stack, order)).toEqual([]);
});

test('T-P3 a second charge that Telegram makes all the same is kept, and an operator sees it', async () => {
  const order = await starsOrder();
  const { userId, link } = order;
  expect(await stack.telegram.pay(userId, { link })).toMatchObject({ status: 'paid' });
  await untilPaid(stack, order);
  const forced = await stack.telegram.pay(userId, { link, quirks: { isForced: true } });
  if (forced.status !== 'paid') throw new Error(forced.reason);
  await until('an operator sees it', async () => (await openItems(stack, order)).length > 0);
  expect(chargesOf(order)).toHaveLength(2);
  expect(await openItems(stack, order)).toEqual(['duplicate_paid']);
  const periods = await stack.sql`
    select p.n from subscription_periods p join subscriptions s on s.id = p.subscription_id
    where s.user_id = ${userId}`;
  expect(periods).toHaveLength(1);
});

test('T-P3 a client that says failed although the Stars are paid makes nobody believe it', async () => {
  const order = await starsOrder();
  const { userId, link } = order;
  const silent = { link, quirks: { isSilent: true } };
  expect(await stack.telegram.pay(userId, silent)).toMatchObject({ status: 'paid' });
  expect(await invoiceState(stack, order)).toBe('pending');
  const said = await fetch(`${stack.http.url}/pay/fail?invoice=${order.invoiceId}`);
  expect(said.status).toBe(200);
  await untilPaid(stack, order);
  await until('the page tells the truth', async () => {
    const status = await fetch(`${stack.http.url}/pay/status/${order.invoiceId}`);
    return ((await status.json()) as { view: string }).view === 'paid';
  });
  expect(await openItems(stack, order)).toEqual([]);
});

test('Stars that Telegram gives back by itself take the order back', async () => {
  const order = await starsOrder();
  const { userId, link } = order;
  const paid = await stack.telegram.pay(userId, { link });
  if (paid.status !== 'paid') throw new Error(paid.reason);
  await untilPaid(stack, order);
  await refundElsewhere(userId, paid.chargeId);
  await until('the order is refunded', async () => {
    return (await invoiceState(stack, order)) === 'refunded';
  });
});

/** Somebody gives the Stars back with the bot's token, but not through the product. */
async function refundElsewhere(userId: number, chargeId: string): Promise<void> {
  const url = `${stack.telegram.apiRoot}/bot${BOT_TOKEN}/refundStarPayment`;
  const body = JSON.stringify({ user_id: userId, telegram_payment_charge_id: chargeId });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(url, { method: 'POST', headers, body });
  expect(await answer.json()).toMatchObject({ ok: true, result: true });
}
