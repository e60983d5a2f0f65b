import { randomUUID } from 'node:crypto';
import { WorkflowFailedError } from '@temporalio/client';
import { breakItemId } from '../../workflows/billing/break-item/contract';
import { until } from '../support/until';
import { USER_ID } from './support/cast';
import { openTheatre, type Theatre } from './support/theatre';

let theatre: Theatre;

beforeAll(async () => {
  theatre = await openTheatre();
});
beforeEach(() => theatre.play());
afterEach(() => theatre.clear());
afterAll(() => theatre.close());

const report = (transferId = randomUUID()) =>
  theatre.start('breakItem', {
    workflowId: breakItemId(transferId),
    input: { transferId, userId: USER_ID, broken: ['lots'] },
  });

test('it shows the transfer to operators with what is wrong, and ends', async () => {
  const transferId = randomUUID();
  const handle = await report(transferId);
  expect(await handle.result()).toEqual({ openItemKey: `breakItem:${transferId}:break` });
  expect(theatre.calls('openBreak')).toEqual([
    { transferId, userId: USER_ID, broken: ['lots'], asOf: expect.any(String) },
  ]);
});

test('a database that is away delays it and loses nothing', async () => {
  let tries = 0;
  theatre.play({
    openBreak: ({ transferId }) => {
      tries += 1;
      return tries < 3
        ? Promise.reject(new Error('the database is away'))
        : Promise.resolve({ openItemKey: transferId });
    },
  });
  await (await report()).result();
  expect(tries).toBe(3);
});

test('cancelled while the database is away, it ends without an item', async () => {
  theatre.play({ openBreak: () => Promise.reject(new Error('the database is away')) });
  const handle = await report();
  await until('a try', async () => theatre.calls('openBreak').length > 0);
  await handle.cancel();
  await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
});
