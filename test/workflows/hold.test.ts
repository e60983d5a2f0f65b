import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { createCommands } from '../../src/commands/billing';
import type { BillingCommands } from '../../src/commands/contract';
import type { Workflows } from '../../src/commands/start';
import { tokens } from '../../src/domain/tokens';
import {
  heartbeatHoldUpdate,
  holdKeyOf,
  holdQuery,
  holdSettledSignal,
  holdWorkflowId,
  type HoldWish,
  type RequestName,
} from '../../workflows/billing/hold/contract';
import { until } from '../support/stack';
import { USER_ID } from './support/cast';
import { refusalOf, shown, timerSummaries } from './support/seen';
import { MINUTE, openTheatre, SECOND, type Theatre } from './support/theatre';

let theatre: Theatre;
let commands: BillingCommands;

beforeAll(async () => {
  theatre = await openTheatre();
  commands = createCommands(theatre.client, theatre.taskQueue);
});
beforeEach(() => theatre.play());
afterEach(() => theatre.clear());
afterAll(() => theatre.close());

const CLIENT = randomUUID();

function named(path: string, change: Partial<RequestName> = {}): RequestName {
  return { caller: CLIENT, key: randomUUID(), method: 'POST', path, bodyHash: '00', ...change };
}

function wishOf(change: Partial<HoldWish> = {}): HoldWish {
  return {
    clientId: CLIENT,
    amountUtok: tokens(10),
    leaseSeconds: 60,
    onExpiry: 'capture_reported',
    track: 'essay',
    request: named('/users/42/holds'),
    ...change,
  };
}

interface Job {
  readonly hold: { readonly holdKey: string; readonly userId: number };
  readonly wish: HoldWish;
  readonly handle: WorkflowHandle<Workflows['hold']>;
}

/** A job with its tokens reserved. */
async function job(change: Partial<HoldWish> = {}): Promise<Job> {
  const wish = wishOf(change);
  const hold = { holdKey: holdKeyOf(CLIENT, wish.request.key), userId: USER_ID };
  const placed = await commands.placeHold({ ...hold, wish });
  if (placed.kind !== 'placed') throw new Error(`not placed: ${placed.kind}`);
  const handle = theatre.client.workflow.getHandle<Workflows['hold']>(holdWorkflowId(hold.holdKey));
  return { hold, wish, handle };
}

const beat = (of: Job, count?: number, extendSeconds?: number) =>
  commands.heartbeatHold(of.hold, {
    request: named('/heartbeat'),
    ...(count === undefined ? {} : { reportedUtok: tokens(count) }),
    ...(extendSeconds === undefined ? {} : { extendSeconds }),
  });
const capture = (of: Job, count: number, request = named('/capture')) =>
  commands.captureHold(of.hold, { request, amountUtok: tokens(count) });
const release = (of: Job) => commands.releaseHold(of.hold, { request: named('/release') });

describe('the end of the lease', () => {
  test.each([
    ['capture_reported', tokens(4), { state: 'captured', capturedUtok: tokens(4) }],
    ['capture_reported', undefined, { state: 'expired', capturedUtok: 0 }],
    ['capture_estimate', tokens(4), { state: 'captured', capturedUtok: tokens(10) }],
    ['release', tokens(4), { state: 'expired', capturedUtok: 0 }],
  ] as const)('settles by %s once with %s reported', async (onExpiry, reportedUtok, end) => {
    const one = await job({ onExpiry });
    if (reportedUtok) await beat(one, reportedUtok / 1e6);
    await theatre.pass(one.handle.workflowId, MINUTE + SECOND);
    const result = await one.handle.result();
    expect(result).toMatchObject({ kind: 'settled', hold: { ...end, endedBy: 'expiry' } });
    expect(theatre.calls('endHold')).toHaveLength(1);
  });

  test('is moved on by every heartbeat and never back', async () => {
    const one = await job();
    await theatre.pass(one.handle.workflowId, 50 * SECOND);
    const first = await beat(one, 1);
    await theatre.pass(one.handle.workflowId, 50 * SECOND);
    expect(theatre.calls('endHold')).toEqual([]);
    const long = await beat(one, 2, 600);
    const short = await beat(one, 2, 30);
    const ends = [first, long, short].map((answer) =>
      answer.kind === 'done' ? answer.hold.leaseUntil : '',
    );
    expect(ends[1]).toBe(ends[2]);
    expect(Date.parse(ends[1] ?? '')).toBeGreaterThan(Date.parse(ends[0] ?? ''));
    await theatre.pass(one.handle.workflowId, 11 * MINUTE);
    expect(await one.handle.result()).toMatchObject({ hold: { capturedUtok: tokens(2) } });
  });

  test('that passes while the database is away settles once when it is back', async () => {
    const one = await job({ onExpiry: 'capture_estimate' });
    let tries = 0;
    const { endHold } = theatre.roles();
    theatre.recast({
      endHold: (end) => {
        tries += 1;
        return tries < 4 ? Promise.reject(new Error('ECONNREFUSED')) : endHold(end);
      },
    });
    await theatre.pass(one.handle.workflowId, MINUTE + SECOND);
    expect(await one.handle.result()).toMatchObject({ hold: { state: 'captured' } });
    expect(tries).toBe(4);
  });
});

