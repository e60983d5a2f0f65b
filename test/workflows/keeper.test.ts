import type { WorkflowHandle } from '@temporalio/client';
import type { Workflows } from '../../src/commands/start';
import {
  checkBooksUpdate,
  KEEPER_ID,
  keeperStateQuery,
  type KeeperInput,
} from '../../workflows/billing/keeper/contract';
import { until } from '../support/until';
import { HORIZON, REPAIR } from './support/cast';
import { refusalOf } from './support/seen';
import { DAY, HOUR, MINUTE, openTheatre, SECOND, type Theatre } from './support/theatre';

type Keeper = WorkflowHandle<Workflows['keeper']>;

let theatre: Theatre;

beforeAll(async () => {
  theatre = await openTheatre();
});
beforeEach(() => theatre.play());
afterEach(() => theatre.clear());
afterAll(() => theatre.close());

/** The day whose round is due, or one so many days before it. */
function roundDay(daysAgo = 0): string {
  return new Date(Date.now() - 3 * HOUR - daysAgo * DAY).toISOString().slice(0, 10);
}

async function begin(input: KeeperInput = {}): Promise<Keeper> {
  const handle = await theatre.start('keeper', { workflowId: KEEPER_ID, input });
  await until('the first round is done', async () => theatre.calls('applyRetention').length > 0);
  return handle;
}

test('the keeper seals every five minutes, up to the horizon of the round before', async () => {
  let toId = 0;
  theatre.play({
    sealAudit: () => Promise.resolve({ sealedRows: 0, horizon: { ...HORIZON, toId: (toId += 1) } }),
  });
  const handle = await begin();
  await theatre.pass(handle.workflowId, 4 * MINUTE);
  expect(theatre.calls('sealAudit')).toEqual([{}]);
  await theatre.pass(handle.workflowId, MINUTE + SECOND);
  expect(theatre.calls('sealAudit')[1]).toEqual({ horizon: { ...HORIZON, toId: 1 } });
  await theatre.pass(handle.workflowId, 5 * MINUTE + SECOND);
  expect(theatre.calls('sealAudit')[2]).toEqual({ horizon: { ...HORIZON, toId: 2 } });
});

test('the keeper looks with every seal for work that nobody keeps', async () => {
  const handle = await begin();
  await theatre.pass(handle.workflowId, 5 * MINUTE + SECOND);
  const rounds = theatre.calls('recoverWork').map(({ asOf }) => Date.parse(asOf));
  expect(rounds).toHaveLength(2);
  expect((rounds[1] ?? 0) - (rounds[0] ?? 0)).toBeGreaterThanOrEqual(5 * MINUTE - SECOND);
});

test('the keeper walks the whole chain, checks the books and empties old contents once a day', async () => {
  const pages = [{ cursor: { toId: 50, hash: 'a' } }, {}];
  theatre.play({ checkSeals: () => Promise.resolve(pages.shift() ?? {}) });
  const handle = await begin({ checkedOn: roundDay(1) });
  expect(theatre.calls('checkSeals').map(({ cursor }) => cursor?.toId)).toEqual([undefined, 50]);
  await theatre.pass(handle.workflowId, 11 * MINUTE);
  expect(theatre.calls('sealAudit')).toHaveLength(3);
  expect(theatre.calls('checkInvariants')).toHaveLength(1);
  expect((await handle.query(keeperStateQuery)).checkedOn).toBe(roundDay());
});

test('an operator has the books checked at once, with a name and a reason', async () => {
  const handle = await begin();
  const nameless = handle.executeUpdate(checkBooksUpdate, { args: [{ ...REPAIR, reason: '' }] });
  expect(await refusalOf(nameless)).toContain('reason');
  await handle.executeUpdate(checkBooksUpdate, { args: [REPAIR] });
  await until('a second round', async () => theatre.calls('checkInvariants').length === 2);
  expect((await handle.query(keeperStateQuery)).horizon).toEqual(HORIZON);
});

