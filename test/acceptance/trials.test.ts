import { newTrial, newTrialCode, tariffIdOf, type TrialWish } from '../support/trials';
import { payAndSettle } from '../support/payments';
import {
  asOfOf,
  balance,
  newUser,
  orderTopup,
  orderVersion,
  promisedMessages,
  transferKinds,
  untilPaid,
} from '../support/shop';
import { checkBooks, startStack, until, type Stack } from '../support/stack';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let stack: Stack;
let made = 0;

beforeAll(async () => {
  stack = await startStack({ hasBot: true, hasCatalogue: true });
});
afterEach(() => checkBooks(stack));
afterAll(() => stack?.stop());

async function quoted(userId: number, wish: Partial<TrialWish> = {}) {
  made += 1;
  const trial = await newTrial(stack.sql, { slug: `try-${made}`, ...wish });
  return { ...trial, ...(await quoteOf(userId, trial)) };
}

async function quoteOf(userId: number, trial: { code: string; tariffVersionId: string }) {
  const { asOf, offsetMs } = await asOfOf(stack, userId);
  const { tariffVersionId, code: promo } = trial;
  const wish = { userId, tariffVersionId, currency: 'RUB', purpose: 'trial', promo, asOf } as const;
  const quote = await stack.records.createQuote(wish);
  if (quote.kind !== 'quoted') throw new Error(quote.reason);
  return { quoteId: quote.quoteId, userId, clockOffsetMs: offsetMs };
}

async function take(userId: number, wish: Partial<TrialWish> = {}) {
  const order = await quoted(userId, wish);
  expect(await confirm(order)).toMatchObject({ kind: 'fulfilled' });
  return order;
}

const confirm = ({ quoteId, userId, clockOffsetMs }: Awaited<ReturnType<typeof quoteOf>>) =>
  stack.commands.completeFreeOrder({ quoteId, userId, clockOffsetMs });

async function subscriptionOf(userId: number) {
  const view = await stack.reads.subscription(userId);
  if (!view) throw new Error('there is no subscription');
  return view;
}

async function untilState(userId: number, state: string): Promise<void> {
  await until(`it is ${state}`, async () => (await subscriptionOf(userId)).state === state);
}

const said = (userId: number) =>
  stack.telegram
    .messages(userId)
    .filter(({ message }) => message.from?.is_bot)
    .map(({ message }) => message.text ?? '');

async function write(userId: number, text: string): Promise<string> {
  const before = said(userId).length;
  stack.telegram.send(userId, text);
  await until(`an answer to ${text}`, async () => said(userId).length > before);
  return said(userId).at(-1) ?? '';
}

test('T-V17 a five percent code bound to a paid tariff, typed under /trial, is refused: no tokens, no period', async () => {
  const userId = await newUser(stack);
  const tariffId = await tariffIdOf(stack.sql, 'premium');
  await newTrialCode(stack.sql, { code: 'FIVE', tariffId, kind: 'percent' });
  await write(userId, '/trial');
  expect(await write(userId, 'five')).toContain('does not open a trial');
  expect(await balance(stack, userId)).toBe(0);
  expect(await transferKinds(stack, userId)).toEqual([]);
  expect(await stack.reads.subscription(userId)).toBeUndefined();
});

