import { toId22 } from '../../src/bot/id22';
import { cancel, payAndSettle } from '../support/payments';
import { chatTexts, newUser, orderTopup, type Order } from '../support/shop';
import { checkBooks, startStack, until, type Stack } from '../support/stack';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ hasBot: true });
});
afterEach(() => checkBooks(stack));
afterAll(() => stack?.stop());

interface Card {
  readonly order: Order;
  /** What stands under the card now. */
  labels(): string;
  text(): string;
}

/** Somebody who has an unpaid order on the screen. */
async function openCard(): Promise<Card> {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  const { invoiceId, userId } = order;
  stack.telegram.send(userId, `/start inv_${toId22(invoiceId)}`);
  const messageId = await until('the card is kept', async () => {
    const [row] = await stack.sql`
      select message_id::int as id from shown_cards where invoice_id = ${invoiceId}`;
    return row ? Number(row['id']) : undefined;
  });
  const message = () =>
    stack.telegram.messages(userId).find((one) => one.message.message_id === messageId)?.message;
  const labels = () =>
    (message()?.reply_markup?.inline_keyboard.flat() ?? []).map(({ text }) => text).join(', ');
  expect(labels()).toContain('Pay ₽200');
  return { order, labels, text: () => message()?.text ?? '' };
}

test('the card of an order in the chat loses its pay button and gains the receipt when the money comes', async () => {
  const card = await openCard();
  await payAndSettle(stack, card.order);
  await until('the card shows the payment', async () => !card.labels().includes('Pay'));
  expect(card.labels()).toContain('Receipt');
  expect(card.text()).toContain('Paid');
  const texts = chatTexts(stack, card.order.userId);
  expect(texts.filter((text) => text.startsWith('Invoice #'))).toHaveLength(1);
  expect(texts.at(-1)).toContain('Payment of ₽200 received');
});

test('the card of an order that is cancelled elsewhere offers to top up instead', async () => {
  const card = await openCard();
  expect(await cancel(stack, card.order)).toBe('cancelled');
  await until('the card shows the end', async () => !card.labels().includes('Pay'));
  expect(card.labels()).toContain('Top up');
});
