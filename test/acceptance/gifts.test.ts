import { giftCode } from '../../drizzle/carried-codes';
import { payAndSettle } from '../support/payments';
import { balance, newUser, orderVersion, promisedMessages, untilPaid } from '../support/shop';
import { TEST_SECRETS } from '../support/secrets';
import { checkBooks, startStack, until, type Stack } from '../support/stack';

const DAY = 86_400_000;

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ hasBot: true, hasCatalogue: true });
});
afterEach(() => checkBooks(stack));
afterAll(() => stack?.stop());

async function bought(userId: number, slug = 'premium'): Promise<string> {
  const [row] = await stack.sql`
    select v.id from tariff_versions v join tariffs t on t.id = v.tariff_id
    where t.slug = ${slug} order by v.version desc limit 1`;
  const wish = { tariffVersionId: String(row?.['id']), purpose: 'gift' } as const;
  const order = await orderVersion(stack, userId, wish);
  await payAndSettle(stack, order);
  await untilPaid(stack, order);
  return order.invoiceId;
}

const linkTo = (giftId: string) => `gift_${giftCode(TEST_SECRETS.apiKeyPepper, giftId)}`;

const said = (userId: number) =>
  stack.telegram
    .messages(userId)
    .filter(({ message }) => message.from?.is_bot)
    .map(({ message }) => message.text ?? '');

async function opens(userId: number, giftId: string): Promise<void> {
  const before = said(userId).length;
  stack.telegram.send(userId, `/start ${linkTo(giftId)}`);
  await until('an answer', async () => said(userId).length > before);
}

async function stateOf(giftId: string): Promise<string> {
  const [row] = await stack.sql`select state from gifts where id = ${giftId}`;
  return String(row?.['state']);
}

test('SB-21 two people open the link of a gift at once: one has it, both are answered, the buyer is told', async () => {
  const [buyer, ...friends] = [
    await newUser(stack),
    await newUser(stack),
    await newUser(stack),
  ] as const;
  const giftId = await bought(buyer);
  expect(await balance(stack, buyer)).toBe(0);
  await Promise.all(friends.map((friend) => opens(friend, giftId)));
  await until('it is claimed', async () => (await stateOf(giftId)) === 'claimed');
  const wallets = await Promise.all(friends.map((friend) => balance(stack, friend)));
  expect([...wallets].sort()).toEqual([0, 100]);
  const winner = friends[wallets.indexOf(100)] ?? 0;
  const loser = friends[wallets.indexOf(0)] ?? 0;
  expect((await stack.reads.subscription(winner))?.state).toBe('active');
  expect(await stack.reads.subscription(loser)).toBeUndefined();
  expect(said(loser).join()).toContain('Somebody else');
  await until(
    'the word to both',
    async () =>
      said(winner).some((text) => text.includes('received a gift')) &&
      said(buyer).some((text) => text.includes('was received')),
  );
  await stack.advance(winner, 31 * DAY);
  await until(
    'the gifted period ends',
    async () => (await stack.reads.subscription(winner))?.state === 'expired',
  );
}, 60_000);

test('SB-21 a gift nobody claims is remembered twice and comes back to the wallet of its buyer', async () => {
  const buyer = await newUser(stack);
  const giftId = await bought(buyer, 'access-30');
  await stack.advance(buyer, 23 * DAY + 3_600_000);
  await until('a reminder', async () =>
    (await promisedMessages(stack, buyer)).includes('gift.reminder'),
  );
  await stack.advance(buyer, 6 * DAY);
  await stack.advance(buyer, 1 * DAY);
  await until('it is back', async () => (await stateOf(giftId)) === 'returned');
  expect(await balance(stack, buyer)).toBe(199);
  const told = await promisedMessages(stack, buyer);
  expect(told).toEqual(['gift.ready', 'gift.reminder', 'gift.reminder', 'gift.returned']);
  const late = await newUser(stack);
  await opens(late, giftId);
  expect(said(late).at(-1)).toContain('gone back');
  expect(await balance(stack, late)).toBe(0);
}, 60_000);

test('SB-21 a gift taken back can be refunded like any tokens', async () => {
  const buyer = await newUser(stack);
  const giftId = await bought(buyer, 'basic');
  expect(await stack.commands.takeBackGift({ giftId, userId: buyer })).toEqual({
    kind: 'returned',
  });
  expect(await balance(stack, buyer)).toBe(99);
  const [payment] = await stack.sql`select id from payments where invoice_id = ${giftId}`;
  await stack.commands.openRefund({
    n: '1',
    input: {
      paymentId: String(payment?.['id']),
      origin: 'user',
      requestedBy: { kind: 'user', id: String(buyer) },
      reason: 'changed my mind',
    },
  });
  await until('the tokens went with the money', async () => (await balance(stack, buyer)) === 0);
}, 60_000);
