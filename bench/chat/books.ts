import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import type postgres from 'postgres';
import { INVARIANTS } from '../../activities/billing/invariants';
import type { TemporalServer } from '../../src/embedded/temporal';
import { stuckReason } from '../../workflows/contract';
import type { CrowdResult } from './crowd';

/** One thing that has to be true at the end; `detail` says what was found. */
export interface Check {
  readonly what: string;
  readonly isGood: boolean;
  readonly detail: string;
}

/** Where the truth about a run is read. */
export interface Evidence {
  readonly sql: postgres.Sql;
  readonly temporal: TemporalServer;
  readonly clientId: string;
  readonly mockUrl: string;
  readonly logFiles: readonly string[];
  readonly deaths: number;
}

/** Everything that has to add up once the crowd has left. */
export async function auditRun(evidence: Evidence, result: CrowdResult): Promise<readonly Check[]> {
  await untilSent(evidence.sql);
  return [
    ...checkCrowd(result),
    await checkInvariants(evidence.sql),
    await checkPayments(evidence, result),
    await checkReceipts(evidence, result),
    await checkSpends(evidence, result),
    await checkOutbox(evidence.sql),
    await checkWorkflows(evidence.temporal),
    await checkNotifications(evidence.mockUrl),
    checkLogs(evidence.logFiles),
    check('no process died', evidence.deaths === 0, `${evidence.deaths} deaths`),
  ];
}

function check(what: string, isGood: boolean, detail: string): Check {
  return { what, isGood, detail };
}

/** The ramp goes on until calls are too slow; whatever failed at any other time is a failure of the product. */
function checkCrowd({ failures, doubledReceipts }: CrowdResult): Check[] {
  const counted = failures.filter(({ phase }) => phase !== 'ramp');
  const [first] = counted;
  const words =
    first === undefined
      ? 'none'
      : `${counted.length}, such as: ${first.what.replaceAll('\n', ' ')}`;
  return [
    check('nobody went unanswered, and no call failed', counted.length === 0, words),
    check('no receipt came twice', doubledReceipts === 0, `${doubledReceipts} doubled`),
  ];
}

async function checkInvariants(sql: postgres.Sql): Promise<Check> {
  const broken: string[] = [];
  for (const [name, query] of Object.entries(INVARIANTS)) {
    const rows = await sql.unsafe(`${query} limit 1`);
    if (rows.length > 0) broken.push(name);
  }
  const all = Object.keys(INVARIANTS).length;
  return check('the books balance', broken.length === 0, broken.join('; ') || `${all} invariants`);
}

/** Every payment whose receipt was seen is paid once in the books, and nothing else is. */
async function checkPayments({ sql }: Evidence, { paid, arrived }: CrowdResult): Promise<Check> {
  const [row] = await sql<Record<string, number>[]>`
    select (select count(*)::int from payments where state = 'paid' and provider = 'mock') as card,
      (select count(*)::int from payments where state = 'paid' and provider = 'stars') as stars,
      (select count(*)::int from invoices where state = 'paid') as invoices,
      (select count(*)::int from (select 1 from transfers where payment_id is not null
        and kind in ('topup', 'pack', 'sale', 'quarantine') group by payment_id having count(*) > 1) t) as doubled`;
  const { card = 0, stars = 0, invoices = 0, doubled = 0 } = row ?? {};
  const isGood =
    card === paid.card && stars === paid.stars && invoices === card + stars && doubled === 0;
  return check(
    'every payment is credited once',
    isGood,
    `${arrived} people paid ${paid.card} times by card and ${paid.stars} times by Stars; the books say ${card} and ${stars}`,
  );
}

