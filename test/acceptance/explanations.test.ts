import { encodeCallback } from '../../src/bot/callback-data';
import { payAndSettle } from '../support/payments';
import { chatTexts, newUser, orderTopup, untilPaid } from '../support/shop';
import { checkBooks, startStack, until, type Stack } from '../support/stack';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ hasBot: true });
});
afterEach(() => checkBooks(stack));
afterAll(() => stack?.stop());

/** Somebody with a top-up and a fee in the history. */
async function customer(): Promise<number> {
  const userId = await newUser(stack);
  const order = await orderTopup(stack, userId, 20_000);
  await payAndSettle(stack, order);
  await untilPaid(stack, order);
  return userId;
}

/** The newest of the bot's messages that says this; a receipt may have come after it. */
const textWith = (userId: number, words: string) =>
  chatTexts(stack, userId).findLast((text) => text.includes(words));

/** Sends a command and presses the button of its answer that begins so. */
async function ask(userId: number, command: string, start: string): Promise<void> {
  const ours = () => stack.telegram.messages(userId).filter(({ message }) => message.from?.is_bot);
  const before = ours().length;
  stack.telegram.send(userId, command);
  const found = await until(`the button ${start}`, async () =>
    ours()
      .slice(before)
      .flatMap(({ message }) =>
        (message.reply_markup?.inline_keyboard.flat() ?? []).flatMap((button) =>
          button.text.startsWith(start) && 'callback_data' in button
            ? [{ messageId: message.message_id, data: button.callback_data }]
            : [],
        ),
      )
      .at(-1),
  );
  stack.telegram.press(userId, found.messageId, { data: found.data });
}

test('/why explains a charge from its terms to its lots, computed again on the spot', async () => {
  const userId = await customer();
  await ask(userId, '/why', '🔎 Period fee');
  const text = await until('the explanation', async () => textWith(userId, 'Computed again'));
  for (const words of [
    'Period fee: −100 tokens',
    'Balance: 200 → 100',
    'Fee for period #1',
    'terms of version 1',
    '−100 tokens — top-up of',
    '₽1 a token',
    'without end',
    'subscription fees',
    'everything agrees',
  ])
    expect(text).toContain(words);
  expect(text).not.toContain('Key:');
  const items = await stack.sql`select 1 from open_items where user_id = ${userId}`;
  expect(items).toHaveLength(0);
});

test('an entry of the history that does not add up says so, and operators have it', async () => {
  const userId = await customer();
  await stack.sql`
    update lots set unit_price_minor_num = unit_price_minor_num + 1
    where account_id = (select id from accounts where user_id = ${userId})`;
  for (let times = 1; times <= 2; times += 1) {
    await ask(userId, '/history', '🔎 2');
    const text = await until('the explanation', async () => textWith(userId, 'does not agree'));
    expect(text).toContain('the price of a token');
    expect(text).toContain('We are looking into it');
  }
  const items = await until('the open item', async () => {
    const rows = await stack.sql`
      select kind, state, reason from open_items where user_id = ${userId}`;
    return rows.length > 0 && [...rows];
  });
  expect(items).toEqual([
    {
      kind: 'break',
      state: 'open',
      reason: expect.stringContaining('does not add up: unit_price'),
    },
  ]);
});

test('a foreign entry is refused to a person and open to support, with its key', async () => {
  const owner = await customer();
  const [transfer] = await stack.sql`
    select id, key from transfers where user_id = ${owner} and kind = 'topup'`;
  const data = encodeCallback({ route: 'why:show', id: String(transfer?.['id']) });
  const forge = async (userId: number): Promise<void> => {
    stack.telegram.send(userId, '/why');
    const shown = await until('an answer', async () =>
      stack.telegram
        .messages(userId)
        .filter(({ message }) => message.reply_markup)
        .at(-1),
    );
    shown.message.reply_markup = { inline_keyboard: [[{ text: 'forged', callback_data: data }]] };
    const pressed = stack.telegram.press(userId, shown.message.message_id, { data });
    await stack.telegram.waitForAnswer(pressed.id, 15_000);
  };
  const stranger = await newUser(stack);
  await forge(stranger);
  expect(chatTexts(stack, stranger).join()).not.toContain('Computed again');
  const support = await newUser(stack);
  await stack.sql`
    insert into roles (user_id, role, granted_by) values (${support}, 'support', 'test')`;
  await forge(support);
  const text = await until('the explanation', async () => textWith(support, 'Computed again'));
  expect(text).toContain(`Key: ${String(transfer?.['key'])}`);
});
