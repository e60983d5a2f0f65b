import { setTimeout as delay } from 'node:timers/promises';
import { newPlan } from '../support/plans';
import { HOUR, SECOND } from '../support/payments';
import { chatTexts } from '../support/shop';
import {
  endIn,
  feesOf,
  lastOf,
  msUntil,
  stepsOf,
  subscriber,
  toldOf,
  untilStands,
  type Subscriber,
} from '../support/renewals';
import { startWorkerWithout } from '../support/workers';
import { checkBooks, startStack, until, type RunningWorker, type Stack } from '../support/stack';

const OPERATORS = 900_001;

let stack: Stack;
let workers: RunningWorker[] = [];
let hourly: string;

beforeAll(async () => {
  stack = await startStack({ hasWorker: false, settings: { adminChatId: OPERATORS } });
  hourly = await newPlan(stack.sql, { slug: 'hourly', period: [1, 'hour'], feeTokens: 1 });
});
beforeEach(startWorker);
afterEach(async () => {
  await stopWorkers();
  await checkBooks(stack);
});
afterAll(() => stack?.stop());

async function startWorker(): Promise<void> {
  workers.push(await stack.startWorker());
}

async function stopWorkers(): Promise<void> {
  await Promise.all(workers.map((worker) => worker.stop()));
  workers = [];
}

async function many(count: number, tokens: number): Promise<Subscriber[]> {
  const found: Subscriber[] = [];
  for (let made = 0; made < count; made += 5) {
    const group = Array.from({ length: Math.min(5, count - made) }, () =>
      subscriber(stack, tokens),
    );
    found.push(...(await Promise.all(group)));
  }
  return found;
}

/** Seconds between the end of period 0 and the try that paid for the next. */
async function delayOf({ subscriptionId }: Subscriber): Promise<number> {
  const [row] = await stack.sql`
    select extract(epoch from a.as_of - p.ends_at)::float8 as seconds
    from attempts a join subscription_periods p on p.subscription_id = a.subscription_id and p.n = a.period_n - 1
    where a.subscription_id = ${subscriptionId} and a.period_n = 1 and a.state = 'succeeded'`;
  return Number(row?.['seconds']);
}

test('T-V15 T-C5 of twenty renewals due at once nineteen happen in time, and the one whose ledger fails is seen as stuck', async () => {
  const all = await many(20, 200);
  const seventh = all[6];
  if (!seventh) throw new Error('there are twenty');
  await stack.sql.unsafe(`
    create or replace function refuse_seventh() returns trigger language plpgsql as $$
    begin
      if new.subscription_id = '${seventh.subscriptionId}' then raise exception 'the ledger is broken here'; end if;
      return new;
    end $$;
    drop trigger if exists refuse_seventh on transfers;
    create trigger refuse_seventh before insert on transfers for each row execute function refuse_seventh();`);
  await endIn(stack, all, 3);
  const others = all.filter((one) => one !== seventh);
  await Promise.all(others.map((one) => untilStands(stack, one, { state: 'active', periodN: 1 })));
  const delays = await Promise.all(others.map(delayOf));
  expect(Math.max(...delays)).toBeLessThan(30);
  for (const one of others) expect(await feesOf(stack, one)).toEqual(['p0 × 1', 'p1 × 1']);

  const stuck = stack.client.workflow.getHandle(`sub:${seventh.subscriptionId}`);
  const pending = await until('it is tried again and again', async () => {
    const { pendingActivities } = (await stuck.describe()).raw;
    return pendingActivities?.find(({ attempt }) => (attempt ?? 0) >= 2);
  });
  expect(pending.activityType?.name).toBe('takeSubscriptionStep');
  expect(pending.lastFailure?.message).toBeTruthy();
  const id = `sub:${seventh.subscriptionId}`;
  const told = () => stack.sql`
    select params->>'reason' as reason from outbox_messages
    where template = 'ops.stuck' and chat_id = ${OPERATORS} and params->>'workflowId' = ${id}`;
  await until('the operators are told', async () => (await told()).length > 0, 60_000);
  expect(await feesOf(stack, seventh)).toEqual(['p0 × 1']);
  expect(await lastOf(stack, seventh.userId)).toMatchObject({ state: 'active', periodN: 0 });

  await stack.sql.unsafe(
    'drop trigger refuse_seventh on transfers; drop function refuse_seventh();',
  );
  await untilStands(stack, seventh, { periodN: 1 });
  expect(await feesOf(stack, seventh)).toEqual(['p0 × 1', 'p1 × 1']);
  expect(await told()).toEqual([{ reason: 'the ledger is broken here' }]);
}, 240_000);

