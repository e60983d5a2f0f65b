import { tokens } from '../../src/domain/tokens';
import {
  heartbeatHoldUpdate,
  holdQuery,
  holdSettledSignal,
} from '../../workflows/billing/hold/contract';
import { USER_ID } from './support/cast';
import { Jobs, named } from './support/hold-jobs';
import { refusalOf, shown, timerSummaries } from './support/seen';
import { MINUTE, openTheatre, SECOND, type Theatre } from './support/theatre';

let theatre: Theatre;
let jobs: Jobs;

beforeAll(async () => {
  theatre = await openTheatre();
  jobs = new Jobs(theatre);
});
beforeEach(() => theatre.play());
afterEach(() => theatre.clear());
afterAll(() => theatre.close());

describe('the end of the lease', () => {
  test.each([
    ['capture_reported', tokens(4), { state: 'captured', capturedUtok: tokens(4) }],
    ['capture_reported', undefined, { state: 'expired', capturedUtok: 0 }],
    ['capture_estimate', tokens(4), { state: 'captured', capturedUtok: tokens(10) }],
    ['release', tokens(4), { state: 'expired', capturedUtok: 0 }],
  ] as const)('settles by %s once with %s reported', async (onExpiry, reportedUtok, end) => {
    const one = await jobs.begin({ onExpiry });
    if (reportedUtok) await jobs.beat(one, reportedUtok / 1e6);
    await theatre.pass(one.handle.workflowId, MINUTE + SECOND);
    const result = await one.handle.result();
    expect(result).toMatchObject({ kind: 'settled', hold: { ...end, endedBy: 'expiry' } });
    expect(theatre.calls('endHold')).toHaveLength(1);
  });

  test('is moved on by every heartbeat and never back', async () => {
    const one = await jobs.begin();
    await theatre.pass(one.handle.workflowId, 50 * SECOND);
    const first = await jobs.beat(one, 1);
    await theatre.pass(one.handle.workflowId, 50 * SECOND);
    expect(theatre.calls('endHold')).toEqual([]);
    const long = await jobs.beat(one, 2, 600);
    const short = await jobs.beat(one, 2, 30);
    const ends = [first, long, short].map((answer) =>
      answer.kind === 'done' ? answer.hold.leaseUntil : '',
    );
    expect(ends[1]).toBe(ends[2]);
    expect(Date.parse(ends[1] ?? '')).toBeGreaterThan(Date.parse(ends[0] ?? ''));
    await theatre.pass(one.handle.workflowId, 11 * MINUTE);
    expect(await one.handle.result()).toMatchObject({ hold: { capturedUtok: tokens(2) } });
  });

  test('that passes while the database is away settles once when it is back', async () => {
    const one = await jobs.begin({ onExpiry: 'capture_estimate' });
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
    const one = await jobs.begin();
    const request = named('/capture');
    const first = await jobs.capture(one, 3, request);
    expect(first).toMatchObject({ kind: 'done', isReplay: false, hold: { state: 'captured' } });
    expect(await jobs.capture(one, 3, request)).toMatchObject({ kind: 'done', isReplay: true });
    expect(await jobs.capture(one, 3)).toMatchObject({
      kind: 'closed',
      hold: { capturedUtok: tokens(3) },
    });
  });

  test('of many who settle at once one does, and everybody hears how', async () => {
    const one = await jobs.begin();
    const answers = await Promise.all([
      jobs.capture(one, 3),
      jobs.release(one),
      jobs.capture(one, 5),
      jobs.beat(one, 4),
      jobs.release(one),
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
    const one = await jobs.begin();
    await jobs.release(one);
    await one.handle.result();
    expect(await jobs.capture(one, 1)).toMatchObject({
      kind: 'closed',
      hold: { state: 'released' },
    });
    expect(await jobs.beat(one, 1)).toMatchObject({ kind: 'closed', hold: { state: 'released' } });
  });

  test('settled by somebody else, it ends as soon as it is told', async () => {
    const one = await jobs.begin();
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
    const one = await jobs.begin();
    await jobs.beat(one, 7);
    await one.handle.cancel();
    expect(await one.handle.result()).toMatchObject({
      kind: 'settled',
      hold: { state: 'captured', capturedUtok: tokens(7), endedBy: 'cancel' },
    });
  });
});

test('it continues as new without losing a heartbeat, a total or the lease', async () => {
  const one = await jobs.begin({ leaseSeconds: 600 });
  const { kept } = await theatre
    .roles()
    .placeWorkHold({ ...one.order, at: new Date().toISOString() });
  await one.handle.terminate('its next run is started here');
  if (!kept) throw new Error('the hold is kept');
  const { holdKey, userId } = one.order;
  await theatre.start('hold', {
    workflowId: one.handle.workflowId,
    input: { holdKey, userId, kept: { ...kept, hold: { ...kept.hold, reportedUtok: tokens(2) } } },
    signal: ['settled'],
  });
  const answers = await Promise.all([jobs.beat(one, 3), jobs.beat(one, 5), jobs.beat(one, 4)]);
  expect(answers.map(({ kind }) => kind)).toEqual(['done', 'done', 'done']);
  expect(await jobs.commands.placeHold(one.order)).toMatchObject({
    kind: 'placed',
    isReplay: true,
  });
  expect(await jobs.capture(one, 5)).toMatchObject({ kind: 'done' });
});

test('an update that makes no sense is refused before it is written down', async () => {
  const one = await jobs.begin();
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
  const one = await jobs.begin();
  await jobs.beat(one, 4);
  const { attributes, details } = await shown(theatre.client, one.handle);
  expect(attributes).toMatchObject({ BillingState: 'held', BillingUserId: String(USER_ID) });
  expect(details).toContain('the job that reserved 10 tokens, 4 reported so far');
  expect(await timerSummaries(one.handle)).toContain('Until the lease of the hold ends');
  await jobs.release(one);
  await one.handle.result();
  const over = await shown(theatre.client, one.handle);
  expect(over.details).toContain('10 released, ended by release');
});
