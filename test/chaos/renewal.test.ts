import { Client, Connection } from '@temporalio/client';
import postgres from 'postgres';
import { v7 } from 'uuid';
import { insertSubscription } from '../../activities/billing/timelines';
import { connect, type Connection as Database } from '../../drizzle/client';
import { users } from '../../drizzle/schema';
import { subscriptionWorkflowId } from '../../workflows/billing/contract';
import { billingUserId } from '../../workflows/contract';
import { asWorkflow } from '../activities/support/books';
import { grant, transfer } from '../activities/support/transfers';
import { giveConsent } from '../support/consent';
import { requireInvariants } from '../support/invariants';
import { newPlan } from '../support/plans';
import { startProcessStack, type ProcessStack } from '../support/process-stack';
import { until } from '../support/until';

// The worker is a real process and dies by SIGKILL in the middle of renewals, each held at another of its steps.

const SECOND = 1_000;
const HOUR = 3_600_000;

let stack: ProcessStack;
let database: Database;
let temporal: Client;
let versionId: string;

beforeAll(async () => {
  stack = await startProcessStack();
  database = connect(stack.databaseUrl, { poolSize: 1 });
  const { address, namespace } = stack.temporal;
  temporal = new Client({ connection: await Connection.connect({ address }), namespace });
  versionId = await newPlan(stack.sql, { slug: 'hourly', period: [1, 'hour'], feeTokens: 1 });
}, 180_000);
afterAll(async () => {
  await temporal?.connection.close();
  await database?.close();
  await stack?.stop();
});

interface Subscriber {
  readonly userId: number;
  readonly subscriptionId: string;
}

let people = 7_200_000_000;

/** Somebody with ten tokens whose hour ends then; its workflow sleeps until that. */
async function subscriber(endsAt: Date): Promise<Subscriber> {
  people += 1;
  const [userId, subscriptionId] = [people, v7()];
  await database.db.insert(users).values({ id: userId, locale: 'en', timeZone: 'UTC' });
  await giveConsent(stack.sql, userId);
  await transfer(database, { ...grant(userId, 10), key: `grant:${userId}` });
  const workflowId = subscriptionWorkflowId(subscriptionId);
  const asOf = new Date(endsAt.getTime() - HOUR);
  await asWorkflow(workflowId, () =>
    database.db.transaction((tx) =>
      insertSubscription(tx, {
        ...{ subscriptionId, userId, asOf, productCode: 'main', zone: 'UTC' },
        ...{ tariffVersionId: versionId, terms: { unit: 'hour', count: 1 } },
        ...{ driver: 'wallet', paidBy: 'operator' },
      }),
    ),
  );
  await temporal.workflow.start('subscription', {
    ...{ taskQueue: 'billing', workflowId, args: [{ subscriptionId }] },
    typedSearchAttributes: [{ key: billingUserId, value: String(userId) }],
  });
  return { userId, subscriptionId };
}

type Held = (one: Subscriber) => string;

/** What a renewal needs next, at each of its steps, as statements that keep it from getting that. */
const STEPS: Readonly<Record<string, Held>> = {
  'before its first lock': ({ userId }) => `select 1 from users where id = ${userId} for update`,
  'at the wallet': ({ userId }) => `select 1 from accounts where user_id = ${userId} for update`,
  'at the subscription': ({ subscriptionId }) =>
    `select 1 from subscriptions where id = '${subscriptionId}' for update`,
  'while the fee is booked': ({ subscriptionId }) => `
    insert into transfers (id, key, kind, as_of)
    values (gen_random_uuid(), 'sub:${subscriptionId}:p1:renew:a0:wallet', 'adjustment', now())`,
  'before its message is promised': ({ userId, subscriptionId }) => `
    insert into outbox_messages (id, key, chat_id, template, locale, params, category)
    values (gen_random_uuid(), '${userId}:sub.renewed:${subscriptionId}:1', 1, 'sub.expired', 'en', '{}', 'service')`,
};

/** Holds a renewal at a step; what is held goes with its connection and leaves nothing. */
async function hold(statement: string): Promise<() => Promise<void>> {
  const holder = postgres(stack.databaseUrl, { max: 1, onnotice: () => undefined });
  const session = await holder.reserve();
  await session.unsafe(`begin; ${statement}`);
  return () => holder.end({ timeout: 0 }).catch(() => undefined);
}

async function waitingForLocks(): Promise<number> {
  const [row] = await stack.sql`
    select count(*)::int as waiting from pg_stat_activity
    where wait_event_type = 'Lock' and datname = current_database()`;
  return Number(row?.['waiting']);
}

async function periodOf({ subscriptionId }: Subscriber): Promise<number> {
  const [row] = await stack.sql`
    select period_n::int as n from subscriptions where id = ${subscriptionId}`;
  return Number(row?.['n']);
}

/** Fees, periods, tries and messages that a renewal has led to, and what is left of ten tokens. */
async function outcomeOf({ userId, subscriptionId }: Subscriber) {
  const [row] = await stack.sql`
    select s.state, s.period_n::int as n, a.balance::float8 / 1000000 as tokens,
      (select count(*)::int from transfers t
        where t.subscription_id = s.id and t.kind = 'subscription_fee' and t.period_n = 1) as fees,
      (select array_agg(p.n::int order by p.n) from subscription_periods p
        where p.subscription_id = s.id) as periods,
      (select array_agg(t.state) from attempts t where t.subscription_id = s.id) as tries,
      (select count(*)::int from outbox_messages m
        where m.user_id = s.user_id and m.template = 'sub.renewed') as told
    from subscriptions s join accounts a on a.user_id = s.user_id
    where s.id = ${subscriptionId} and s.user_id = ${userId}`;
  return row;
}

const ONCE = {
  ...{ state: 'active', n: 1, tokens: 9, fees: 1, periods: [0, 1] },
  ...{ tries: ['succeeded'], told: 1 },
};

test('T-V20 SIGKILL of the worker at any step of a renewal costs one fee and gives one period', async () => {
  const endsAt = new Date(Date.now() + 8 * SECOND);
  const names = Object.keys(STEPS);
  const held = await Promise.all(names.map(() => subscriber(endsAt)));
  const committed = await subscriber(endsAt);
  const letGo = await Promise.all(
    names.map((name, index) => hold(STEPS[name]?.(held[index] as Subscriber) ?? '')),
  );
  await until('all are amid their renewal', async () => {
    return (await waitingForLocks()) >= names.length && (await periodOf(committed)) === 1;
  });
  await stack.kill('worker');
  await Promise.all(letGo.map((release) => release()));
  await stack.ready('worker');
  for (const [index, name] of [...names, 'right after the commit'].entries()) {
    const one = held[index] ?? committed;
    await until(`${name}: it is renewed`, async () => (await periodOf(one)) === 1, 60_000);
    expect({ name, ...(await outcomeOf(one)) }).toEqual({ name, ...ONCE });
  }
  await requireInvariants(stack.sql);
}, 240_000);
