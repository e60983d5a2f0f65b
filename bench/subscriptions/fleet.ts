import { Client, Connection } from '@temporalio/client';
import postgres from 'postgres';
import type { TemporalServer } from '../../src/embedded/temporal';
import { fundsArrivedSignal, subscriptionWorkflowId } from '../../workflows/billing/contract';
import { billingState, billingUserId } from '../../workflows/contract';
import { BILLING_TASK_QUEUE } from '../../workflows/contract';
import { FIRST_USER } from '../seed';

/** Subscriptions that sleep, and what is needed to look at them from outside. */
export interface Fleet {
  readonly sql: postgres.Sql;
  readonly client: Client;
  close(): Promise<void>;
}

/** Starts and signals under way at once: more only queue at the server. */
const AT_ONCE = 40;
const FEE_KOPECKS = 10_000;
/** Whole days, so that a month's length never moves a boundary. */
const PERIOD_DAYS = 30;

export async function openFleet(databaseUrl: string, temporal: TemporalServer): Promise<Fleet> {
  const { address, namespace } = temporal;
  const connection = await Connection.connect({ address });
  const sql = postgres(databaseUrl, { max: 4, onnotice: () => undefined });
  return {
    sql,
    client: new Client({ connection, namespace }),
    close: async () => {
      await connection.close();
      await sql.end();
    },
  };
}

/** Makes every seeded subscription one that the wallet renews some day far away, without reminders. */
export async function endow({ sql }: Pick<Fleet, 'sql'>): Promise<void> {
  await sql`
    insert into tariffs (id, slug, kind, is_active) values (gen_random_uuid(), 'bench', 'subscription', true)`;
  await sql`
    insert into tariff_versions (id, tariff_id, version, name_i18n, description_i18n, tokens_utok, period_count,
      period_unit, renewable, valid_from)
    select gen_random_uuid(), id, 1, '{"ru":"Б","en":"B"}', '{"ru":"Б","en":"B"}', 0, ${PERIOD_DAYS}, 'day', true,
      '2020-01-01' from tariffs where slug = 'bench'`;
  await sql`
    insert into tariff_prices (tariff_version_id, currency, exponent, amount_minor)
    select v.id, 'RUB', 2, ${FEE_KOPECKS} from tariff_versions v join tariffs t on t.id = v.tariff_id
    where t.slug = 'bench'`;
  await sql`
    update subscriptions set driver = 'wallet', auto_renew = true, is_muted = true,
      tariff_version_id = (select v.id from tariff_versions v join tariffs t on t.id = v.tariff_id where t.slug = 'bench')
    where user_id >= ${FIRST_USER}`;
  // Whoever has not accepted the terms is charged nothing; whoever has blocked the bot is written nothing.
  await sql`
    insert into consents (id, user_id, kind, text_version, text_hash, given_at)
    select gen_random_uuid(), id, 'terms', 'bench', 'bench', now() from users where id >= ${FIRST_USER}`;
  await sql`update users set unreachable_since = now() where id >= ${FIRST_USER}`;
  await sql`
    insert into subscription_periods (subscription_id, n, starts_at, ends_at, paid_by)
    select id, 0, period_start, period_end, 'operator' from subscriptions
    where user_id >= ${FIRST_USER} on conflict do nothing`;
}

/** Starts the workflow of each subscription; each reads its course and goes to sleep. */
export async function startAll(fleet: Fleet): Promise<void> {
  const rows = await fleet.sql<Owned[]>`
    select id, user_id::float8 as "userId" from subscriptions where user_id >= ${FIRST_USER} order by user_id`;
  await inTurns(rows, async ({ id, userId }) => {
    await fleet.client.workflow.start('subscription', {
      taskQueue: BILLING_TASK_QUEUE,
      workflowId: subscriptionWorkflowId(id),
      args: [{ subscriptionId: id }],
      typedSearchAttributes: [{ key: billingUserId, value: String(userId) }],
    });
  });
}

/** How many show that they sleep through a running period. */
export async function asleep({ client }: Fleet): Promise<number> {
  const query = `WorkflowType = 'subscription' and ${billingState.name} = 'active'`;
  return (await client.workflow.count(query)).count;
}

interface Owned {
  readonly id: string;
  readonly userId: number;
}

/** Lets the period of so many subscriptions end at one instant, and their workflows know; gives their ids. */
export async function makeDue(
  fleet: Fleet,
  { count, offset, atMs }: { count: number; offset: number; atMs: number },
): Promise<readonly string[]> {
  const at = new Date(atMs).toISOString();
  const span = `${PERIOD_DAYS} days`;
  const due = await fleet.sql<{ id: string }[]>`
    update subscriptions set period_end = ${at}, period_start = ${at}::timestamptz - ${span}::interval,
      anchor_local = ${at}::timestamp - ${span}::interval, anchor_n = 0
    where id in (select id from subscriptions where user_id >= ${FIRST_USER} order by user_id
      limit ${count} offset ${offset}) returning id`;
  const ids = due.map(({ id }) => id);
  await fleet.sql`
    update subscription_periods set starts_at = ${at}::timestamptz - ${span}::interval, ends_at = ${at}
    where n = 0 and subscription_id in ${fleet.sql(ids)}`;
  await inTurns(ids, async (id) => {
    await fleet.client.workflow.getHandle(subscriptionWorkflowId(id)).signal(fundsArrivedSignal);
  });
  return ids;
}

export async function inTurns<T>(
  all: readonly T[],
  work: (one: T) => Promise<void>,
): Promise<void> {
  const left = [...all];
  const worker = async (): Promise<void> => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await work(one);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
