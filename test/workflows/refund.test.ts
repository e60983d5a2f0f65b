import { randomUUID } from 'node:crypto';
import {
  abandonRefundUpdate,
  approveRefundUpdate,
  confirmRefundUpdate,
  openRefundUpdate,
  refundPlanQuery,
  refundWorkflowId,
  retryRefundUpdate,
  type RefundInput,
  type RefundPhase,
} from '../../workflows/billing/refund/contract';
import { until } from '../support/until';
import { proposedRefund, REFUND_PLAN, REPAIR, USER_ID } from './support/cast';
import { refusalOf, shown } from './support/seen';
import { DAY, HOUR, MINUTE, openTheatre, SECOND, type Theatre } from './support/theatre';

let theatre: Theatre;

beforeAll(async () => {
  theatre = await openTheatre();
});
beforeEach(() => theatre.play());
afterEach(() => theatre.clear());
afterAll(() => theatre.close());

const OTHER = { operatorId: 'boris', reason: 'looked at the papers' };
const USER = { kind: 'user', id: String(USER_ID) } as const;

async function asked(change: Partial<RefundInput> = {}) {
  const paymentId = randomUUID();
  return theatre.start('refund', {
    workflowId: refundWorkflowId(paymentId, '1'),
    input: {
      paymentId,
      origin: 'operator',
      requestedBy: { kind: 'operator', id: REPAIR.operatorId },
      reason: REPAIR.reason,
      ...change,
    },
  });
}

type Handle = Awaited<ReturnType<typeof asked>>;

async function untilPhase(handle: Handle, phase: RefundPhase) {
  return until(`it is ${phase}`, async () => {
    const card = await handle.query(refundPlanQuery);
    return card.phase === phase ? card : undefined;
  });
}

const STEPS = [
  'locateRefund',
  'proposeRefund',
  'freezeRefund',
  'noteRefundSending',
  'refundAtProvider',
  'settleRefund',
];

test('freezes before it sends, and books after the proof', async () => {
  const handle = await asked();
  expect(await handle.executeUpdate(openRefundUpdate)).toEqual({
    kind: 'planned',
    workflowId: handle.workflowId,
    plan: REFUND_PLAN,
    approvals: 0,
  });
  expect(await handle.result()).toEqual({ kind: 'done', plan: REFUND_PLAN, providerRef: 'r-1' });
  expect(theatre.log()).toEqual(STEPS);
  expect(theatre.calls('refundAtProvider')).toMatchObject([
    { isRepeat: false, request: { key: handle.workflowId, amount: { minor: 10_000 } } },
  ]);
  expect((await handle.query(refundPlanQuery)).phase).toBe('over');
});

test('ends at a refusal of the plan, and sends nothing', async () => {
  theatre.play({
    proposeRefund: () => Promise.resolve({ kind: 'refused', reason: 'all_refunded', mostMinor: 0 }),
  });
  const handle = await asked();
  expect(await handle.executeUpdate(openRefundUpdate)).toMatchObject({ reason: 'all_refunded' });
  expect(await handle.result()).toEqual({ kind: 'refused', reason: 'all_refunded' });
  expect(theatre.calls('refundAtProvider')).toEqual([]);
});

test('ends when nothing can be frozen any more', async () => {
  theatre.play({
    freezeRefund: () => Promise.resolve({ kind: 'refused', reason: 'nothing_unspent' }),
  });
  expect(await (await asked()).result()).toEqual({ kind: 'refused', reason: 'nothing_unspent' });
  expect(theatre.calls('refundAtProvider')).toEqual([]);
});

