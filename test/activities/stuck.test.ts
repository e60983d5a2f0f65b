import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { watched } from '../../activities/stuck';
import { openBooks, SETTINGS, type Books } from './support/books';

let books: Books;
const settings = { ...SETTINGS, adminChatId: -100 };

beforeAll(async () => {
  books = await openBooks();
});
afterAll(() => books.close());

const broken = () => Promise.reject(new Error('query failed', { cause: new Error('no such row') }));

/** One try of an activity in the workflow of that name. */
function tried(workflowId: string, attempt: number, run: () => Promise<unknown> = broken) {
  const environment = new MockActivityEnvironment(
    { workflowExecution: { workflowId, runId: 'r' }, attempt, taskQueue: 'billing' },
    { logger: new DefaultLogger('ERROR') },
  );
  const activity = watched({ db: books.db, settings }, 'takeStep', run);
  return environment.run(activity as () => Promise<unknown>);
}

const told = async (workflowId: string) => {
  const rows = await books.sql`
    select params from outbox_messages
    where template = 'ops.stuck' and params->>'workflowId' = ${workflowId}`;
  return rows.map(({ params }) => params as unknown);
};

test('operators hear once of an activity that fails and fails, in the words of its innermost error', async () => {
  for (const attempt of [1, 7])
    await expect(tried('sub:a', attempt)).rejects.toThrow('query failed');
  expect(await told('sub:a')).toEqual([]);
  for (const attempt of [8, 9])
    await expect(tried('sub:a', attempt)).rejects.toThrow('query failed');
  expect(await told('sub:a')).toEqual([
    { workflowId: 'sub:a', activity: 'takeStep', tries: 8, reason: 'no such row' },
  ]);
});

test('nobody hears of one that succeeds at last', async () => {
  expect(await tried('sub:b', 9, () => Promise.resolve('done'))).toBe('done');
  expect(await told('sub:b')).toEqual([]);
});
