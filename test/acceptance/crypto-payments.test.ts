import {
  paymentConfirmationId,
  paymentFactsQuery,
  resolvePaymentUpdate,
  type PaymentCard,
  type ResolutionKind,
} from '../../workflows/billing/contract';
import { startCryptoPayFake, TOKEN } from '../payments/support/crypto-pay-fake';
import type { CryptoPayFake, Difference } from '../payments/support/crypto-pay-fake';
import { askRefund } from '../support/refunds';
import { cancel, HOUR, itemsOfPayment, paymentState, systemChanges } from '../support/payments';
import {
  asOfOf,
  balance,
  chatTexts,
  invoiceState,
  newUser,
  openItems,
  orderVersion,
  promisedMessages,
  transferKinds,
  untilPaid,
  type Order,
} from '../support/shop';
import { checkBooks, startStack, until, type Stack } from '../support/stack';

let fake: CryptoPayFake;
let stack: Stack;

beforeAll(async () => {
  fake = await startCryptoPayFake();
  stack = await startStack({ providers: { cryptopay: { token: TOKEN, baseUrl: fake.url } } });
});
afterEach(() => checkBooks(stack));
afterAll(async () => {
  await stack?.stop();
  await fake.stop();
});

/** Opens a top-up of 200 rubles that is to be paid in coins. */
async function orderInCoins(): Promise<{ order: Order; invoiceId: number }> {
  const userId = await newUser(stack);
  const { asOf } = await asOfOf(stack, userId);
  const tariff = await stack.reads.topupTariff(asOf);
  if (!tariff) throw new Error('no top-up tariff is on sale');
  const { tariffVersionId } = tariff;
  const wish = { tariffVersionId, amountMinor: 20_000, provider: 'cryptopay' };
  const order = await orderVersion(stack, userId, wish);
  const invoice = fake.invoices.find(({ request }) => request.payload?.includes(order.invoiceId));
  if (!invoice) throw new Error('Crypto Pay has no invoice of the order');
  return { order, invoiceId: invoice.id };
}

/** The person pays; what the shop answers to the notification. */
async function pay(invoiceId: number, difference: Difference = {}): Promise<string> {
  const { rawBody, headers } = fake.pay(invoiceId, difference);
  const response = await fetch(`${stack.http.url}/webhook/cryptopay`, {
    method: 'POST',
    headers: headers as Record<string, string>,
    body: new Uint8Array(rawBody),
  });
  return `${response.status} ${await response.text()}`;
}

function confirmation(invoiceId: number) {
  return stack.client.workflow.getHandle(paymentConfirmationId('cryptopay', String(invoiceId)));
}

async function untilQuarantined(invoiceId: number): Promise<PaymentCard> {
  return until(`payment ${invoiceId} quarantined`, async () => {
    if ((await paymentState(stack, String(invoiceId))) !== 'quarantined') return undefined;
    const card: PaymentCard = await confirmation(invoiceId).query(paymentFactsQuery);
    return card.phase === 'quarantined' ? card : undefined;
  });
}

async function resolve(invoiceId: number, how: ResolutionKind): Promise<string> {
  const repair = { operatorId: 'finance-1', reason: 'looked at it in @CryptoBot', how };
  const handle = confirmation(invoiceId);
  return (await handle.executeUpdate(resolvePaymentUpdate, { args: [repair] })).accepted;
}

const changes = () =>
  systemChanges(
    stack,
    ['RUB', 'USD'].flatMap((currency) => [
      `clearing:cryptopay:${currency}`,
      `sys:suspense:${currency}`,
    ]),
  );

test('T-P25 the exact price paid in coins gives what was ordered, once for every delivery', async () => {
  const { order, invoiceId } = await orderInCoins();
  expect(await pay(invoiceId)).toBe('200 OK');
  expect(await pay(invoiceId)).toBe('200 OK');
  await untilPaid(stack, order);
  expect(await balance(stack, order.userId)).toBe(100);
  expect(await transferKinds(stack, order.userId)).toEqual(['topup', 'subscription_fee']);
  expect(await openItems(stack, order)).toEqual([]);
});