describe('a preview', () => {
  const PREVIEW = { isPreview: true, origin: 'user', requestedBy: USER } as const;

  test('records nothing before its asker confirms, and then no more than was shown', async () => {
    const handle = await asked(PREVIEW);
    await handle.executeUpdate(openRefundUpdate);
    expect(theatre.log()).toEqual(['locateRefund', 'previewRefund']);
    const confirm = () => handle.executeUpdate(confirmRefundUpdate, { args: [{ actor: USER }] });
    const answers = await Promise.all([confirm(), confirm()]);
    expect(answers[0]).toMatchObject({ kind: 'planned' });
    expect(answers[1]).toEqual(answers[0]);
    await handle.result();
    expect(theatre.calls('proposeRefund')).toMatchObject([{ capMinor: 10_000 }]);
  });

  test('is found by whose money it is', async () => {
    const handle = await asked(PREVIEW);
    await handle.executeUpdate(openRefundUpdate);
    const { attributes } = await shown(theatre.client, handle);
    expect(attributes).toMatchObject({ BillingUserId: String(USER_ID) });
  });

  test('is confirmed by nobody else', async () => {
    const handle = await asked(PREVIEW);
    await handle.executeUpdate(openRefundUpdate);
    const stranger = { actor: { kind: 'user', id: '7' } } as const;
    const refusal = await refusalOf(
      handle.executeUpdate(confirmRefundUpdate, { args: [stranger] }),
    );
    expect(refusal).toContain('somebody else');
  });

  test('is given up after a quarter of an hour', async () => {
    const handle = await asked(PREVIEW);
    await handle.executeUpdate(openRefundUpdate);
    await theatre.pass(handle.workflowId, 16 * MINUTE);
    expect(await handle.result()).toEqual({ kind: 'abandoned', reason: 'nobody confirmed it' });
    expect(theatre.calls('proposeRefund')).toEqual([]);
  });

  test('that is refused ends with the reason', async () => {
    theatre.play({
      previewRefund: () => Promise.resolve({ kind: 'refused', reason: 'disputed', mostMinor: 0 }),
    });
    const handle = await asked(PREVIEW);
    expect(await handle.result()).toEqual({ kind: 'refused', reason: 'disputed' });
  });
});

describe('four eyes', () => {
  const waits = async (approvals: number, change: Partial<RefundInput> = {}) => {
    theatre.play({ proposeRefund: () => Promise.resolve(proposedRefund(approvals)) });
    const handle = await asked(change);
    await untilPhase(handle, 'proposed');
    return handle;
  };
  const approve = (handle: Handle, repair: typeof OTHER) =>
    handle.executeUpdate(approveRefundUpdate, { args: [repair] });

  test('wait for somebody else, for as long as it takes', async () => {
    const handle = await waits(1);
    await theatre.pass(handle.workflowId, 40 * DAY);
    expect((await shown(theatre.client, handle)).attributes['StuckReason']).toBe('approval');
    expect(await refusalOf(approve(handle, REPAIR))).toContain('somebody else must agree');
    expect(await refusalOf(approve(handle, { ...OTHER, reason: 'short' }))).toContain('reason');
    expect(theatre.calls('freezeRefund')).toEqual([]);
    expect(await approve(handle, OTHER)).toEqual({ accepted: 'the refund goes on' });
    expect(await handle.result()).toMatchObject({ kind: 'done' });
  });

  test('of a large sum are six, and nobody counts twice', async () => {
    const handle = await waits(2);
    expect(await approve(handle, OTHER)).toEqual({ accepted: '1 more must agree' });
    expect(await refusalOf(approve(handle, OTHER))).toContain('agreed already');
    await approve(handle, { ...OTHER, operatorId: 'clara' });
    expect(await handle.result()).toMatchObject({ kind: 'done' });
    expect(
      theatre.calls('recordRepair').map(({ action, operatorId }) => `${action} ${operatorId}`),
    ).toEqual(['refund.approved boris', 'refund.approved clara']);
  });

  test('that agreed to the proposal before are enough', async () => {
    theatre.play({ proposeRefund: () => Promise.resolve(proposedRefund(1)) });
    const handle = await asked({ approvedBy: ['boris'] });
    expect(await handle.result()).toMatchObject({ kind: 'done' });
  });

  test('of the asker alone are not', async () => {
    const handle = await waits(1, { approvedBy: [REPAIR.operatorId] });
    expect((await handle.query(refundPlanQuery)).approvalsMissing).toBe(1);
    await handle.executeUpdate(abandonRefundUpdate, { args: [OTHER] });
    expect(await handle.result()).toEqual({ kind: 'abandoned', reason: OTHER.reason });
    expect(theatre.calls('abandonRefund')).toMatchObject([{ by: { id: 'boris' } }]);
  });
});