describe('one settlement', () => {
  test('a capture repeated under its name hears the same, under another that it is closed', async () => {
    const one = await job();
    const request = named('/capture');
    const first = await capture(one, 3, request);
    expect(first).toMatchObject({ kind: 'done', isReplay: false, hold: { state: 'captured' } });
    expect(await capture(one, 3, request)).toMatchObject({ kind: 'done', isReplay: true });
    expect(await capture(one, 3)).toMatchObject({
      kind: 'closed',
      hold: { capturedUtok: tokens(3) },
    });
  });

  test('of many who settle at once one does, and everybody hears how', async () => {
    const one = await job();
    const answers = await Promise.all([
      capture(one, 3),
      release(one),
      capture(one, 5),
      beat(one, 4),
      release(one),
    ]);
    const settled = answers.filter((answer) => answer.kind === 'done' && answer.hold.endedBy);
    expect(settled).toHaveLength(1);
    const [winner] = settled;
    const losers = answers.filter(({ kind }) => kind === 'closed');
    for (const loser of losers) expect(loser).toMatchObject({ hold: { ...endOf(winner) } });
    expect(await one.handle.result()).toMatchObject({ hold: endOf(winner) });
  });

  const endOf = (answer: unknown) => {
    const { hold } = answer as { hold: { state: string; endedBy: string } };
    return { state: hold.state, endedBy: hold.endedBy };
  };

  test('after a release a capture and a heartbeat are told that it is over', async () => {
    const one = await job();
    await release(one);
    await one.handle.result();
    expect(await capture(one, 1)).toMatchObject({ kind: 'closed', hold: { state: 'released' } });
    expect(await beat(one, 1)).toMatchObject({ kind: 'closed', hold: { state: 'released' } });
  });

  test('settled by somebody else, it ends as soon as it is told', async () => {
    const one = await job();
    const { hold } = await one.handle.query(holdQuery);
    await theatre.roles().endHold({
      holdId: hold?.holdId ?? '',
      by: 'capture',
      amountUtok: tokens(2),
      asOf: new Date().toISOString(),
    });
    await one.handle.signal(holdSettledSignal);
    expect(await one.handle.result()).toMatchObject({ hold: { capturedUtok: tokens(2) } });
    expect(theatre.calls('endHold')).toEqual([]);
  });

  test('cancelled in the Web UI, it is settled by its policy', async () => {
    const one = await job();
    await beat(one, 7);
    await one.handle.cancel();
    expect(await one.handle.result()).toMatchObject({
      kind: 'settled',
      hold: { state: 'captured', capturedUtok: tokens(7), endedBy: 'cancel' },
    });
  });
});