test.each([
  { name: 'a partial payment', paid: { amount: '150' }, item: 'underpaid', minor: 15_000 },
  { name: 'an excess payment', paid: { amount: '200.01' }, item: 'overpaid', minor: 20_001 },
  {
    name: 'a payment in another currency',
    paid: { currency: 'USD' },
    item: 'wrong_currency',
    minor: 20_000,
  },
])(
  'T-P25 $name goes to suspense, visible, and the order stays open',
  async ({ paid, item, minor }) => {
    const { order, invoiceId } = await orderInCoins();
    const moved = await changes();
    expect(await pay(invoiceId, paid)).toBe('200 OK');
    const card = await untilQuarantined(invoiceId);
    const currency = 'currency' in paid ? paid.currency : 'RUB';
    expect(await moved()).toEqual({
      [`clearing:cryptopay:${currency}`]: -minor,
      [`sys:suspense:${currency}`]: minor,
    });
    expect(await itemsOfPayment(stack, String(invoiceId))).toEqual([item]);
    expect(await invoiceState(stack, order)).toBe('pending');
    expect(await balance(stack, order.userId)).toBe(0);
    expect(await promisedMessages(stack, order.userId)).toEqual(['pay.quarantine']);
    await until('the payer is told', async () =>
      chatTexts(stack, order.userId).some((text) => text.includes('does not match')),
    );
    expect(card.allowedRepairs).toContain('resolve');
  },
);

test('T-P25 an operator gives tokens for a partial payment, and its item is closed', async () => {
  const { order, invoiceId } = await orderInCoins();
  await pay(invoiceId, { amount: '150' });
  await untilQuarantined(invoiceId);
  expect(await resolve(invoiceId, 'credit_wallet')).toBe('the money is credited to the wallet');
  expect(await balance(stack, order.userId)).toBe(150);
  expect(await itemsOfPayment(stack, String(invoiceId))).toEqual(['underpaid (resolved)']);
});

test('T-P25 coins cannot be sent back by the product: the excess payment stays with the operators', async () => {
  const { invoiceId } = await orderInCoins();
  await pay(invoiceId, { amount: '250' });
  await untilQuarantined(invoiceId);
  const moved = await changes();
  expect(await resolve(invoiceId, 'refund')).toBe('the money is on its way back');
  await until('the refusal is shown', async () =>
    (await itemsOfPayment(stack, String(invoiceId))).includes('refund_stuck'),
  );
  await untilQuarantined(invoiceId);
  expect(await itemsOfPayment(stack, String(invoiceId))).toContain('overpaid');
  expect(await moved()).toEqual({});
  expect(await resolve(invoiceId, 'credit_wallet')).toBe('the money is credited to the wallet');
});

describe('an invoice of Crypto Pay that outlives the order', () => {
  beforeAll(() => fake.keepInvoices());

  test('T-P25 a payment after a cancel is honoured and shown', async () => {
    const { order, invoiceId } = await orderInCoins();
    expect(await cancel(stack, order)).toBe('cancelled');
    expect(await pay(invoiceId)).toBe('200 OK');
    await untilPaid(stack, order);
    expect(await transferKinds(stack, order.userId)).toEqual(['topup', 'subscription_fee']);
    expect(await openItems(stack, order)).toEqual(['late_credit']);
    expect(await promisedMessages(stack, order.userId)).toContain('pay.late.honoured');
  });

  test('T-P25 a payment long after the order expired becomes tokens and is shown', async () => {
    const { order, invoiceId } = await orderInCoins();
    await stack.advance(order.userId, 100 * HOUR);
    expect(await invoiceState(stack, order)).toBe('expired');
    expect(await pay(invoiceId)).toBe('200 OK');
    await untilPaid(stack, order);
    expect(await balance(stack, order.userId)).toBe(200);
    expect(await openItems(stack, order)).toEqual(['late_credit']);
    expect(await promisedMessages(stack, order.userId)).toContain('pay.late.wallet');
  });

  test('T-P25 a late payment nobody told us of is found by the watch of the closed order', async () => {
    const { order, invoiceId } = await orderInCoins();
    expect(await cancel(stack, order)).toBe('cancelled');
    fake.pay(invoiceId);
    await stack.advance(order.userId, 6 * HOUR);
    await untilPaid(stack, order);
    expect(await openItems(stack, order)).toEqual(['late_credit']);
  });

  test('T-P25 a late partial payment is neither tokens nor forgotten', async () => {
    const { order, invoiceId } = await orderInCoins();
    expect(await cancel(stack, order)).toBe('cancelled');
    await pay(invoiceId, { amount: '199.99' });
    await untilQuarantined(invoiceId);
    expect(await openItems(stack, order)).toEqual(['underpaid']);
    expect(await balance(stack, order.userId)).toBe(0);
  });
});

test('a refund of coins is refused with its reason and waits for an operator, once', async () => {
  const { order, invoiceId } = await orderInCoins();
  await pay(invoiceId);
  await untilPaid(stack, order);
  for (const n of ['1', '2']) {
    expect(await askRefund(stack, String(invoiceId), { n })).toMatchObject({
      kind: 'refused',
      reason: 'provider_cannot',
    });
  }
  expect(await balance(stack, order.userId)).toBe(100);
  expect(await openItems(stack, order)).toEqual(['refund_stuck']);
});