async function checkReceipts({ sql }: Evidence, { receipts }: CrowdResult): Promise<Check> {
  const [row] = await sql<{ payments: number; lacking: number }[]>`
    select count(*)::int as payments,
      count(*) filter (where not exists (select 1 from outbox_messages m join receipts r
        on m.params->>'receiptId' = r.id::text where r.payment_id = p.id and m.state = 'sent'))::int as lacking
    from payments p where p.state = 'paid'`;
  const { payments = 0, lacking = 0 } = row ?? {};
  const isGood = lacking === 0 && receipts === payments;
  return check(
    'every payment has its receipt',
    isGood,
    `${receipts} seen for ${payments} payments`,
  );
}

/** What was answered well is charged, by person; without failures nothing more is. */
async function checkSpends({ sql, clientId }: Evidence, result: CrowdResult): Promise<Check> {
  const rows = await sql<{ userId: number; spends: number }[]>`
    select user_id::float8 as "userId", count(*)::int as spends from charges
    where client_id = ${clientId} group by user_id`;
  const charged = new Map(rows.map(({ userId, spends }) => [userId, spends]));
  const total = rows.reduce((sum, { spends }) => sum + spends, 0);
  const answered = result.spent.reduce((sum, [, spends]) => sum + spends, 0);
  const lost = result.spent.filter(([userId, spends]) => (charged.get(userId) ?? 0) < spends);
  const isExact = result.failures.length > 0 || total === answered;
  const isGood = lost.length === 0 && isExact;
  return check('every spend is charged once', isGood, `${answered} answered, ${total} charged`);
}

/** Notices that nobody waited for may still be on their way. */
const OUTBOX_WITHIN_MS = 60_000;

async function untilSent(sql: postgres.Sql): Promise<void> {
  const deadline = Date.now() + OUTBOX_WITHIN_MS;
  for (;;) {
    const [queued] = await sql`select 1 from outbox_messages where state = 'queued' limit 1`;
    if (queued === undefined || Date.now() > deadline) return;
    await sleep(500);
  }
}

async function checkOutbox(sql: postgres.Sql): Promise<Check> {
  const rows = await sql<{ state: string; messages: number }[]>`
    select state, count(*)::int as messages from outbox_messages group by state order by state`;
  const words = rows.map(({ state, messages }) => `${messages} ${state}`).join(', ');
  const isGood = rows.every(({ state }) => state === 'sent');
  return check('no message is lost', isGood, words || 'no message');
}

async function checkWorkflows({ address, namespace }: TemporalServer): Promise<Check> {
  const connection = await Connection.connect({ address });
  const client = new Client({ connection, namespace });
  const bad = `ExecutionStatus in ('Failed', 'TimedOut', 'Terminated') or ${stuckReason.name} is not null`;
  const [{ count: failed }, { count: all }] = await Promise.all([
    client.workflow.count(bad),
    client.workflow.count(),
  ]);
  const names: string[] = [];
  for await (const { workflowId } of client.workflow.list({ query: bad, pageSize: 5 })) {
    if (names.push(workflowId) >= 3) break;
  }
  await connection.close();
  const words = `${failed} of ${all} workflows ${names.join(', ')}`.trim();
  return check('no workflow failed or is stuck', failed === 0, words);
}

/** A notification that had to be sent twice was refused once, or not answered in time. */
async function checkNotifications(mockUrl: string): Promise<Check> {
  const response = await fetch(`${mockUrl}/control/notifications`);
  const { notifications } = (await response.json()) as {
    notifications: { attempts: number; status: string }[];
  };
  const repeated = notifications.filter(
    ({ attempts, status }) => attempts > 1 || status !== 'delivered',
  );
  const words = `${repeated.length} of ${notifications.length} were not taken at once`;
  return check('every webhook is taken at its first try', repeated.length === 0, words);
}

/** Error lines of the processes: what they themselves call an error. */
function checkLogs(logFiles: readonly string[]): Check {
  const errors = logFiles.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.includes('"level":"error"') || line.includes('"level":"fatal"')),
  );
  const words =
    errors.length === 0 ? 'none' : `${errors.length}: ${(errors[0] ?? '').slice(0, 300)}`;
  return check('no process logged an error', errors.length === 0, words);
}
