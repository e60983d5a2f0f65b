import type { Wanted } from '../../workflows/billing/subscription/desk';
import type { Workflows } from '../../src/commands/start';
import { changeTariffUpdate, fundsArrivedSignal } from '../../workflows/billing/contract';
import {
  cancelSubscriptionUpdate,
  editTimelineUpdate,
  forceExpireUpdate,
  muteRemindersUpdate,
  negotiateUpdate,
  pauseSubscriptionUpdate,
  uncancelSubscriptionUpdate,
  upcomingQuery,
  type WishOutcome,
} from '../../workflows/billing/subscription/contract';
import { until } from '../support/until';
import { REPAIR, USER_ID } from './support/cast';
import { refusalOf } from './support/seen';
import {
  asked,
  begin,
  change,
  due,
  rowsOf,
  subscriptionRoles,
  type Rows,
  type SubscriptionHandle,
} from './support/subscriptions';
import { DAY, openTheatre, type Theatre } from './support/theatre';

let theatre: Theatre;
let rows: Rows;

beforeAll(async () => {
  theatre = await openTheatre();
});
beforeEach(() => {
  rows = rowsOf();
  theatre.play({ ...subscriptionRoles(rows), grantWish: (wish) => Promise.resolve(grant(wish)) });
});
afterEach(() => theatre.clear());
afterAll(() => theatre.close());

const OWNER = { actor: { kind: 'user', id: String(USER_ID) } } as const;
const OPERATOR = {
  actor: { kind: 'operator', id: REPAIR.operatorId },
  reason: REPAIR.reason,
} as const;

/** As the activity does: cancel and its opposite change the rows, the rest is only done. */
function grant({ kind }: Pick<Wanted, 'kind'>): WishOutcome {
  const at = rows.course?.periodEnd ?? '';
  if (kind === 'cancel') {
    change(rows, { state: 'cancelling', isRenewing: false, steps: [due('expire', 'expire', 30)] });
    return { kind: 'done', effect: 'cancelling', at };
  }
  if (kind === 'uncancel') {
    change(rows, { state: 'active', isRenewing: true, steps: [due('renew', 'renew:0', 30)] });
    return { kind: 'done', effect: 'active', at };
  }
  if (kind === 'forceExpire') change(rows, { state: 'expired', access: 'none', steps: [] });
  return { kind: 'done', effect: kind };
}

const kinds = () => theatre.calls('grantWish').map(({ kind }) => kind);

function cancel(handle: SubscriptionHandle, updateId: string): Promise<WishOutcome> {
  return handle.executeUpdate(cancelSubscriptionUpdate, { args: [OWNER], updateId });
}

test('a wish on a sleeping run is granted at once, and whoever hears so sees what comes next by now', async () => {
  const handle = await begin(theatre, rows);
  expect(await cancel(handle, 'tap-1')).toMatchObject({ kind: 'done', effect: 'cancelling' });
  expect((await handle.query(upcomingQuery))?.steps[0]?.kind).toBe('expire');
  await theatre.pass(handle.workflowId, 31 * DAY);
  expect(await handle.result()).toEqual({ state: 'expired' });
});

test('a wish carries the id of its update and the business time, and a double tap is one wish', async () => {
  const handle = await begin(theatre, rows);
  await theatre.pass(handle.workflowId, 10 * DAY);
  const outcomes = await Promise.all([1, 2, 3].map(() => cancel(handle, 'tap-1')));
  expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['done']));
  expect(theatre.calls('grantWish')).toEqual([
    expect.objectContaining({ kind: 'cancel', updateId: 'tap-1', wished: OWNER }),
  ]);
  const asOfMs = Date.parse(theatre.calls('grantWish')[0]?.asOf ?? '');
  expect(asOfMs).toBeGreaterThan(Date.now() + 9 * DAY);
});

test('wishes are granted in the order in which they came, each from the rows of the one before', async () => {
  const handle = await begin(theatre, rows);
  const wait = await hold();
  const first = await handle.startUpdate(muteRemindersUpdate, {
    args: [{ ...OWNER, isMuted: true }],
    waitForStage: 'ACCEPTED',
  });
  const second = await handle.startUpdate(cancelSubscriptionUpdate, {
    args: [OWNER],
    waitForStage: 'ACCEPTED',
  });
  const third = await handle.startUpdate(uncancelSubscriptionUpdate, {
    args: [OWNER],
    waitForStage: 'ACCEPTED',
  });
  wait.free();
  await Promise.all([first.result(), second.result(), third.result()]);
  expect(kinds()).toEqual(['mute', 'cancel', 'uncancel']);
  await until('it is active', async () => {
    return (await handle.query(upcomingQuery))?.state === 'active';
  });
});

/** Makes the next answer wait until it is let go. */
async function hold() {
  const { grantWish } = theatre.roles();
  let free: () => void = () => undefined;
  const freed = new Promise<void>((resolve) => {
    free = resolve;
  });
  theatre.recast({ grantWish: (wish) => freed.then(() => grantWish(wish)) });
  return { free };
}

test('a wish and a change of plan that come together are both answered', async () => {
  const handle = await begin(theatre, rows);
  const change = { tariffVersionId: null, ...OWNER };
  const [wished, changed] = await Promise.all([
    cancel(handle, 'tap-1'),
    handle.executeUpdate(changeTariffUpdate, { args: [change] }),
  ]);
  expect(wished).toMatchObject({ kind: 'done' });
  expect(changed).toEqual({ kind: 'withdrawn' });
});

