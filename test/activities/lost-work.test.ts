import { v7 } from 'uuid';
import { trackJobKey } from '../../src/domain/billing/track-event';
import { report } from '../support/tracks';
import { after, checkBooks, openBooks, type Books } from './support/books';
import { FakeTemporal } from './support/temporal';
import { trackDesk } from './support/track-desk';
import { JobClient, named, spender } from './support/work-holds';

let books: Books;
let client: JobClient;

beforeAll(async () => {
  books = await openBooks();
});
beforeEach(async () => {
  client = await new JobClient(books).open();
  await books.sql`update holds set state = 'expired' where state = 'active'`;
  await books.sql`update track_jobs set state = 'missing' where state = 'open'`;
});
afterAll(() => books.close());

const { send, settleSilent } = trackDesk(() => ({ books, clientId: client.clientId }));

const recover = (temporal: FakeTemporal, asOf: string) =>
  temporal.run('keeper:0', () => books.act.recoverWork({ asOf }));

const MINUTE = 1 / 60;

describe('recoverWork', () => {
  afterEach(() => checkBooks(books));

  test('starts the keeper of a hold whose lease has been over for a while, once', async () => {
    const userId = await spender(books, 100);
    const order = client.order(userId, 30, { request: named(), leaseSeconds: 60 });
    await client.place(order);
    const temporal = new FakeTemporal();
    expect(await recover(temporal, after(5 * MINUTE))).toEqual({ holds: 0, jobs: 0 });
    expect(await recover(temporal, after(7 * MINUTE))).toEqual({ holds: 1, jobs: 0 });
    expect(await recover(temporal, after(8 * MINUTE))).toEqual({ holds: 0, jobs: 0 });
    expect(temporal.started).toMatchObject([
      {
        name: 'hold',
        workflowId: `hold:${order.holdKey}`,
        taskQueue: 'billing',
        args: [{ holdKey: order.holdKey, userId }],
      },
    ]);
    const [row] = await books.sql`select id from holds where key = ${order.holdKey}`;
    await client.end(String(row?.['id']), 'expiry');
  });

  test('leaves alone what was settled, and counts by the clock that a person lives by', async () => {
    const userId = await spender(books, 100);
    const { holdId } = await client.hold(userId, 30);
    await client.end(holdId, 'capture');
    const ahead = await spender(books, 100);
    await books.sql`update users set clock_offset_ms = 3600000 where id = ${ahead}`;
    const kept = await client.hold(ahead, 30);
    await books.sql`update holds set lease_until = ${after(1)} where id = ${kept.holdId}`;
    expect(await recover(new FakeTemporal(), after(4 * MINUTE))).toEqual({ holds: 0, jobs: 0 });
    expect(await recover(new FakeTemporal(), after(6 * MINUTE))).toEqual({ holds: 1, jobs: 0 });
    await client.end(kept.holdId, 'release');
  });

  test('starts the workflow of a job that has been silent for too long, once', async () => {
    const userId = await spender(books, 100);
    const begun = report({ userId, taskRef: v7(), isFinal: false });
    await send([begun]);
    const temporal = new FakeTemporal();
    expect(await recover(temporal, after(1 + 4 * MINUTE))).toEqual({ holds: 0, jobs: 0 });
    expect(await recover(temporal, after(1 + 6 * MINUTE))).toEqual({ holds: 0, jobs: 1 });
    expect(await recover(temporal, after(2))).toEqual({ holds: 0, jobs: 0 });
    const jobKey = trackJobKey(client.clientId, begun);
    expect(temporal.started).toMatchObject([
      {
        name: 'trackJob',
        workflowId: `track:${jobKey}`,
        args: [{ jobKey, clientId: client.clientId, userId }],
      },
    ]);
    await settleSilent(begun, after(2));
    expect(await recover(new FakeTemporal(), after(3))).toEqual({ holds: 0, jobs: 0 });
  });

  test('leaves a job alone that waits for a rate and not for a report', async () => {
    const userId = await spender(books, 100);
    await send([report({ userId, totalCost: '0.1', currency: 'CNY' })]);
    expect(await recover(new FakeTemporal(), after(9))).toEqual({ holds: 0, jobs: 0 });
  });
});