test('T-D5 a double tap on a trial gives one grant and one polite text, and closes the dialogue', async () => {
  const userId = await newUser(stack);
  made += 1;
  const { code } = await newTrial(stack.sql, { slug: `try-${made}` });
  await write(userId, '/trial');
  await write(userId, code);
  const card = stack.telegram.messages(userId).at(-1)?.message;
  const button = card?.reply_markup?.inline_keyboard[0]?.[0];
  const data = button && 'callback_data' in button ? button.callback_data : '';
  const presses = [1, 2].map(() => stack.telegram.press(userId, card?.message_id ?? 0, { data }));
  for (const { id } of presses) await stack.telegram.waitForAnswer(id, 15_000);
  const told = () => said(userId).filter((text) => text.includes('Your trial has begun'));
  await until('the word about it', async () => told().length > 0);
  expect(told()).toHaveLength(1);
  expect(said(userId).filter((text) => text.includes('Done'))).toHaveLength(1);
  expect(await transferKinds(stack, userId)).toEqual(['trial']);
  expect(await balance(stack, userId)).toBe(30);
  const grants = await stack.sql`select user_id from trial_grants where user_id = ${userId}`;
  expect(grants).toHaveLength(1);
  expect(await stack.sql`select state from dialogues where user_id = ${userId}`).toEqual([]);
  expect(await write(userId, `/trial ${code}`)).toContain('already had this trial');
});

test('T-D2 a trial of hours ends by its unit, its tokens with it, and its owner is told', async () => {
  const userId = await newUser(stack);
  await take(userId, { period: [5, 'hour'] });
  await untilState(userId, 'trialing');
  await stack.advance(userId, 2.5 * HOUR);
  await until('the reminder', async () =>
    (await promisedMessages(stack, userId)).includes('trial.ending'),
  );
  await stack.advance(userId, 3 * HOUR);
  await untilState(userId, 'expired');
  await until('the tokens are gone', async () => (await balance(stack, userId)) === 0);
  expect(await transferKinds(stack, userId)).toEqual(['trial', 'breakage']);
  const told = await promisedMessages(stack, userId);
  expect(told.filter((template) => template === 'trial.ending')).toHaveLength(1);
  expect(told.filter((template) => template === 'sub.expired')).toHaveLength(1);
});

test('TR-5 a plan bought during a trial begins at its end; then the subscription is active', async () => {
  const userId = await newUser(stack);
  await take(userId);
  const trialEnd = (await subscriptionOf(userId)).periodEnd;
  const [row] = await stack.sql`
    select v.id from tariff_versions v join tariffs t on t.id = v.tariff_id where t.slug = 'access-30'`;
  const order = await orderVersion(stack, userId, { tariffVersionId: String(row?.['id']) });
  await payAndSettle(stack, order);
  await untilPaid(stack, order);
  const paid = await subscriptionOf(userId);
  expect(paid.state).toBe('trialing');
  expect(Date.parse(paid.periodEnd) - Date.parse(trialEnd)).toBe(30 * DAY);
  await stack.advance(userId, 7 * DAY + HOUR);
  await untilState(userId, 'active');
  expect(await promisedMessages(stack, userId)).not.toContain('trial.ending');
  await stack.advance(userId, 30 * DAY);
  await untilState(userId, 'expired');
}, 60_000);

test('TR-5 a top-up during a trial only fills the wallet, and no fee is taken', async () => {
  const userId = await newUser(stack);
  await take(userId, { hasEnd: false });
  const order = await orderTopup(stack, userId, 20_000);
  await payAndSettle(stack, order);
  await untilPaid(stack, order);
  expect(await transferKinds(stack, userId)).toEqual(['trial', 'topup']);
  expect(await balance(stack, userId)).toBe(230);
  expect((await subscriptionOf(userId)).state).toBe('trialing');
});

test('TR-2 fifty taps on two quotes of one trial at once give it once', async () => {
  const userId = await newUser(stack);
  const first = await quoted(userId);
  await stack.sql`update promo_campaigns set per_user = 9 where name = ${first.code}`;
  const second = await quoteOf(userId, first);
  const taps = Array.from({ length: 50 }, (_, tap) => confirm(tap % 2 === 0 ? first : second));
  const outcomes = new Set((await Promise.all(taps)).map((outcome) => JSON.stringify(outcome)));
  expect(outcomes.size).toBe(2);
  expect(outcomes).toContain(JSON.stringify({ kind: 'refused', reason: 'trial_used' }));
  expect(await balance(stack, userId)).toBe(30);
});
