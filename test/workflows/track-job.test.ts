import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { createCommands } from '../../src/commands/billing';
import type { Workflows } from '../../src/commands/start';
import { trackJobKey } from '../../src/domain/billing/track-event';
import {
  costTermsChangedSignal,
  reportTrackUpdate,
  trackJobId,
  trackJobQuery,
} from '../../workflows/billing/track-job/contract';
import { until } from '../support/until';
import { report } from '../support/tracks';
import { jobOf, reported, USER_ID } from './support/cast';
import { shown, timerSummaries } from './support/seen';
import { DAY, HOUR, MINUTE, openTheatre, type Theatre } from './support/theatre';

let theatre: Theatre;

beforeAll(async () => {
  theatre = await openTheatre();
});
beforeEach(() => theatre.play());
afterEach(() => theatre.clear());
afterAll(() => theatre.close());

const clientId = '0197a3c1-0000-7000-8000-000000000001';

const now = () => new Date().toISOString();

/** Brings a report as the API does, and gives the job's workflow. */
async function send(change: Parameters<typeof report>[0] = {}) {
  const event = report({ userId: USER_ID, taskRef: randomUUID(), ...change });
  const commands = createCommands(theatre.client, theatre.taskQueue);
  const answers = await commands.reportTrack({ clientId, events: [event], arrivedAt: now() });
  const handle: WorkflowHandle<Workflows['trackJob']> = theatre.client.workflow.getHandle(
    trackJobId(trackJobKey(clientId, event)),
  );
  return { event, answers, handle };
}

test('a last report is answered when it is charged, and ends the job', async () => {
  const { answers, handle, event } = await send();
  expect(answers).toEqual([reported(event)]);
  expect(await handle.result()).toEqual({ state: 'settled' });
  expect(theatre.log()).toEqual(['recordReports']);
});

test('silence past the deadline is settled by policy, and every report puts it off', async () => {
  const { handle, event } = await send({ isFinal: false });
  await theatre.pass(handle.workflowId, 50 * MINUTE);
  await until('it waits', async () => (await handle.query(trackJobQuery)).state === 'open');
  const later = report({ ...event, eventId: randomUUID() });
  const arrivedAt = new Date(Date.now() + 50 * MINUTE).toISOString();
  await handle.executeUpdate(reportTrackUpdate, { args: [{ events: [later], arrivedAt }] });
  await theatre.pass(handle.workflowId, 50 * MINUTE);
  expect(theatre.calls('settleMissingTrack')).toEqual([]);
  await theatre.pass(handle.workflowId, 20 * MINUTE);
  expect(await handle.result()).toEqual({ state: 'missing' });
  expect(theatre.calls('settleMissingTrack')).toHaveLength(1);
  expect(await timerSummaries(handle)).toContain(
    'Until the silence of the job means that its last report is missing',
  );
});

test('what the clock of its person gains on the way is not counted twice', async () => {
  let clockOffsetMs = 0;
  theatre.recast({
    recordReports: ({ events, arrivedAt }) =>
      Promise.resolve({
        answers: events.map(reported),
        job: { ...jobOf('open', arrivedAt), clockOffsetMs },
      }),
  });
  const { handle, event } = await send({ isFinal: false });
  await theatre.pass(handle.workflowId, 50 * MINUTE);
  clockOffsetMs = 50 * MINUTE;
  const later = report({ ...event, eventId: randomUUID(), isFinal: false });
  const arrivedAt = new Date(Date.now() + 50 * MINUTE).toISOString();
  await handle.executeUpdate(reportTrackUpdate, { args: [{ events: [later], arrivedAt }] });
  await theatre.pass(handle.workflowId, 50 * MINUTE);
  expect(theatre.calls('settleMissingTrack')).toEqual([]);
  await theatre.pass(handle.workflowId, 20 * MINUTE);
  expect(await handle.result()).toEqual({ state: 'missing' });
});

