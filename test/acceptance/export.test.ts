import { unzipSync } from 'fflate';
import { v7 } from 'uuid';
import { chatTexts, newUser } from '../support/shop';
import { checkBooks, startStack, until, type Stack } from '../support/stack';

const DAY = 24 * 3_600_000;

let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());
afterEach(() => checkBooks(stack));

/** The address under the button of the newest message with one. */
async function linkOf(userId: number): Promise<string> {
  return until('the link', async () => {
    const messages = stack.telegram.messages(userId).map(({ message }) => message);
    const buttons = messages.flatMap((one) => (one.reply_markup?.inline_keyboard ?? []).flat());
    const link = buttons.find((button) => 'url' in button && button.url.includes('/export/'));
    return link && 'url' in link ? link.url : undefined;
  });
}

test('somebody asks for their data, gets a link, and the link ends after two days', async () => {
  const userId = await newUser(stack, { firstName: 'Anna' });
  const wish = { exportId: v7(), userId, clockOffsetMs: 0 };
  expect(await stack.commands.requestExport(wish)).toEqual({ kind: 'accepted' });
  expect(await stack.commands.requestExport(wish)).toEqual({ kind: 'accepted' });
  const another = await stack.commands.requestExport({ ...wish, exportId: v7() });
  expect(another.kind).toBe('too_soon');

  const link = await linkOf(userId);
  expect(chatTexts(stack, userId).filter((text) => text.includes('archive'))).toHaveLength(1);
  const answer = await fetch(link);
  expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
  expect(answer.headers.get('content-disposition')).toContain('attachment');
  const files = unzipSync(new Uint8Array(await answer.arrayBuffer()));
  const data = JSON.parse(Buffer.from(files['data.json'] ?? []).toString()) as {
    profile: { first_name: string }[];
  };
  expect(data.profile).toMatchObject([{ first_name: 'Anna' }]);

  const token = link.split('/').at(-1) ?? '';
  const [leaked] = await stack.sql`
    select count(*)::int as n from outbox_messages where params::text like ${`%${token}%`}`;
  expect(leaked?.['n']).toBe(0);
  for (const forged of [`${link.slice(0, -1)}${link.endsWith('A') ? 'B' : 'A'}`, `${link}x`])
    expect((await fetch(forged)).status).toBe(404);

  await stack.advance(userId, 2 * DAY + 60_000);
  expect((await fetch(link)).status).toBe(404);
  const [row] = await stack.sql`
    select state, archive from data_exports where user_id = ${userId}`;
  expect(row).toEqual({ state: 'gone', archive: null });
});