describe('an unknown outcome', () => {
  const unknown = { kind: 'unknown', reason: 'timeout' } as const;

  test('is asked about at 10 s, 30 s, 1, 5, 15 minutes, then hourly, and in the end daily', async () => {
    theatre.play({ refundAtProvider: () => Promise.resolve(unknown) });
    const handle = await asked();
    await untilPhase(handle, 'unknown');
    await theatre.pass(handle.workflowId, 22 * MINUTE);
    expect(theatre.calls('refundAtProvider').length).toBe(6);
    expect((await shown(theatre.client, handle)).attributes['StuckReason']).toBe('refund');
    await theatre.pass(handle.workflowId, 80 * HOUR);
    const asked80 = theatre.calls('refundAtProvider').length;
    expect(asked80).toBeGreaterThan(70);
    await theatre.pass(handle.workflowId, 10 * DAY);
    expect(theatre.calls('refundAtProvider').length - asked80).toBeLessThanOrEqual(11);
    expect(theatre.calls('releaseRefund')).toEqual([]);
    theatre.recast({
      refundAtProvider: () => Promise.resolve({ kind: 'done', providerRef: 'r-9' }),
    });
    await handle.executeUpdate(retryRefundUpdate, { args: [OTHER] });
    expect(await handle.result()).toMatchObject({ providerRef: 'r-9' });
    const keys = new Set(theatre.calls('refundAtProvider').map(({ request }) => request.key));
    expect(keys.size).toBe(1);
  }, 60_000);

  test('is no repeat while nothing was sent, and is asked about by the number that the provider gave', async () => {
    const answers = [
      { ...unknown, isUnsent: true },
      { ...unknown, providerRef: 'q-1' },
      { kind: 'done', providerRef: 'q-1' },
    ] as const;
    let calls = 0;
    theatre.play({
      refundAtProvider: () => Promise.resolve(answers[calls++] ?? answers[2]),
    });
    const handle = await asked();
    await untilPhase(handle, 'unknown');
    await theatre.pass(handle.workflowId, MINUTE);
    expect(await handle.result()).toMatchObject({ providerRef: 'q-1' });
    const sent = theatre.calls('refundAtProvider');
    expect(sent.map(({ isRepeat, request }) => [isRepeat, request.providerRef])).toEqual([
      [false, undefined],
      [false, undefined],
      [true, 'q-1'],
    ]);
  });

  test('cannot be abandoned: the money may be gone', async () => {
    theatre.play({ refundAtProvider: () => Promise.resolve(unknown) });
    const handle = await asked();
    await untilPhase(handle, 'unknown');
    const refusal = await refusalOf(handle.executeUpdate(abandonRefundUpdate, { args: [OTHER] }));
    expect(refusal).toContain('not possible while unknown; possible while proposed or stuck');
    expect((await handle.query(refundPlanQuery)).allowedRepairs).toEqual(['retry', 'resolve']);
  });
});

describe('a refusal of the provider', () => {
  const refuses = async () => {
    theatre.play({
      refundAtProvider: () => Promise.resolve({ kind: 'refused', reason: 'too old' }),
    });
    const handle = await asked();
    await untilPhase(handle, 'stuck');
    return handle;
  };

  test('frees the tokens and waits for an operator, who tries again under a new key', async () => {
    const handle = await refuses();
    expect(theatre.calls('releaseRefund')).toMatchObject([{ attempt: 1, refusal: 'too old' }]);
    expect((await shown(theatre.client, handle)).attributes['StuckReason']).toBe('refund_stuck');
    theatre.recast({
      refundAtProvider: () => Promise.resolve({ kind: 'done', providerRef: 'r-2' }),
    });
    await handle.executeUpdate(retryRefundUpdate, { args: [OTHER] });
    expect(await handle.result()).toMatchObject({ kind: 'done', providerRef: 'r-2' });
    expect(theatre.calls('freezeRefund').map(({ attempt }) => attempt)).toEqual([1, 2]);
    const keys = theatre.calls('refundAtProvider').map(({ request }) => request.key);
    expect(keys).toEqual([handle.workflowId, `${handle.workflowId}:a2`]);
  });

  test('is given up by an operator', async () => {
    const handle = await refuses();
    await handle.executeUpdate(abandonRefundUpdate, { args: [OTHER] });
    expect(await handle.result()).toEqual({ kind: 'abandoned', reason: OTHER.reason });
    expect(theatre.calls('settleRefund')).toEqual([]);
  });
});

test('money that the provider sent back by itself is booked and not sent', async () => {
  const handle = await asked({
    origin: 'provider',
    requestedBy: { kind: 'provider', id: 'mock' },
    returnedMinor: 10_000,
    clockOffsetMs: 0,
  });
  expect(await handle.result()).toMatchObject({ kind: 'done', providerRef: 'p-1' });
  expect(theatre.log()).toEqual(['proposeRefund', 'freezeRefund', 'settleRefund']);
});

test('lives by the clock of the payer', async () => {
  theatre.play({ locateRefund: () => Promise.resolve({ clockOffsetMs: 30 * DAY }) });
  await (await asked()).result();
  const [settled] = theatre.calls('settleRefund');
  const aheadMs = Date.parse(settled?.asOf ?? '') - Date.now() - 30 * DAY;
  expect(Math.abs(aheadMs)).toBeLessThan(MINUTE + 10 * SECOND);
});
