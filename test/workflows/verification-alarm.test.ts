import { WorkflowFailedError } from '@temporalio/client';
import {
  verificationAlarmId,
  verificationFailedSignal,
} from '../../workflows/billing/verification-alarm/contract';
import { until } from '../support/until';
import { MINUTE, openTheatre, type Theatre } from './support/theatre';

let theatre: Theatre;

beforeAll(async () => {
  theatre = await openTheatre();
});
beforeEach(() => theatre.play());
afterEach(() => theatre.clear());
afterAll(() => theatre.close());

const begin = () =>
  theatre.start('verificationAlarm', {
    workflowId: verificationAlarmId('mock'),
    input: { provider: 'mock' },
    signal: ['verificationFailed'],
  });

const looked = (times = 1) =>
  until('failures were counted', async () => theatre.calls('weighUnverified').length >= times);

test('it counts at once and every minute, and ends half an hour after the last failure', async () => {
  const handle = await begin();
  await looked();
  await theatre.pass(handle.workflowId, 10 * MINUTE);
  const counted = theatre.calls('weighUnverified').length;
  expect(counted).toBeGreaterThanOrEqual(10);
  await handle.signal(verificationFailedSignal);
  await looked(counted + 1);
  await theatre.pass(handle.workflowId, 25 * MINUTE);
  expect((await handle.describe()).status.name).toBe('RUNNING');
  await theatre.pass(handle.workflowId, 10 * MINUTE);
  await handle.result();
});

test('all of its counts are of one watch, so that operators are told once', async () => {
  theatre.play({ weighUnverified: () => Promise.resolve({ recent: 3, isAlarming: true }) });
  const handle = await begin();
  await looked();
  await theatre.pass(handle.workflowId, 40 * MINUTE);
  const begun = theatre.calls('weighUnverified').map(({ begunAt }) => begunAt);
  expect(begun.length).toBeGreaterThan(30);
  expect(new Set(begun).size).toBe(1);
});

test('a database that is away delays it; cancelled meanwhile, it ends', async () => {
  theatre.play({ weighUnverified: () => Promise.reject(new Error('the database is away')) });
  const handle = await begin();
  await looked(2);
  await handle.cancel();
  await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
});
