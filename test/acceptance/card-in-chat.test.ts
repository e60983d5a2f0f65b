import { buttonsOf, newVisitor, type Visitor } from '../bot/support/visitor';
import { pay, untilSettled } from '../support/payments';
import { checkBooks, startStack, until, type Stack } from '../support/stack';
import { idOf, orderPlan, payersOf, toTheEnd, untilStanding } from '../support/subscribers';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ hasBot: true, hasCatalogue: true });
});
afterEach(() => checkBooks(stack));
afterAll(() => stack?.stop());

/** Pays the newest order of somebody at the bank's page, where the card is left with us. */
async function payNewest({ id: userId }: Visitor): Promise<void> {
  const row = await until('the order is open', async () => {
    const [order] = await stack.sql`
      select id, no::int as no from invoices where user_id = ${userId} and state = 'pending'
      order by no desc limit 1`;
    return order;
  });
  const order = { invoiceId: String(row['id']), no: Number(row['no']), userId };
  const { paymentId } = await pay(stack, order, { savesMethod: true });
  await untilSettled(stack, paymentId);
}

/** A month later the card has paid the next period, at the price that was shown. */
async function expectRenewed(visitor: Visitor, periods: readonly string[]): Promise<void> {
  const { id: userId } = visitor;
  const subscriptionId = await idOf(stack, userId, 'saved_method');
  const who = { userId, subscriptionId };
  await until('its workflow knows the card', async () => {
    const course = await stack.commands.upcoming(who);
    return course?.driver === 'saved_method';
  });
  for (let n = 1; n < periods.length; n += 1) await toTheEnd(stack, who);
  const order = { invoiceId: '', no: 0, userId };
  await untilStanding(stack, { ...who, order }, { state: 'active', n: periods.length - 1 });
  expect(await payersOf(stack, { ...who, order })).toEqual(periods);
  const [charged] = await stack.sql`
    select amount_minor::int as minor, state from attempts where subscription_id = ${subscriptionId}`;
  expect(charged).toEqual({ minor: 19_900, state: 'succeeded' });
  const [consent] = await stack.sql`
    select text_version, length(text_hash) as letters from consents
    where user_id = ${userId} and kind = 'autopay'`;
  expect(consent).toEqual({ text_version: 'autopay-order-1', letters: 64 });
}

test('SB-8 a plan bought in the chat by “pay and renew by card” is paid, and charged to that card a month later', async () => {
  const visitor = newVisitor(stack);
  await visitor.write('/start');
  await visitor.write('/tariffs');
  await visitor.press('30 days of access');
  const quote = await visitor.press('199');
  expect(quote.message.message.text).toContain('By pressing “Pay and renew by card”');
  await visitor.press('Pay and renew by card');
  await payNewest(visitor);
  await expectRenewed(visitor, ['invoice', 'saved_method']);
}, 180_000);

test('SB-8 who paid once can leave a card for the renewals by paying the next period early', async () => {
  const visitor = newVisitor(stack);
  await visitor.write('/start');
  const order = await orderPlan(stack, visitor.id);
  const { paymentId } = await pay(stack, order);
  await untilSettled(stack, paymentId);
  await until('the receipt', async () => visitor.texts().some((text) => text.includes('received')));
  await visitor.write('/subscription');
  await visitor.press('Way to pay');
  expect(buttonsOf(visitor.shown()).map(({ text }) => text)).toContain(
    '➕ Pay by a new card, keep it',
  );
  const quote = await visitor.press('Pay by a new card');
  expect(quote.message.message.text).toContain('By pressing “Pay and renew by card”');
  await visitor.press('Pay and renew by card');
  await payNewest(visitor);
  await expectRenewed(visitor, ['invoice', 'invoice', 'saved_method']);
}, 180_000);