test('T-C6 an hour renews within five seconds of its end, once beside two workers, from the same boundary', async () => {
  // A second process: it has a connection of its own.
  workers.push(await startWorkerWithout(stack, []));
  const one = await subscriber(stack, 10, hourly);
  const { periodEnd } = await lastOf(stack, one.userId);
  await stack.advance(one.userId, (await msUntil(stack, one.userId, periodEnd)) - 4 * SECOND);
  const renewed = await untilStands(stack, one, { periodN: 1 });
  expect(renewed.periodStart).toEqual(periodEnd);
  expect(renewed.periodEnd.getTime() - periodEnd.getTime()).toBe(HOUR);
  expect(await delayOf(one)).toBeGreaterThanOrEqual(0);
  expect(await delayOf(one)).toBeLessThan(5);
  expect(await feesOf(stack, one)).toEqual(['p0 × 1', 'p1 × 1']);
}, 120_000);

test('T-C6 with the worker off at the end it renews when there is one again, from the same boundary', async () => {
  const one = await subscriber(stack, 10, hourly);
  const { periodEnd } = await lastOf(stack, one.userId);
  await stack.advance(one.userId, (await msUntil(stack, one.userId, periodEnd)) - 6 * SECOND);
  await stopWorkers();
  await delay((await msUntil(stack, one.userId, periodEnd)) + 3 * SECOND);
  expect((await lastOf(stack, one.userId)).periodN).toBe(0);
  await startWorker();
  const renewed = await untilStands(stack, one, { periodN: 1 });
  expect(renewed.periodStart).toEqual(periodEnd);
  expect(renewed.periodEnd.getTime() - periodEnd.getTime()).toBe(HOUR);
  expect(await feesOf(stack, one)).toEqual(['p0 × 1', 'p1 × 1']);
}, 120_000);

test('T-P23 after two days without a worker a reminder that is still useful comes late and marked, an older one is dropped', async () => {
  const one = await subscriber(stack, 300);
  await stopWorkers();
  // As after two days away: the reminder of three days is over, that of the last day four hours late.
  await endIn(stack, [one], 20 * 3_600);
  await startWorker();
  await until('it is reminded', async () => (await stepsOf(stack, one)).length === 2);
  expect((await stepsOf(stack, one)).map(({ step, outcome }) => `${step} ${outcome}`)).toEqual([
    'p0 remind:3 dropped',
    'p0 remind:1 late',
  ]);
  expect(await toldOf(stack, one.userId, 'sub.reminder')).toEqual(['p0:remind:1']);
  await until('it is read', async () => chatTexts(stack, one.userId).length > 1);
}, 120_000);

function isReminder(text: string): boolean {
  return /^(Подписка закончится|Your subscription ends)/.test(text);
}

test('T-P23 in a storm of 429 no reminder is lost and none is doubled', async () => {
  const all = await many(15, 300);
  // Receipts may still be on their way: only reminders count.
  const news = (userId: number) => chatTexts(stack, userId).filter(isReminder).length;
  stack.telegram.faults.add({ kind: '429', method: 'sendMessage', seconds: 1, times: 6 });
  await endIn(stack, all, 20 * 3_600);
  await until(
    'everybody is reminded',
    async () => all.every(({ userId }) => news(userId) > 0),
    60_000,
  );
  await delay(3 * SECOND);
  for (const { userId } of all) {
    expect(await toldOf(stack, userId, 'sub.reminder')).toEqual(['p0:remind:1']);
    expect(news(userId)).toBe(1);
  }
  expect(stack.telegram.faults.list()).toEqual([]);
}, 180_000);
