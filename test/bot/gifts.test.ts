import { carriedCodeHash, giftCode } from '../../drizzle/carried-codes';
import { TEST_SECRETS } from '../support/secrets';
import { startStage, type Stage } from './support/stage';
import { buttonsOf, newVisitor, type Visitor } from './support/visitor';

const PROVIDERS = [
  { name: 'mock', currencies: ['RUB'] },
  { name: 'stars', currencies: ['XTR'] },
];

let stage: Stage;

beforeAll(async () => {
  stage = await startStage({ hasCatalogue: true, paymentProviders: PROVIDERS });
});
afterAll(() => stage.stop());

const textOf = (visitor: Visitor) => visitor.shown().message.text ?? '';
const labels = (visitor: Visitor) => buttonsOf(visitor.shown()).map(({ text }) => text);

async function order(visitor: Visitor): Promise<string> {
  await visitor.write('/gift');
  await visitor.press('Choose a gift');
  await visitor.press('Premium');
  await visitor.press('₽499');
  const data = buttonsOf(visitor.shown()).flatMap((one) =>
    'callback_data' in one ? [one.callback_data] : [],
  );
  await visitor.press(data.find((one) => one.startsWith('v1:q:ok')) ?? '');
  const [row] = await stage.sql`
    select id from invoices where user_id = ${visitor.id} order by no desc limit 1`;
  return String(row?.['id']);
}

/** As the payment would leave it. */
async function paid(visitor: Visitor): Promise<{ giftId: string; link: string }> {
  const giftId = await order(visitor);
  const code = giftCode(TEST_SECRETS.apiKeyPepper, giftId);
  await stage.sql`
    insert into gifts (id, code_hash, buyer_id, invoice_id, quote_id, state, expires_at)
    values (${giftId}, ${carriedCodeHash(code)}, ${visitor.id}, ${giftId}, ${giftId}, 'paid',
      now() + interval '30 days')`;
  return { giftId, link: `gift_${code}` };
}

test('a gift is chosen, quoted as one and paid like any order', async () => {
  const visitor = newVisitor(stage);
  await visitor.write('/gift');
  expect(textOf(visitor)).toContain('Whoever opens it first');
  await visitor.press('Choose a gift');
  expect(labels(visitor).some((label) => label.includes('Top-up'))).toBe(false);
  await visitor.press('Premium');
  await visitor.press('₽499');
  expect(textOf(visitor)).toContain('As a gift');
  expect(textOf(visitor)).toContain('To pay: ₽499');
  const [quote] = await stage.sql`select purpose from quotes where user_id = ${visitor.id}`;
  expect(quote?.['purpose']).toBe('gift');
  expect(labels(visitor)).toContain('🎟 Promo code');
});

test('its buyer sees the link with a way to send it, and its state', async () => {
  const visitor = newVisitor(stage);
  const { link } = await paid(visitor);
  await visitor.write('/gift');
  expect(labels(visitor)).toContain('Premium · waiting');
  await visitor.press('Premium');
  expect(textOf(visitor)).toContain(`https://t.me/billing_test_bot?start=${link}`);
  const share = buttonsOf(visitor.shown()).find((one) => 'url' in one);
  expect(share && 'url' in share ? decodeURIComponent(share.url) : '').toContain(link);
});

test('nobody else sees a gift by its button', async () => {
  const buyer = newVisitor(stage);
  const stranger = newVisitor(stage);
  await paid(buyer);
  await buyer.write('/gift');
  const data = buttonsOf(buyer.shown()).flatMap((one) =>
    'callback_data' in one && one.callback_data.startsWith('v1:gift:show')
      ? [one.callback_data]
      : [],
  )[0];
  await stranger.write('/gift');
  const { toast } = await stranger.forge(data ?? '');
  expect(toast).toContain('no such gift');
});

test('whoever opens the link claims it, once; others are answered kindly', async () => {
  const [buyer, friend, late] = [newVisitor(stage), newVisitor(stage), newVisitor(stage)];
  const { giftId, link } = await paid(buyer);
  await friend.write(`/start ${link}`);
  expect(textOf(friend)).toContain('The gift is yours');
  expect(stage.commands.asked.at(-1)).toEqual({
    name: 'claimGift',
    with: { giftId, userId: friend.id },
  });
  for (const [visitor, words] of [
    [late, 'Somebody else'],
    [friend, 'already received'],
  ] as const) {
    stage.commands.next('claimGift', () => Promise.resolve({ kind: 'over' }));
    await visitor.write(`/start ${link}`);
    expect(textOf(visitor)).toContain(words);
  }
  await buyer.write(`/start ${link}`);
  expect(textOf(buyer)).toContain('The gift was received');
});

test.each([
  ['claimed', 'Somebody else'],
  ['returned', 'gone back'],
  ['money_frozen', 'disputed'],
  ['own', 'your own gift'],
  ['not_now', 'right now'],
] as const)('a refused claim is told kindly: %s', async (reason, words) => {
  const [buyer, friend] = [newVisitor(stage), newVisitor(stage)];
  const { link } = await paid(buyer);
  stage.commands.next('claimGift', () => Promise.resolve({ kind: 'refused', reason }));
  await friend.write(`/start ${link}`);
  expect(textOf(friend)).toContain(words);
});

test.each(['gift_unknown', 'gift_AAAAAAAAAAAAAAAAAAAAAA', `gift_' or 1=1`])(
  'a link that leads nowhere is answered: %s',
  async (payload) => {
    const visitor = newVisitor(stage);
    await visitor.write(`/start ${payload}`);
    expect(textOf(visitor)).toContain('no such gift');
  },
);

test('the buyer takes a gift back', async () => {
  const buyer = newVisitor(stage);
  await paid(buyer);
  await buyer.write('/gift');
  await buyer.press('Premium');
  await buyer.press('Take it back');
  expect(textOf(buyer)).toContain('has come back to you');
  expect(labels(buyer).some((label) => label.includes('Take it back'))).toBe(false);
});