test('a wish during a step waits for it and sees what it did', async () => {
  rows = rowsOf({ steps: [due('renew', 'renew:0', 30)] });
  const roles = subscriptionRoles(rows);
  let free: () => void = () => undefined;
  const freed = new Promise<void>((resolve) => {
    free = resolve;
  });
  const seen: number[] = [];
  theatre.play({
    ...roles,
    takeSubscriptionStep: async (step) => {
      await freed;
      return roles.takeSubscriptionStep?.(step) ?? { kind: 'moved' };
    },
    grantWish: (wish) => {
      seen.push(rows.course?.periodN ?? -1);
      return Promise.resolve(grant(wish));
    },
  });
  const handle = await begin(theatre, rows);
  const passing = theatre.pass(handle.workflowId, 30.5 * DAY);
  await until('the step has begun', async () => asked(theatre).length === 1);
  const update = await handle.startUpdate(cancelSubscriptionUpdate, {
    args: [OWNER],
    waitForStage: 'ACCEPTED',
  });
  free();
  await Promise.all([update.result(), passing]);
  expect(seen).toEqual([1]);
});

test('a wish that waits for its answer crosses into a fresh run without being lost', async () => {
  const handle = await begin(theatre, rows);
  const firstRun = (await handle.describe()).runId;
  const current = theatre.client.workflow.getHandle<Workflows['subscription']>(handle.workflowId);
  const wait = await hold();
  const update = await current.startUpdate(cancelSubscriptionUpdate, {
    args: [OWNER],
    waitForStage: 'ACCEPTED',
  });
  for (let count = 0; count < 6; count += 1) {
    await current.signal('fundsArrived', 'x'.repeat(900_000));
    await current.query(upcomingQuery);
  }
  wait.free();
  expect(await update.result()).toMatchObject({ kind: 'done', effect: 'cancelling' });
  await until('a fresh run', async () => (await current.describe()).runId !== firstRun);
  expect(await cancel(current, 'tap-2')).toMatchObject({ kind: 'done' });
  expect(kinds()).toEqual(['cancel', 'cancel']);
});

test('a wish that wakes a run with a long history is answered before it goes on afresh', async () => {
  const handle = await begin(theatre, rows);
  const firstRun = (await handle.describe()).runId;
  const current = theatre.client.workflow.getHandle<Workflows['subscription']>(handle.workflowId);
  const notes = 'x'.repeat(900_000);
  for (let count = 0; count < 5; count += 1) {
    const wished = { ...OWNER, isMuted: true, notes };
    expect(await current.executeUpdate(muteRemindersUpdate, { args: [wished] })).toEqual({
      kind: 'done',
      effect: 'mute',
    });
  }
  await until('a fresh run', async () => (await current.describe()).runId !== firstRun);
  expect(await cancel(current, 'tap-1')).toMatchObject({ effect: 'cancelling' });
});

test('the wish that ends it is answered', async () => {
  const handle = await begin(theatre, rows);
  const ended = handle.executeUpdate(forceExpireUpdate, { args: [OPERATOR] });
  expect(await ended).toEqual({ kind: 'done', effect: 'forceExpire' });
  expect(await handle.result()).toEqual({ state: 'expired' });
});

test('a database that is away delays the answer of a wish', async () => {
  const handle = await begin(theatre, rows);
  let tries = 0;
  theatre.recast({
    grantWish: (wish) => {
      tries += 1;
      return tries < 3 ? Promise.reject(new Error('ECONNREFUSED')) : Promise.resolve(grant(wish));
    },
  });
  expect(await cancel(handle, 'tap-1')).toMatchObject({ kind: 'done' });
  expect(tries).toBe(3);
});

test('a wish is answered while a step rests that the rows refused', async () => {
  change(rows, { steps: [due('renew', 'renew:0', -1)] });
  theatre.recast({ takeSubscriptionStep: () => Promise.resolve({ kind: 'moved' }) });
  const handle = await begin(theatre, rows);
  await until('it has asked', async () => asked(theatre).length > 0);
  const beganMs = Date.now();
  await cancel(handle, 'tap-1');
  expect(Date.now() - beganMs).toBeLessThan(20_000);
});

test('nonsense is refused before it is written into the history', async () => {
  const handle = await begin(theatre, rows);
  const badPause = { ...OWNER, days: 0.5, from: 'end' as const };
  const badEdit = { ...OWNER, days: 3, reason: REPAIR.reason };
  expect(await refusalOf(handle.executeUpdate(pauseSubscriptionUpdate, { args: [badPause] }))).toBe(
    'days takes a whole number between 1 and 3660',
  );
  expect(await refusalOf(handle.executeUpdate(editTimelineUpdate, { args: [badEdit] }))).toBe(
    'only an operator can ask for this',
  );
  const never = { ...OWNER, at: 'soon' };
  expect(await refusalOf(handle.executeUpdate(negotiateUpdate, { args: [never] }))).toBe(
    'at takes an instant in ISO 8601',
  );
  expect(kinds()).toEqual([]);
  await handle.signal(fundsArrivedSignal);
});
