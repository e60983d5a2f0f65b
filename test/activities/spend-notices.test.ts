import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { v7 } from 'uuid';
import { tokens } from '../../src/domain/tokens';
import { report } from '../support/tracks';
import { asWorkflow, checkBooks, NOON, openBooks, SETTINGS, type Books } from './support/books';
import { trackDesk } from './support/track-desk';
import { grant, transfer } from './support/transfers';
import { JobClient, limit, spender } from './support/work-holds';

let books: Books;
let client: JobClient;

beforeAll(async () => {
  books = await openBooks();
  client = await new JobClient(books).open();
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

const { send } = trackDesk(() => ({ books, clientId: client.clientId }));

function spends(userId: number, counts: readonly number[]) {
  const { clientId } = client;
  return counts.map((count) => ({
    ...{ key: `${clientId}:${v7()}`, clientId, userId, amountUtok: tokens(count) },
    ...{ kind: 'spend' as const, description: 'a job', asOf: NOON },
  }));
}

/** Spends that leave together. */
function spend(userId: number, ...counts: number[]) {
  const batch = { spends: spends(userId, counts) };
  return asWorkflow(`spends:test:${v7()}`, () => books.act.applySpends(batch));
}

/** Somebody with access and so many tokens: the smallest top-up leaves a hundred. */
async function owner(count: number): Promise<number> {
  const userId = await spender(books, 100);
  await spend(userId, 100 - count);
  return userId;
}

const capture = async (userId: number, held: number, amount: number) => {
  const { holdId } = await client.hold(userId, held);
  await client.end(holdId, 'capture', { amountUtok: tokens(amount) });
  await client.end(holdId, 'expiry');
};

/** Thresholds, in tokens, that a person was told of, in their order. */
async function told(userId: number): Promise<number[]> {
  const rows = await books.sql`
    select (params ->> 'thresholdUtok')::float8 / 1000000 as threshold from outbox_messages
    where user_id = ${userId} and template = 'low.balance' order by id`;
  return rows.map(({ threshold }) => Number(threshold));
}

describe('a balance that runs low', () => {
  test('is told once for each threshold it falls to, and no more while it stays below', async () => {
    const userId = await spender(books, 100);
    await spend(userId, 49);
    expect(await told(userId)).toEqual([]);
    await spend(userId, 1);
    expect(await told(userId)).toEqual([50]);
    await spend(userId, 10);
    await spend(userId, 19);
    expect(await told(userId)).toEqual([50]);
    await spend(userId, 1);
    await spend(userId, 11);
    await spend(userId, 5);
    expect(await told(userId)).toEqual([50, 20, 10, 5]);
  });

  test('is told again when it had risen above the threshold', async () => {
    const userId = await owner(60);
    await spend(userId, 15);
    await transfer(books, grant(userId, 5));
    await spend(userId, 1);
    expect(await told(userId)).toEqual([50]);
    await transfer(books, grant(userId, 10));
    await spend(userId, 30);
    expect(await told(userId)).toEqual([50, 50]);
  });

  test('that falls past several thresholds at once hears of the lowest, also by a batch', async () => {
    const userId = await spender(books, 100);
    await spend(userId, 30, 30, 31);
    expect(await told(userId)).toEqual([10]);
  });

  test('is told when a hold is captured, not when it is placed, and once', async () => {
    const userId = await owner(60);
    const { holdId } = await client.hold(userId, 30);
    expect(await told(userId)).toEqual([]);
    await client.end(holdId, 'release');
    await capture(userId, 30, 15);
    expect(await told(userId)).toEqual([50]);
  });

  test('is told when the report of a job took it there, once', async () => {
    const userId = await owner(60);
    const event = report({ userId, totalCost: '5' });
    await send([event]);
    await send([event]);
    expect(await told(userId)).toEqual([50]);
  });

  test('stays without a word when nothing is charged', async () => {
    const userId = await owner(60);
    await spend(userId, 10);
    await spend(userId, 0, 0);
    expect(await told(userId)).toEqual([50]);
  });
});

describe('a limit that fills', () => {
  async function parts(userId: number): Promise<number[]> {
    const rows = await books.sql`
      select (params ->> 'percent')::int as percent from outbox_messages
      where user_id = ${userId} and template = 'limit.reached' order by id`;
    return rows.map(({ percent }) => Number(percent));
  }

  test('is told at a half, at four fifths and at its end, once a window each', async () => {
    const userId = await spender(books, 1_000);
    await limit(books, userId, 100);
    await spend(userId, 49);
    expect(await parts(userId)).toEqual([]);
    await spend(userId, 1);
    await capture(userId, 29, 29);
    expect(await parts(userId)).toEqual([50]);
    await capture(userId, 5, 1);
    expect(await parts(userId)).toEqual([50, 80]);
    await spend(userId, 20);
    expect(await parts(userId)).toEqual([50, 80, 100]);
  });

  test('and is emptied by a release says nothing twice when it fills again', async () => {
    const userId = await spender(books, 1_000);
    await limit(books, userId, 100);
    for (let round = 0; round < 2; round += 1) {
      const { holdId } = await client.hold(userId, 60);
      await client.end(holdId, 'release');
    }
    expect(await parts(userId)).toEqual([50]);
  });
});

describe('the sender of messages', () => {
  const signals: unknown[][] = [];
  const environment = new MockActivityEnvironment(
    { workflowExecution: { workflowId: 'spends:nudge', runId: 'r' }, taskQueue: 'billing-spends' },
    {
      logger: new DefaultLogger('ERROR'),
      client: {
        withAbortSignal: (_signal: unknown, work: () => unknown) => work(),
        workflow: {
          signalWithStart: (...signal: unknown[]) => Promise.resolve(signals.push(signal)),
        },
      } as never,
    },
  );
  // Nudges of the tests before are over, and those of one test come apart.
  const settled = () => new Promise((done) => setTimeout(done, 700));

  test('is woken once the debits that promised messages are written, and not for every one', async () => {
    const [one, other] = [await owner(60), await owner(60)];
    await settled();
    const act = books.activities({ settings: SETTINGS });
    await environment.run(() => act.applySpends({ spends: spends(one, [1]) }));
    await settled();
    expect(signals).toEqual([]);
    const batches = [one, other, one, other].map((userId) =>
      environment.run(() => act.applySpends({ spends: spends(userId, [20]) })),
    );
    await Promise.all(batches);
    await settled();
    expect(signals.length).toBeGreaterThanOrEqual(1);
    expect(signals.length).toBeLessThanOrEqual(2);
    expect(signals[0]).toMatchObject([
      'notifier',
      { workflowId: 'notifier:0', taskQueue: 'billing', signal: 'wake' },
    ]);
  });
});