test('a report that comes with the deadline is heard: the job waits on', async () => {
  theatre.recast({
    settleMissingTrack: ({ asOf }) => Promise.resolve({ job: jobOf('open', asOf) }),
  });
  const { handle, event } = await send({ isFinal: false });
  await theatre.pass(handle.workflowId, HOUR + MINUTE);
  const last = report({ ...event, eventId: randomUUID(), isFinal: true });
  await handle.executeUpdate(reportTrackUpdate, { args: [{ events: [last], arrivedAt: now() }] });
  expect(await handle.result()).toEqual({ state: 'settled' });
});

test('many reports at once are taken one after the other, each answered', async () => {
  const { handle, event } = await send({ isFinal: false });
  const more = Array.from({ length: 8 }, () =>
    report({ ...event, eventId: randomUUID(), isFinal: false }),
  );
  const answers = await Promise.all(
    more.map((one) =>
      handle.executeUpdate(reportTrackUpdate, { args: [{ events: [one], arrivedAt: now() }] }),
    ),
  );
  expect(answers.map(([answer]) => answer?.eventId)).toEqual(more.map(({ eventId }) => eventId));
});

test('a report after the end begins a short run that answers it', async () => {
  const { handle, event } = await send();
  await handle.result();
  const again = await createCommands(theatre.client, theatre.taskQueue).reportTrack({
    clientId,
    events: [report({ ...event, eventId: randomUUID(), totalCost: '0.07' })],
    arrivedAt: now(),
  });
  expect(again).toMatchObject([{ kind: 'recorded', rawCost: '0.07' }]);
  expect(theatre.calls('recordReports')).toHaveLength(2);
});

test('a cost without a rate keeps the job visible until the rate comes', async () => {
  theatre.recast({
    recordReports: ({ events, arrivedAt }) =>
      Promise.resolve({ answers: events.map(reported), job: jobOf('priced_later', arrivedAt) }),
  });
  const { handle } = await send({ currency: 'USD' });
  await until(
    'it is stuck',
    async () => (await shown(theatre.client, handle)).attributes['StuckReason'] === 'missing_cost',
  );
  await handle.signal(costTermsChangedSignal);
  expect(await handle.result()).toEqual({ state: 'settled' });
});

test('a cost without a rate is looked at again every day, told or not', async () => {
  theatre.recast({
    recordReports: ({ events, arrivedAt }) =>
      Promise.resolve({ answers: events.map(reported), job: jobOf('priced_later', arrivedAt) }),
  });
  const { handle } = await send({ currency: 'USD' });
  await theatre.pass(handle.workflowId, DAY + HOUR);
  expect(await handle.result()).toEqual({ state: 'settled' });
});

test('a silent job whose workflow was terminated is settled by the next one, without a report', async () => {
  const { handle, event } = await send({ isFinal: false });
  await handle.terminate('by mistake');
  const seenAt = new Date(Date.now() - 2 * HOUR).toISOString();
  theatre.recast({ loadTrackJob: () => Promise.resolve(jobOf('open', seenAt)) });
  const jobKey = trackJobKey(clientId, event);
  const next = await theatre.start('trackJob', {
    workflowId: trackJobId(jobKey),
    input: { jobKey, clientId, userId: USER_ID },
  });
  expect(await next.result()).toEqual({ state: 'missing' });
  expect(theatre.calls('settleMissingTrack')).toHaveLength(1);
});

test('a signal before any report and one after the end change nothing', async () => {
  const event = report({ userId: USER_ID });
  const jobKey = trackJobKey(clientId, event);
  const handle = await theatre.start('trackJob', {
    workflowId: trackJobId(jobKey),
    input: { jobKey, clientId, userId: USER_ID },
    signal: [costTermsChangedSignal.name],
  });
  expect(await handle.result()).toEqual({ state: 'unknown' });
  await expect(handle.signal(costTermsChangedSignal)).rejects.toThrow();
  expect(theatre.log()).toEqual(['loadTrackJob']);
});
