import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Stack } from '../stack';

const FOLDER = join(__dirname, '..', '..', 'journeys', 'golden');

/** Compares a text with the recorded one of this name; `RECORD=1` records it instead. */
export function expectGolden(name: string, text: string): void {
  const file = join(FOLDER, name);
  if (process.env['RECORD'] !== undefined) writeFileSync(file, text);
  expect(text).toBe(existsSync(file) ? readFileSync(file, 'utf8') : 'never recorded');
}

/** Everything the bot wrote to a chat, oldest first, without ids. */
export function transcript({ telegram }: Stack, userId: number): string {
  const said = telegram
    .messages(userId)
    .filter(({ message }) => message.from?.is_bot)
    .map(({ message }) => message.text ?? '');
  return numberedAnew(said.map((text) => `${withoutIds(text)}\n`).join('\n---\n\n'));
}

/** Every line of every transfer of a person, oldest first; instants are cut to the hour. */
export async function ledgerOf({ sql }: Stack, userId: number): Promise<string> {
  const rows = await sql<{ line: string }[]>`
    select to_char(t.as_of at time zone 'UTC', 'YYYY-MM-DD"T"HH24"Z"') || ' ' || t.kind ||
      coalesce(' of period ' || t.period_n, '') || ': ' ||
      replace(a.code, ${String(userId)}, 'owner') || ' ' || e.amount as line
    from transfers t join entries e on e.transfer_id = t.id join accounts a on a.id = e.account_id
    where t.user_id = ${userId} order by e.id`;
  return rows.map(({ line }) => `${line}\n`).join('');
}

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** Numbers of receipts from one on, whatever was sold before. */
function numberedAnew(text: string): string {
  const numbers = [...new Set([...text.matchAll(/№(\d+)/g)].map(([, no]) => no))];
  return text.replace(/№(\d+)/g, (_all, no: string) => `№${numbers.indexOf(no) + 1}`);
}

function withoutIds(text: string): string {
  return text.replace(UUID, '<id>').replace(/mp_[0-9a-f]+/g, '<payment>');
}
