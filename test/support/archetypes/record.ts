import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Stack } from '../stack';
import type { Life } from './life';

/** What a year leaves in the rows, without ids and without the seconds that workers took. */
export interface Lived {
  readonly state: string;
  readonly periods: readonly string[];
  readonly ledger: readonly string[];
  readonly messages: readonly string[];
}

/** Reads what became of a subscription; instants are cut to the hour, at which nothing in a year hangs. */
export async function readLived({ sql }: Stack, life: Life): Promise<Lived> {
  const { userId, subscriptionId } = life;
  const [row] = await sql<{ state: string; access: string }[]>`
    select state, access from subscriptions where id = ${subscriptionId}`;
  const periods = await sql<{ line: string }[]>`
    select n || ' ' || ${hour(sql, 'starts_at')} || ' to ' || ${hour(sql, 'ends_at')} || ' ' || paid_by as line
    from subscription_periods where subscription_id = ${subscriptionId} order by n`;
  const ledger = await sql<{ line: string }[]>`
    select ${hour(sql, 't.as_of')} || ' ' || t.kind || coalesce(' of period ' || t.period_n, '') || ' ' ||
      (e.amount / 1000000) as line
    from transfers t join entries e on e.transfer_id = t.id join accounts a on a.id = e.account_id
    where a.user_id = ${userId} order by e.id`;
  const messages = await sql<{ template: string }[]>`
    select template from outbox_messages where user_id = ${userId} order by id`;
  return {
    state: `${row?.state}, access ${row?.access}`,
    periods: periods.map(({ line }) => line),
    ledger: ledger.map(({ line }) => line),
    messages: counted(messages.map(({ template }) => template)),
  };
}

function hour(sql: Stack['sql'], column: string) {
  return sql.unsafe(`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24"Z"')`);
}

/** Runs of one and the same message shortened to their number. */
function counted(templates: readonly string[]): string[] {
  const runs: { template: string; count: number }[] = [];
  for (const template of templates) {
    const last = runs.at(-1);
    if (last?.template === template) last.count += 1;
    else runs.push({ template, count: 1 });
  }
  return runs.map(({ template, count }) => (count === 1 ? template : `${count} × ${template}`));
}

export type Recorded = Readonly<Record<string, Lived>>;

const FILE = join(__dirname, '..', '..', 'journeys', 'golden', 'next-year.json');

export function recordedLives(): Recorded {
  return JSON.parse(readFileSync(FILE, 'utf8')) as Recorded;
}

export function recordLives(lives: Recorded): void {
  writeFileSync(FILE, `${JSON.stringify(lives, null, 2)}\n`);
}

/** Archetypes that lived otherwise than recorded, each with the first line that differs. */
export function differences(lived: Recorded, recorded: Recorded): string[] {
  return Object.entries(lived).flatMap(([name, now]) => {
    const then = recorded[name];
    if (!then) return [`${name}: never recorded; run it with RECORD=1`];
    const pairs = linesOf(now).map((line, n) => [line, linesOf(then)[n] ?? 'nothing'] as const);
    const odd = pairs.find(([line, before]) => line !== before);
    if (odd) return [`${name}: «${odd[0]}» instead of «${odd[1]}»`];
    const missing = linesOf(then)[pairs.length];
    return missing === undefined ? [] : [`${name}: nothing instead of «${missing}»`];
  });
}

function linesOf({ state, periods, ledger, messages }: Lived): string[] {
  return [
    ...periods.map((line) => `period ${line}`),
    ...ledger.map((line) => `ledger ${line}`),
    ...messages.map((line) => `message ${line}`),
    `state ${state}`,
  ];
}