test('a failing check is tried again and sealing goes on afterwards', async () => {
  let failures = 1;
  theatre.play({
    checkInvariants: () =>
      failures-- > 0
        ? Promise.reject(new Error('statement timeout'))
        : Promise.resolve({ broken: [] }),
  });
  const handle = await theatre.start('keeper', { workflowId: KEEPER_ID, input: {} });
  await until(
    'it was tried again',
    async () => theatre.calls('applyRetention').length === 1,
    30_000,
  );
  expect(theatre.calls('checkInvariants')).toHaveLength(2);
  await theatre.pass(handle.workflowId, 6 * MINUTE);
  expect(theatre.calls('sealAudit')).toHaveLength(2);
});

test('a keeper that continues as new keeps its horizon and its day', async () => {
  const input = { horizon: HORIZON, checkedOn: roundDay() };
  const handle = await theatre.start('keeper', { workflowId: KEEPER_ID, input });
  expect(theatre.calls('checkSeals')).toEqual([]);
  await theatre.pass(handle.workflowId, 5 * MINUTE + SECOND);
  expect(theatre.calls('sealAudit')).toEqual([{ horizon: HORIZON }]);
});

describe('NT-7 the digest', () => {
  /** The next morning is so far away. */
  const nextIn = (milliseconds: number) => ({
    promiseDigest: ({ asOf }: { asOf: string }) =>
      Promise.resolve({
        toldOf: asOf.slice(0, 10),
        nextAt: new Date(Date.parse(asOf) + milliseconds).toISOString(),
      }),
  });

  test('is told at the moment it is due, between two seals, and wakes the notifier', async () => {
    theatre.play(nextIn(2 * HOUR + 2 * MINUTE));
    const handle = await theatre.start('keeper', { workflowId: KEEPER_ID, input: {} });
    await until('it was told', async () => theatre.calls('promiseDigest').length === 1);
    expect(theatre.calls('promiseDigest')[0]).not.toHaveProperty('toldOf');
    await theatre.pass(handle.workflowId, 2 * HOUR);
    expect(theatre.calls('promiseDigest')).toHaveLength(1);
    await theatre.pass(handle.workflowId, 2 * MINUTE + SECOND);
    const [first, second] = theatre.calls('promiseDigest');
    expect(second?.toldOf).toBe(first?.asOf.slice(0, 10));
    expect(Date.parse(second?.asOf ?? '') - Date.parse(first?.asOf ?? '')).toBeLessThan(
      2 * HOUR + 3 * MINUTE,
    );
    await until('the notifier was woken', async () => theatre.calls('wakeNotifier').length === 2);
  });

  test('that came due while nobody worked is told at once, for the days since', async () => {
    const digest = {
      toldOf: '2026-03-08',
      nextAt: new Date(Date.now() - 30 * HOUR).toISOString(),
    };
    await begin({ digest });
    await until('it was told', async () => theatre.calls('promiseDigest').length === 1);
    expect(theatre.calls('promiseDigest')).toMatchObject([{ toldOf: '2026-03-08' }]);
  });

  test('is not told again by a keeper that continues as new', async () => {
    const nextAt = new Date(Date.now() + DAY).toISOString();
    const digest = { toldOf: '2026-03-08', nextAt };
    const handle = await begin({ digest });
    await theatre.pass(handle.workflowId, 5 * MINUTE + SECOND);
    expect(theatre.calls('promiseDigest')).toEqual([]);
    expect((await handle.query(keeperStateQuery)).digest).toEqual(digest);
  });

  test('that fails is tried again', async () => {
    let failures = 1;
    theatre.play({
      promiseDigest: (order) =>
        failures-- > 0
          ? Promise.reject(new Error('connection lost'))
          : nextIn(DAY).promiseDigest(order),
    });
    await begin();
    await until('it was told', async () => theatre.calls('promiseDigest').length === 2, 30_000);
  });
});
