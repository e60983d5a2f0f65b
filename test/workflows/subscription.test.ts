import { WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import type { Workflows } from '../../src/commands/start';
import {
  fundsArrivedSignal,
  subscriptionStateQuery,
  subscriptionWorkflowId,
} from '../../workflows/billing/contract';
import {
  cancelSubscriptionUpdate,
  upcomingQuery,
} from '../../workflows/billing/subscription/contract';
import { until } from '../support/until';
import { USER_ID } from './support/cast';
import { shown, timerSummaries } from './support/seen';
import {
  asked,
  begin,
  change,
  due,
  renewed,
  rowsOf,
  subscriptionRoles,
  takeFrom,
  type Rows,
  type SubscriptionHandle,
} from './support/subscriptions';
import { DAY, HOUR, MINUTE, openTheatre, SECOND, type Theatre } from './support/theatre';

let theatre: Theatre;
let rows: Rows;

beforeAll(async () => {
  theatre = await openTheatre();
});
beforeEach(() => play(rowsOf()));
afterEach(() => theatre.clear());
afterAll(() => theatre.close());

function play(next: Rows): void {
  rows = next;
  theatre.play(subscriptionRoles(rows));
}

const firstMs = () => Date.parse(rows.course?.steps[0]?.at ?? '');
const cardOf = (handle: SubscriptionHandle) => handle.query(subscriptionStateQuery);
const looks = () => theatre.calls('loadCourse').length;

async function untilLooked(more = 1): Promise<void> {
  const before = looks();
  await until('it has looked again', async () => looks() >= before + more);
}

test('takes a step when it is due, not seconds earlier, and then the next', async () => {
  const handle = await begin(theatre, rows);
  const endMs = firstMs();
  await theatre.passTo(handle.workflowId, endMs - 3 * SECOND);
  expect(asked(theatre)).toEqual([]);
  await theatre.passTo(handle.workflowId, endMs + SECOND);
  expect(asked(theatre)).toEqual(['renew:0']);
  expect(Date.parse(theatre.calls('takeSubscriptionStep')[0]?.asOf ?? '')).toBeGreaterThanOrEqual(
    endMs,
  );
  expect((await cardOf(handle))?.periodN).toBe(1);
  await theatre.passTo(handle.workflowId, firstMs() + SECOND);
  expect(asked(theatre)).toEqual(['renew:0', 'renew:0']);
});

test('takes steps of one period in their order and ends with the last', async () => {
  const steps = [
    due('remind', 'remind:3', 27),
    due('remind', 'remind:1', 29),
    due('expire', 'expire', 30),
  ];
  play(rowsOf({ isRenewing: false, steps }));
  const handle = await begin(theatre, rows);
  expect(await theatre.pass(handle.workflowId, 31 * DAY)).toEqual({ kind: 'closed' });
  expect(await handle.result()).toEqual({ state: 'expired' });
  expect(asked(theatre)).toEqual(['remind:3', 'remind:1', 'expire']);
});

test('a step says what comes next, so that it need not look again', async () => {
  const handle = await begin(theatre, rows);
  const before = looks();
  await theatre.passTo(handle.workflowId, firstMs() + SECOND);
  await until('it is renewed', async () => (await cardOf(handle))?.periodN === 1);
  expect(looks()).toBe(before);
});

test('what happened during a step is looked at, whatever the step said', async () => {
  const handle = await begin(theatre, rows);
  theatre.recast({
    takeSubscriptionStep: async (given) => {
      const taken = takeFrom(rows, given);
      change(rows, { state: 'cancelling' });
      await handle.signal(fundsArrivedSignal);
      return taken;
    },
  });
  await theatre.passTo(handle.workflowId, firstMs() + SECOND);
  await until('it has heard', async () => (await cardOf(handle))?.state === 'cancelling');
});

test('a renewal is one workflow task, and one change of what lists of workflows show', async () => {
  const handle = await begin(theatre, rows);
  await theatre.pass(handle.workflowId, 31 * DAY);
  await until('it is renewed', async () => (await cardOf(handle))?.periodN === 1);
  const { events = [] } = await handle.fetchHistory();
  const names = (events ?? []).map((event) =>
    Object.keys(event).find((key) => key.endsWith('Attributes')),
  );
  const since = names.slice(names.indexOf('timerFiredEventAttributes'));
  const count = (name: string) => since.filter((one) => one === `${name}EventAttributes`).length;
  expect(count('workflowTaskCompleted')).toBe(1);
  expect(count('upsertWorkflowSearchAttributes')).toBe(1);
  expect(count('timerStarted')).toBe(1);
});

test('an extension moves the end, however often it is told', async () => {
  const handle = await begin(theatre, rows);
  await theatre.pass(handle.workflowId, 10 * DAY);
  renewed(rows);
  await Promise.all([1, 2, 3].map(() => handle.signal(fundsArrivedSignal)));
  await until('it has looked again', async () => (await cardOf(handle))?.periodN === 1);
  await theatre.pass(handle.workflowId, 25 * DAY);
  expect(asked(theatre)).toEqual([]);
});

test('an extension nobody told of is found at the old end', async () => {
  const handle = await begin(theatre, rows);
  const oldEndMs = firstMs();
  renewed(rows);
  await theatre.passTo(handle.workflowId, oldEndMs + HOUR);
  expect(asked(theatre)).toEqual(['renew:0']);
  expect((await handle.query(upcomingQuery))?.steps[0]?.at).toBe(rows.course?.periodEnd);
});

test('a step that the rows refuse for ever is asked for once a minute', async () => {
  play(rowsOf({ steps: [due('renew', 'renew:0', -1)] }));
  theatre.recast({ takeSubscriptionStep: () => Promise.resolve({ kind: 'moved' }) });
  const handle = await begin(theatre, rows);
  await until('it has asked', async () => asked(theatre).length === 1);
  await theatre.pass(handle.workflowId, 5 * MINUTE + SECOND);
  expect(asked(theatre).length).toBeGreaterThanOrEqual(5);
  expect(asked(theatre).length).toBeLessThanOrEqual(7);
});

test('money that arrives during such a rest is looked at once', async () => {
  play(rowsOf({ steps: [due('renew', 'renew:0', -1)] }));
  theatre.recast({ takeSubscriptionStep: () => Promise.resolve({ kind: 'moved' }) });
  const handle = await begin(theatre, rows);
  await until('it has asked', async () => asked(theatre).length === 1);
  theatre.recast(subscriptionRoles(rows));
  await handle.signal(fundsArrivedSignal);
  await until('it is renewed', async () => rows.course?.periodN === 1);
});

test('a payment told together with the start is no reason to stop', async () => {
  const subscriptionId = rows.course?.subscriptionId ?? '';
  const handle = await theatre.start('subscription', {
    workflowId: subscriptionWorkflowId(subscriptionId),
    input: { subscriptionId },
    signal: ['fundsArrived'],
  });
  await theatre.passTo(handle.workflowId, firstMs() + SECOND);
  expect(rows.course?.periodN).toBe(1);
});

test('a payment and a wish after the end find nobody', async () => {
  play({ course: null });
  const handle = await begin(theatre, rows);
  expect(await handle.result()).toEqual({ state: 'unknown' });
  await expect(handle.signal(fundsArrivedSignal)).rejects.toThrow(WorkflowNotFoundError);
  const wish = { actor: { kind: 'user' as const, id: String(USER_ID) } };
  const update = handle.executeUpdate(cancelSubscriptionUpdate, { args: [wish] });
  await expect(update).rejects.toThrow(WorkflowNotFoundError);
});

test('a database that is away at a step delays it and loses nothing', async () => {
  const handle = await begin(theatre, rows);
  let tries = 0;
  theatre.recast({
    takeSubscriptionStep: (step) => {
      tries += 1;
      if (tries < 5) return Promise.reject(new Error('ECONNREFUSED'));
      return Promise.resolve(takeFrom(rows, step));
    },
  });
  await theatre.passTo(handle.workflowId, firstMs() + 10 * SECOND);
  await until('it is renewed', async () => rows.course?.periodN === 1);
  expect(tries).toBe(5);
});

test('a database that is away at a look delays it and loses nothing', async () => {
  const handle = await begin(theatre, rows);
  let tries = 0;
  theatre.recast({
    loadCourse: () => {
      tries += 1;
      return tries < 4 ? Promise.reject(new Error('ECONNREFUSED')) : Promise.resolve(rows.course);
    },
  });
  renewed(rows);
  await handle.signal(fundsArrivedSignal);
  await theatre.pass(handle.workflowId, 10 * SECOND);
  await until('it has looked', async () => (await cardOf(handle))?.periodN === 1);
});

test('cancelled in the Web UI, it ends and changes no row', async () => {
  const handle = await begin(theatre, rows);
  await handle.cancel();
  await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
  expect(asked(theatre)).toEqual([]);
});

test('a long history goes on in a fresh run with a signal on its way', async () => {
  const handle = await begin(theatre, rows);
  const firstRun = (await handle.describe()).runId;
  const current = theatre.client.workflow.getHandle<Workflows['subscription']>(handle.workflowId);
  renewed(rows);
  for (let count = 0; count < 6; count += 1) {
    await current.signal('fundsArrived', 'x'.repeat(900_000));
    // An answer means that the signal was taken: several of this size in one task would not fit into a message.
    await cardOf(current);
  }
  await until('a fresh run', async () => (await current.describe()).runId !== firstRun);
  await until('it has looked', async () => (await cardOf(current))?.periodN === 1);
  await theatre.passTo(handle.workflowId, firstMs() + SECOND);
  expect(asked(theatre)).toEqual(['renew:0']);
});

test('an operator sees whose it is, what it waits for and until when', async () => {
  const handle = await begin(theatre, rows);
  const waitingFor = 'the renewal after period 0 (renew:0)';
  expect(await cardOf(handle)).toMatchObject({ waitingFor, periodN: 0 });
  const { attributes, details } = await shown(theatre.client, handle);
  expect(attributes).toMatchObject({
    BillingState: 'active',
    BillingUserId: String(USER_ID),
    SubscriptionId: rows.course?.subscriptionId,
  });
  expect(attributes['PeriodEnd']).toEqual(new Date(rows.course?.periodEnd ?? ''));
  expect(details).toContain(waitingFor);
  expect(await timerSummaries(handle)).toEqual([`Until ${waitingFor}`]);
});

test('a subscription that is over says so and shows what it was', async () => {
  play(rowsOf({ state: 'past_due', steps: [due('expire', 'expire', 8)] }));
  const handle = await begin(theatre, rows);
  change(rows, { access: 'restricted' });
  await Promise.all([handle.signal(fundsArrivedSignal), untilLooked()]);
  await theatre.pass(handle.workflowId, 9 * DAY);
  expect(await handle.result()).toEqual({ state: 'expired' });
  expect(await handle.query(upcomingQuery)).toMatchObject({ state: 'expired', steps: [] });
  expect(await cardOf(handle)).toMatchObject({ state: 'expired', waitingFor: 'nothing' });
});