describe('placing', () => {
  test('the same key a dozen times at once is one hold and one answer', async () => {
    const wish = wishOf();
    const order = { holdKey: holdKeyOf(CLIENT, wish.request.key), userId: USER_ID, wish };
    const answers = await Promise.all(Array.from({ length: 12 }, () => commands.placeHold(order)));
    const ids = answers.map((answer) => answer.kind === 'placed' && answer.hold.holdId);
    expect(new Set(ids).size).toBe(1);
    expect(answers.filter((answer) => answer.kind === 'placed' && !answer.isReplay)).toHaveLength(
      1,
    );
    expect(theatre.calls('placeWorkHold')).toHaveLength(1);
  });

  test('another request under the key is refused while the first is still under way', async () => {
    const release: (() => void)[] = [];
    const { placeWorkHold } = theatre.roles();
    theatre.recast({
      placeWorkHold: async (order) => {
        await new Promise<void>((resolve) => release.push(resolve));
        return placeWorkHold(order);
      },
    });
    const wish = wishOf();
    const order = { holdKey: holdKeyOf(CLIENT, wish.request.key), userId: USER_ID, wish };
    const first = commands.placeHold(order);
    await until('it is under way', async () => theatre.calls('placeWorkHold').length === 1);
    const other = { ...wish, request: { ...wish.request, bodyHash: 'ff' } };
    const second = commands.placeHold({ ...order, wish: other });
    await until('both are under way', async () => release.length > 0);
    release.forEach((let_) => let_());
    expect(await second).toEqual({ kind: 'mismatch' });
    expect(await first).toMatchObject({ kind: 'placed', isReplay: false });
  });

  test('a refusal leaves the key free', async () => {
    const wish = wishOf();
    const order = { holdKey: holdKeyOf(CLIENT, wish.request.key), userId: USER_ID, wish };
    const { placeWorkHold } = theatre.roles();
    const answer = { kind: 'refused', code: 'insufficient_balance' } as const;
    theatre.recast({ placeWorkHold: () => Promise.resolve({ answer }) });
    expect(await commands.placeHold(order)).toEqual(answer);
    theatre.recast({ placeWorkHold });
    expect(await commands.placeHold(order)).toMatchObject({ kind: 'placed', isReplay: false });
  });

  test('a capture that comes before the tokens are reserved waits for them', async () => {
    const release: (() => void)[] = [];
    const { placeWorkHold } = theatre.roles();
    theatre.recast({
      placeWorkHold: async (order) => {
        await new Promise<void>((resolve) => release.push(resolve));
        return placeWorkHold(order);
      },
    });
    const wish = wishOf();
    const hold = { holdKey: holdKeyOf(CLIENT, wish.request.key), userId: USER_ID };
    const placed = commands.placeHold({ ...hold, wish });
    await until('it is under way', async () => release.length > 0);
    const captured = commands.captureHold(hold, { request: named('/capture') });
    await new Promise((resolve) => setTimeout(resolve, 300));
    release.forEach((let_) => let_());
    expect(await placed).toMatchObject({ kind: 'placed' });
    expect(await captured).toMatchObject({ kind: 'done', hold: { capturedUtok: tokens(10) } });
  });
});

describe('a hold that lost its keeper', () => {
  test('gets a new one with the next heartbeat', async () => {
    const one = await job();
    await one.handle.terminate('by mistake');
    expect(await beat(one, 3)).toMatchObject({ kind: 'done', hold: { reportedUtok: tokens(3) } });
    await theatre.pass(one.handle.workflowId, 2 * MINUTE);
    const result = await theatre.client.workflow.getHandle(one.handle.workflowId).result();
    expect(result).toMatchObject({ hold: { capturedUtok: tokens(3) } });
  });

  test('or was never placed, is unknown', async () => {
    const hold = { holdKey: holdKeyOf(CLIENT, randomUUID()), userId: USER_ID };
    const answer = await commands.releaseHold(hold, { request: named('/release') });
    expect(answer).toEqual({ kind: 'unknown' });
  });
});

test('it continues as new without losing a heartbeat, a total or the lease', async () => {
  const wish = wishOf({ leaseSeconds: 600 });
  const one = await job({ ...wish });
  const { kept } = await theatre
    .roles()
    .placeWorkHold({ ...one.hold, wish: one.wish, at: new Date().toISOString() });
  await one.handle.terminate('its next run is started here');
  if (!kept) throw new Error('the hold is kept');
  await theatre.start('hold', {
    workflowId: one.handle.workflowId,
    input: { ...one.hold, kept: { ...kept, hold: { ...kept.hold, reportedUtok: tokens(2) } } },
    signal: ['settled'],
  });
  const answers = await Promise.all([beat(one, 3), beat(one, 5), beat(one, 4)]);
  expect(answers.map(({ kind }) => kind)).toEqual(['done', 'done', 'done']);
  expect(await commands.placeHold({ ...one.hold, wish: one.wish })).toMatchObject({
    kind: 'placed',
    isReplay: true,
  });
  expect(await capture(one, 5)).toMatchObject({ kind: 'done' });
});

test('an update that makes no sense is refused before it is written down', async () => {
  const one = await job();
  const ask = (order: object) =>
    refusalOf(
      one.handle.executeUpdate(heartbeatHoldUpdate, {
        args: [{ request: named('/heartbeat'), ...order }],
      }),
    );
  expect(await ask({ reportedUtok: -1 })).toContain('micro-tokens');
  expect(await ask({ extendSeconds: 5 })).toContain('30 to 86400');
  expect(theatre.calls('reportHold')).toEqual([]);
});

test('an operator sees whose it is and what it waits for', async () => {
  const one = await job();
  await beat(one, 4);
  const { attributes, details } = await shown(theatre.client, one.handle);
  expect(attributes).toMatchObject({ BillingState: 'held', BillingUserId: String(USER_ID) });
  expect(details).toContain('the job that reserved 10 tokens, 4 reported so far');
  expect(await timerSummaries(one.handle)).toContain('Until the lease of the hold ends');
  await release(one);
  await one.handle.result();
  const over = await shown(theatre.client, one.handle);
  expect(over.details).toContain('10 released, ended by release');
});
