import fc from 'fast-check';
import { DEFAULT_SETTINGS } from '../../src/domain/billing/settings';
import { createRecords } from '../../src/records/records';
import { startDatabase, type TestingDatabase } from '../bot/support/database';
import { TEST_SECRETS } from '../support/secrets';

let database: TestingDatabase;

beforeAll(async () => {
  database = await startDatabase();
});
beforeEach(async () => {
  await database.sql`delete from rate_counters`;
  database.statements.length = 0;
});
afterAll(() => database?.drop());

function process(rateLimitCalls = 100) {
  return createRecords(database.db, {
    settings: { ...DEFAULT_SETTINGS, rateLimitCalls },
    secrets: TEST_SECRETS,
  });
}

const KEY = { scope: 'key', id: 'a' } as const;
const upserts = () => database.statements.filter((text) => text.includes('rate_counters')).length;

test('calls that come together are counted together, each in its own rank', async () => {
  const records = process();
  const quotas = await Promise.all(Array.from({ length: 60 }, () => records.takeCall([KEY])));
  expect(quotas.map(([quota]) => quota?.remaining)).toEqual(
    Array.from({ length: 60 }, (_, at) => 99 - at),
  );
  expect(upserts()).toBeLessThanOrEqual(2);
});

test('two processes pass exactly what fits, whatever keys they count at once', async () => {
  const processes = [process(), process()];
  const ids = Array.from({ length: 20 }, (_, at) => `shared ${at}`);
  const quotas = await Promise.all(
    Array.from({ length: 220 }, (_, round) =>
      Promise.all(
        // One goes through the keys from the front, the other from the back.
        (round % 2 ? ids : [...ids].reverse()).map(
          async (id) => (await processes[round % 2]?.takeCall([{ scope: 'key', id }]))?.[0],
        ),
      ),
    ),
  );
  const passed = quotas.flat().filter((quota) => quota?.isExceeded === false);
  expect(passed).toHaveLength(20 * 100);
});

test('whoever has used up a limit costs no statement, neither there nor at another limit', async () => {
  const records = process(2);
  const claims = [KEY, { scope: 'user', id: 'a:7' } as const];
  await records.takeCall(claims);
  await records.takeCall(claims);
  database.statements.length = 0;
  const quotas = await records.takeCall(claims);
  expect(quotas).toEqual([
    {
      ...{ scope: 'key', calls: 2, periodSeconds: 60 },
      isExceeded: true,
      remaining: 0,
      resetSeconds: 60,
    },
  ]);
  expect(upserts()).toBe(0);
});

test('the limit for one person holds beside that of the key', async () => {
  const records = process(2);
  const of = (userId: number) =>
    records.takeCall([
      { ...KEY, limit: 10 },
      { scope: 'user', id: `a:${userId}` },
    ]);
  const isPassed = async (userId: number) =>
    (await of(userId)).every(({ isExceeded }) => !isExceeded);
  expect([await isPassed(1), await isPassed(1), await isPassed(1), await isPassed(2)]).toEqual([
    ...[true, true, false, true],
  ]);
});

/** As if some seconds had passed since everything that was counted. */
async function pass(seconds: number): Promise<void> {
  await database.sql`
    update rate_counters set expire = expire - ${seconds} * interval '1 second',
      instants = array(
        select at - ${seconds} * interval '1 second' from unnest(instants) as at order by at)`;
}

/** By a process that remembers nobody. */
async function take(limit: number) {
  const [quota] = await process(limit).takeCall([KEY]);
  if (!quota) throw new Error('a claim has its quota');
  return quota;
}

test('what was called late in one minute still counts in the next', async () => {
  expect(await take(4)).toMatchObject({ isExceeded: false, remaining: 3, resetSeconds: 60 });
  await pass(59);
  expect(await take(4)).toMatchObject({ isExceeded: false, remaining: 2, resetSeconds: 1 });
  expect(await take(4)).toMatchObject({ isExceeded: false, remaining: 1 });
  await pass(2);
  // The first is a minute old and counts no more; the other two do.
  const next = [await take(4), await take(4), await take(4)];
  expect(next.map(({ isExceeded }) => isExceeded)).toEqual([false, false, true]);
  expect(next[2]?.resetSeconds).toBe(58);
});

test('who is refused again and again is let in as soon as there is room', async () => {
  await take(1);
  for (let second = 0; second < 59; second += 10) {
    await pass(10);
    const { isExceeded } = await take(1);
    expect(isExceeded).toBe(second < 50);
  }
});

test('no minute has more calls than the limit, none is refused that fits, and little is remembered', async () => {
  const [granted, refused]: [number[], number[]] = [[], []];
  let aheadMs = 0;
  for (const seconds of fc.sample(fc.nat(3), { numRuns: 150, seed: 7 })) {
    await pass(seconds);
    aheadMs += seconds * 1_000;
    const { isExceeded } = await take(20);
    (isExceeded ? refused : granted).push(Date.now() + aheadMs);
  }
  const grantedIn = (ms: number, untilMs: number) =>
    granted.filter((at) => untilMs - ms < at && at <= untilMs).length;
  expect(refused.length).toBeGreaterThan(0);
  // A statement takes up to half a second, and calls of one second are remembered together.
  for (const at of granted) expect(grantedIn(59_500, at)).toBeLessThanOrEqual(20);
  for (const at of refused) expect(grantedIn(61_500, at)).toBeGreaterThanOrEqual(20);
  const [row] = await database.sql`select cardinality(instants) as kept from rate_counters`;
  expect(row?.['kept']).toBeLessThanOrEqual(20);
});

test('a counter remembers a period in no more than its parts', async () => {
  for (let call = 0; call < 200; call += 1) {
    await pass(0.4);
    await take(100_000);
  }
  const [row] = await database.sql`
    select cardinality(instants) as kept, (select sum(n) from unnest(granted) n) as calls
    from rate_counters`;
  expect(row?.['kept']).toBeLessThanOrEqual(61);
  expect(Number(row?.['calls'])).toBeGreaterThan(140);
});

test('a period that is over begins afresh, and counters of such periods are cleared', async () => {
  const records = process(2);
  await records.takeCall([KEY]);
  await records.takeCall([KEY]);
  await records.takeCall([{ ...KEY, id: 'b' }]);
  await pass(61);
  const [quota] = await process(2).takeCall([KEY]);
  expect(quota).toMatchObject({ isExceeded: false, remaining: 1 });
  await records.clearCounters();
  expect(await database.sql`select key from rate_counters`).toEqual([{ key: 'api:key:a' }]);
});

test('one failed statement fails its calls and no later one', async () => {
  const records = process();
  await database.sql`alter table rate_counters rename to lost_counters`;
  await expect(records.takeCall([KEY])).rejects.toThrow('rate_counters');
  await database.sql`alter table lost_counters rename to rate_counters`;
  expect(await records.takeCall([KEY])).toMatchObject([{ isExceeded: false }]);
});
