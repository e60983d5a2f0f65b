import { randomUUID } from 'node:crypto';
import {
  concedeDisputeUpdate,
  disputeQuery,
  disputeStageSignal,
  disputeWorkflowId,
  submitEvidenceUpdate,
  type DisputeInput,
  type DisputeNews,
} from '../../workflows/billing/dispute/contract';
import { until } from '../support/until';
import { REPAIR, USER_ID } from './support/cast';
import { refusalOf, shown } from './support/seen';
import { DAY, HOUR, openTheatre, type Theatre } from './support/theatre';

let theatre: Theatre;

beforeAll(async () => {
  theatre = await openTheatre();
});
beforeEach(() => theatre.play());
afterEach(() => theatre.clear());
afterAll(() => theatre.close());

async function told(news: readonly DisputeNews[], change: Partial<DisputeInput> = {}) {
  const ref = randomUUID();
  return theatre.start('dispute', {
    workflowId: disputeWorkflowId('mock', ref),
    input: { provider: 'mock', ref, providerPaymentId: 'p-1', news, ...change },
  });
}

type Handle = Awaited<ReturnType<typeof told>>;

const isOpen = (handle: Handle) =>
  until('it is defended', async () => (await handle.query(disputeQuery)).phase === 'open');

const OPENED = { stage: 'opened' } as const;

test.each(['won', 'lost'] as const)('is defended until the bank says it is %s', async (end) => {
  const handle = await told([{ ...OPENED, amountMinor: 5_000 }]);
  await isOpen(handle);
  expect((await shown(theatre.client, handle)).attributes).toMatchObject({
    BillingUserId: String(USER_ID),
    StuckReason: 'dispute',
  });
  await handle.signal(disputeStageSignal, OPENED);
  await handle.signal(disputeStageSignal, { stage: end });
  await handle.signal(disputeStageSignal, { stage: end });
  expect(await handle.result()).toEqual({ kind: end });
  const booking = end === 'won' ? 'winDispute' : 'loseDispute';
  expect(theatre.log()).toEqual(['locateDispute', 'openDispute', 'collectEvidence', booking]);
  expect(theatre.calls('openDispute')).toMatchObject([{ amountMinor: 5_000, isDecided: false }]);
});

test.each<[string, DisputeNews['stage'][], 'won' | 'lost']>([
  ['the end before the beginning', ['won', 'opened'], 'won'],
  ['the end alone', ['lost'], 'lost'],
  ['a win and a loss', ['lost', 'won'], 'lost'],
])('books %s at once, without alarm', async (_name, stages, end) => {
  const handle = await told(stages.map((stage) => ({ stage })));
  expect(await handle.result()).toEqual({ kind: end });
  expect(theatre.calls('openDispute')).toMatchObject([{ isDecided: true }]);
  expect(theatre.calls('collectEvidence')).toEqual([]);
});

test('a signal that comes before anything else is its beginning', async () => {
  const ref = randomUUID();
  const handle = await theatre.start('dispute', {
    workflowId: disputeWorkflowId('mock', ref),
    input: { provider: 'mock', ref, providerPaymentId: 'p-1' },
    signal: ['stage', { stage: 'won' }],
  });
  expect(await handle.result()).toEqual({ kind: 'won' });
});

test('a word after the end changes nothing, and an opposite one is for a human', async () => {
  const standing = {
    kind: 'standing',
    state: 'won',
    userId: USER_ID,
    amountMinor: 1,
    currency: 'RUB',
    dueAt: new Date().toISOString(),
  } as const;
  theatre.play({ openDispute: () => Promise.resolve(standing) });
  expect(await (await told([OPENED])).result()).toEqual({ kind: 'won' });
  expect(await (await told([{ stage: 'won' }])).result()).toEqual({ kind: 'won' });
  expect(theatre.calls('noteContradiction')).toEqual([]);
  expect(await (await told([{ stage: 'lost' }])).result()).toEqual({ kind: 'won' });
  expect(theatre.calls('noteContradiction')).toMatchObject([{ stage: 'lost' }]);
  expect(theatre.calls('loseDispute')).toEqual([]);
});

test('a payment that nothing was given for has nothing to freeze', async () => {
  theatre.play({ openDispute: () => Promise.resolve({ kind: 'ignored' }) });
  expect(await (await told([OPENED])).result()).toEqual({ kind: 'ignored' });
});

describe('operators', () => {
  test('are reminded once, a day before evidence is due', async () => {
    const dueAt = new Date(Date.now() + 5 * DAY).toISOString();
    const handle = await told([{ ...OPENED, dueAt }]);
    await isOpen(handle);
    await theatre.pass(handle.workflowId, 4 * DAY - HOUR);
    expect(theatre.calls('remindOfDispute')).toEqual([]);
    await theatre.pass(handle.workflowId, 2 * HOUR);
    await theatre.pass(handle.workflowId, 30 * DAY);
    expect(theatre.calls('remindOfDispute')).toHaveLength(1);
  });

  test('hand over evidence, with a note and in their name', async () => {
    const handle = await told([OPENED]);
    await isOpen(handle);
    const submit = (note: string) =>
      handle.executeUpdate(submitEvidenceUpdate, { args: [{ ...REPAIR, note }] });
    expect(await refusalOf(submit(' '))).toContain('say what was handed over');
    await Promise.all([submit('order and consent'), submit('usage')]);
    expect(
      theatre
        .calls('noteEvidence')
        .map(({ note }) => note)
        .sort(),
    ).toEqual(['order and consent', 'usage']);
    expect(await handle.query(disputeQuery)).toMatchObject({
      state: 'evidence_sent',
      allowedRepairs: ['submitEvidence', 'concede'],
    });
    expect((await shown(theatre.client, handle)).attributes['StuckReason']).toBeUndefined();
  });

  test('give in with a reason', async () => {
    const handle = await told([OPENED]);
    await isOpen(handle);
    const concede = (reason: string) =>
      handle.executeUpdate(concedeDisputeUpdate, { args: [{ ...REPAIR, reason }] });
    expect(await refusalOf(concede('no'))).toContain('reason');
    await concede('the customer is right');
    expect(await handle.result()).toEqual({ kind: 'lost' });
    expect(theatre.calls('loseDispute')).toMatchObject([
      { concession: { operatorId: REPAIR.operatorId, reason: 'the customer is right' } },
    ]);
  });
});
