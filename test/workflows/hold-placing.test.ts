import { tokens } from '../../src/domain/tokens';
import { until } from '../support/until';
import { Jobs, named, orderOf } from './support/hold-jobs';
import { MINUTE, openTheatre, type Theatre } from './support/theatre';

let theatre: Theatre;
let jobs: Jobs;

beforeAll(async () => {
  theatre = await openTheatre();
  jobs = new Jobs(theatre);
});
beforeEach(() => theatre.play());
afterEach(() => theatre.clear());
afterAll(() => theatre.close());

describe('placing', () => {
  test('the same key a dozen times at once is one hold and one answer', async () => {
    const order = orderOf();
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => jobs.commands.placeHold(order)),
    );
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
    const order = orderOf();
    const first = jobs.commands.placeHold(order);
    await until('it is under way', async () => theatre.calls('placeWorkHold').length === 1);
    const request = { ...order.wish.request, bodyHash: 'ff' };
    const other = { ...order.wish, request };
    const second = jobs.commands.placeHold({ ...order, wish: other });
    await until('both are under way', async () => release.length > 0);
    release.forEach((go) => go());
    expect(await second).toEqual({ kind: 'mismatch' });
    expect(await first).toMatchObject({ kind: 'placed', isReplay: false });
  });

  test('a refusal leaves the key free', async () => {
    const order = orderOf();
    const { placeWorkHold } = theatre.roles();
    const answer = { kind: 'refused', code: 'insufficient_balance' } as const;
    theatre.recast({ placeWorkHold: () => Promise.resolve({ answer }) });
    expect(await jobs.commands.placeHold(order)).toEqual(answer);
    theatre.recast({ placeWorkHold });
    expect(await jobs.commands.placeHold(order)).toMatchObject({ kind: 'placed', isReplay: false });
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
    const order = orderOf();
    const placed = jobs.commands.placeHold(order);
    await until('it is under way', async () => release.length > 0);
    const captured = jobs.commands.captureHold(order, { request: named('/capture') });
    await new Promise((resolve) => setTimeout(resolve, 300));
    release.forEach((go) => go());
    expect(await placed).toMatchObject({ kind: 'placed' });
    expect(await captured).toMatchObject({ kind: 'done', hold: { capturedUtok: tokens(10) } });
  });
});

describe('a hold that lost its keeper', () => {
  test('gets a new one with the next heartbeat', async () => {
    const one = await jobs.begin();
    await one.handle.terminate('by mistake');
    expect(await jobs.beat(one, 3)).toMatchObject({
      kind: 'done',
      hold: { reportedUtok: tokens(3) },
    });
    await theatre.pass(one.handle.workflowId, 2 * MINUTE);
    const result = await jobs.handleOf(one.order.holdKey).result();
    expect(result).toMatchObject({ hold: { capturedUtok: tokens(3) } });
  });

  test('and is mentioned by nobody, settles by its policy when its lease is over and it is found', async () => {
    const one = await jobs.begin();
    await jobs.beat(one, 3);
    await one.handle.terminate('by mistake');
    const kept = await theatre.roles().findWorkHold({ holdKey: one.order.holdKey });
    if (!kept) throw new Error('the hold stands');
    const leaseUntil = new Date(Date.now() - 10 * MINUTE).toISOString();
    const late = { ...kept, hold: { ...kept.hold, leaseUntil } };
    theatre.recast({ findWorkHold: () => Promise.resolve(late) });
    const { holdKey, userId } = one.order;
    await theatre.start('hold', { workflowId: one.handle.workflowId, input: { holdKey, userId } });
    expect(await jobs.handleOf(holdKey).result()).toMatchObject({
      hold: { capturedUtok: tokens(3), endedBy: 'expiry' },
    });
    expect(theatre.calls('endHold')).toHaveLength(1);
  });

  test('or was never placed, is unknown', async () => {
    const answer = await jobs.commands.releaseHold(orderOf(), { request: named('/release') });
    expect(answer).toEqual({ kind: 'unknown' });
  });
});
