import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { v7 } from 'uuid';
import { trackJobKey } from '../../src/domain/billing/track-event';
import { report } from '../support/tracks';
import { after, checkBooks, openBooks, type Books } from './support/books';
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

class AlreadyStarted extends Error {
  override readonly name = 'WorkflowExecutionAlreadyStartedError';
}

interface Start {
  readonly workflowId: string;
  readonly args: readonly unknown[];
  readonly taskQueue: string;
}

/** A Temporal that knows what runs. */
class Temporal {
  readonly started: (Start & { readonly name: string })[] = [];

  recover(asOf: string) {
    const environment = new MockActivityEnvironment(
      { workflowExecution: { workflowId: 'keeper:0', runId: 'r' }, taskQueue: 'billing' },
      { logger: new DefaultLogger('ERROR'), client: this.client() as never },
    );
    return environment.run(() => books.act.recoverWork({ asOf }));
  }

  private client() {
    return {
      withAbortSignal: (_signal: unknown, work: () => unknown) => work(),
      workflow: {
        start: (name: string, options: Start) => {
          const isRunning = this.started.some(
            ({ workflowId }) => workflowId === options.workflowId,
          );
          if (isRunning) return Promise.reject(new AlreadyStarted());
          this.started.push({ name, ...options });
          return Promise.resolve({});
        },
      },
    };
  }
}

const MINUTE = 1 / 60;

describe('recoverWork', () => {
  afterEach(() => checkBooks(books));

  test('starts the keeper of a hold whose lease has been over for a while, once', async () => {
    const userId = await spender(books, 100);
    const order = client.order(userId, 30, { request: named(), leaseSeconds: 60 });
    await client.place(order);
    const temporal = new Temporal();
    expect(await temporal.recover(after(5 * MINUTE))).toEqual({ holds: 0, jobs: 0 });
    expect(await temporal.recover(after(7 * MINUTE))).toEqual({ holds: 1, jobs: 0 });
    expect(await temporal.recover(after(8 * MINUTE))).toEqual({ holds: 0, jobs: 0 });
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
    expect(await new Temporal().recover(after(4 * MINUTE))).toEqual({ holds: 0, jobs: 0 });
    expect(await new Temporal().recover(after(6 * MINUTE))).toEqual({ holds: 1, jobs: 0 });
    await client.end(kept.holdId, 'release');
  });

  test('starts the workflow of a job that has been silent for too long, once', async () => {
    const userId = await spender(books, 100);
    const begun = report({ userId, taskRef: v7(), isFinal: false });
    await send([begun]);
    const temporal = new Temporal();
    expect(await temporal.recover(after(1 + 4 * MINUTE))).toEqual({ holds: 0, jobs: 0 });
    expect(await temporal.recover(after(1 + 6 * MINUTE))).toEqual({ holds: 0, jobs: 1 });
    expect(await temporal.recover(after(2))).toEqual({ holds: 0, jobs: 0 });
    const jobKey = trackJobKey(client.clientId, begun);
    expect(temporal.started).toMatchObject([
      {
        name: 'trackJob',
        workflowId: `track:${jobKey}`,
        args: [{ jobKey, clientId: client.clientId, userId }],
      },
    ]);
    await settleSilent(begun, after(2));
    expect(await new Temporal().recover(after(3))).toEqual({ holds: 0, jobs: 0 });
  });

  test('leaves a job alone that waits for a rate and not for a report', async () => {
    const userId = await spender(books, 100);
    await send([report({ userId, totalCost: '0.1', currency: 'CNY' })]);
    expect(await new Temporal().recover(after(9))).toEqual({ holds: 0, jobs: 0 });
  });
});
