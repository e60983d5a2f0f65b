import { existsSync, readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import postgres from 'postgres';
import { connect } from '../../drizzle/client';
import { Supervisor } from '../../src/embedded/processes';
import { backupGauges } from '../../src/reads/gauges';
import { checkoutId, subscriptionWorkflowId } from '../../workflows/billing/contract';
import { upcomingQuery } from '../../workflows/billing/subscription/contract';
import { requireInvariants } from '../support/invariants';
import { compareSince } from '../support/lists';
import { balance, invoiceState, orderTopup, untilPaid, type Order } from '../support/shop';
import type { Stack } from '../support/stack';
import { orderPlan } from '../support/subscribers';
import { until } from '../support/until';
import { keepBackups, untilReceived, type Backups } from './support/backups';
import {
  layFoundation,
  startCluster,
  startMachine,
  startWorld,
  type Machine,
  type World,
} from './support/machines';

// One cluster holds the books and what Temporal knows, so both come back as they stood at one instant. The bank and the
// chat are other people's and remember everything.

let world: World;
let first: Machine;
let second: Machine | undefined;
let backups: Backups;
let admin: postgres.Sql;
const begun = new Date();

beforeAll(async () => {
  world = await startWorld();
  const { folder, quarters } = layFoundation();
  first = await startMachine(world, folder);
  backups = await keepBackups(first.cluster, quarters.account);
  admin = postgres(first.cluster.adminUrl, { max: 1, onnotice: () => undefined });
  await until('there is a copy', () => Promise.resolve(copies().length > 0), 60_000);
}, 240_000);
afterAll(async () => {
  await admin?.end({ timeout: 1 });
  await backups?.stop();
  await second?.stop();
  await first?.stop();
  await backups?.forget();
  await world?.stop();
}, 60_000);

function copies(): string[] {
  const base = join(backups.folder, 'base');
  return existsSync(base)
    ? readdirSync(base)
        .filter((name) => name.endsWith('Z'))
        .sort()
    : [];
}

/** What the helpers of a stack ask for; they use nothing else of it. */
const at = ({ shop }: Machine) => shop as Stack;

async function callWorld<T>(url: string, body: object): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

async function newcomer({ shop }: Machine): Promise<number> {
  const sandbox = `http://127.0.0.1:${world.ports.telegram}/sandbox/people`;
  const { id } = await callWorld<{ id: number }>(sandbox, { firstName: 'Kim', languageCode: 'en' });
  const person = { id, username: undefined, firstName: 'Kim', lastName: undefined };
  await shop.records.arrive({
    ...{ updateId: id, person: { ...person, languageCode: 'en' }, asOf: new Date() },
  });
  return id;
}

const topUp = async (machine: Machine): Promise<Order> =>
  orderTopup(at(machine), await newcomer(machine), 20_000);

async function pay({ no }: Order): Promise<void> {
  await callWorld(`http://127.0.0.1:${world.ports.mock}/control/pay`, { invoiceNo: no });
}

async function paid(machine: Machine, order: Order): Promise<Order> {
  await pay(order);
  await untilPaid(at(machine), order);
  return order;
}

async function subscriptionOf({ shop }: Machine, userId: number): Promise<string> {
  return until('the subscription', async () => {
    const [row] = await shop.sql`select id from subscriptions where user_id = ${userId}`;
    return row && subscriptionWorkflowId(String(row['id']));
  });
}

async function nowOf(sql: postgres.Sql): Promise<string> {
  const [row] = await sql`select clock_timestamp()::text as now`;
  return String(row?.['now']);
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const secondsSince = (instant: Date) => (Date.now() - instant.getTime()) / 1_000;

let lastTickMs = 0;

/** Commits the time again and again; `stopped` answers the last one that PostgreSQL has confirmed. */
function tick(url: string) {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  const run = async (): Promise<number> => {
    await sql`create table ticks (n bigint not null)`;
    let confirmed = 0;
    try {
      for (;;) {
        const now = Date.now();
        await sql`insert into ticks values (${now})`;
        confirmed = now;
      }
    } catch {
      return confirmed;
    } finally {
      await sql.end({ timeout: 0 });
    }
  };
  const running = run();
  return { stopped: () => running };
}

/** Tells whoever reads the log what this machine took; docs/operations.md names this test for its figures. */
function report(line: string): void {
  process.stderr.write(`${line}\n`);
}

test('monitoring is told of the verified copy, and that the log is received', async () => {
  const { db, close } = connect(first.shop.databaseUrl, { poolSize: 1 });
  const read = async () => {
    const rows = await backupGauges(db);
    return Object.fromEntries(rows.map(({ name, value }) => [name, Number(value)]));
  };
  const told = await until('the copy is told', async () => {
    const numbers = await read();
    return (
      (numbers['billing_backup_copy_age_seconds'] ?? Infinity) < secondsSince(begun) && numbers
    );
  }).finally(close);
  expect(told).toMatchObject({
    billing_backup_period_seconds: 24 * 3_600,
    billing_backup_log_gap_seconds: 0,
  });
});

test('a copy older than what is kept goes when a newer one is verified, and the log before it', async () => {
  const [old = ''] = copies();
  const longAgo = new Date(Date.now() - 20 * 24 * 3_600_000);
  utimesSync(join(backups.folder, 'base', old), longAgo, longAgo);
  await admin`select pg_switch_wal()`;
  await pause(1_100);
  expect(await backups.script('base.sh')).toMatch(/is complete and verified/);
  expect(copies()).toHaveLength(1);
  expect(copies()).not.toContain(old);
  const [segment = ''] = readdirSync(join(backups.folder, 'wal')).sort();
  await pause(100);
  await backups.script('base.sh');
  expect(copies()).toHaveLength(2);
  expect(readdirSync(join(backups.folder, 'wal'))).toContain(segment);
});

test('T-F5 a backup restored to an instant passes DM-4, and what came later is found at the bank again', async () => {
  const settled = await paid(first, await topUp(first));
  const plan = await paid(first, await orderPlan(at(first), await newcomer(first)));
  const subscription = await subscriptionOf(first, plan.userId);
  const open = await topUp(first);
  const instant = await nowOf(admin);
  await pause(50);
  await paid(first, open);
  const later = await paid(first, await topUp(first));
  await untilReceived(admin);
  const ticking = tick(first.cluster.adminUrl);
  await pause(1_000);
  await first.crash();
  lastTickMs = await ticking.stopped();

  const startedAt = Date.now();
  const { folder, quarters } = layFoundation();
  await backups.script('restore.sh', [quarters.clusterFolder, instant]);
  second = await startMachine(world, folder);
  report(`restored to an instant and ready after ${seconds(startedAt)}`);

  const shop = at(second);
  await requireInvariants(shop.sql);
  expect(await balance(shop, settled.userId)).toBe(100);
  expect(await invoiceState(shop, open)).toBe('pending');
  expect(await shop.sql`select 1 from users where id = ${later.userId}`).toEqual([]);
  const { status } = await shop.client.workflow.getHandle(checkoutId(open.invoiceId)).describe();
  expect(status.name).toBe('RUNNING');
  expect(await shop.client.workflow.getHandle(subscription).query(upcomingQuery)).toMatchObject({
    state: 'active',
  });

  await shop.sql`select setval('invoice_no_seq', ${later.no + 100})`;
  await compareSince(shop, begun);
  await untilPaid(shop, open);
  expect(await balance(shop, open.userId)).toBe(100);
  await until('the payment without an order is shown', async () => {
    const items = await shop.sql`select kind from open_items where state = 'open'`;
    return items.some(({ kind }) => kind === 'unmatched');
  });
  const fresh = await paid(second, await topUp(second));
  expect(await balance(shop, fresh.userId)).toBe(100);
  await requireInvariants(shop.sql);
});

test('restored as late as it goes, a cluster lacks less than a second of what was committed', async () => {
  const startedAt = Date.now();
  const { folder, quarters } = layFoundation();
  await backups.script('restore.sh', [quarters.clusterFolder]);
  const supervisor = new Supervisor({ dataFolder: folder, report: () => undefined });
  const { admin: restored } = await startCluster(supervisor);
  const [row] = await restored`select max(n)::float8 as ms from ticks`;
  await restored.end();
  await supervisor.stopAll();
  const lostMs = lastTickMs - Number(row?.['ms']);
  report(`restored to the end after ${seconds(startedAt)}, ${lostMs} ms of commits are lost`);
  expect(lostMs).toBeLessThan(1_000);
});

test('a restore never overwrites, and refuses an instant before the first copy', async () => {
  const { quarters } = layFoundation();
  const early = ['restore.sh', [quarters.clusterFolder, '2020-01-01 00:00:00+00']] as const;
  await expect(backups.script(...early)).rejects.toThrow(/no copy .* was complete by 2020/);
  const full = ['restore.sh', [join(backups.folder, 'base')]] as const;
  await expect(backups.script(...full)).rejects.toThrow(/is not empty; nothing is overwritten/);
});

function seconds(sinceMs: number): string {
  return `${((Date.now() - sinceMs) / 1_000).toFixed(1)} s`;
}
