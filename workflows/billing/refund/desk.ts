import { ApplicationFailure } from '@temporalio/common';
import { condition, currentUpdateInfo, setHandler, workflowInfo } from '@temporalio/workflow';
import type { ProposedRefund, RefundWish } from '../../../activities/billing/returning';
import type { RefundPlan } from '../../../src/domain/billing/refund';
import { businessClock, type BusinessClock } from '../../clock';
import { createShowcase, describeRepair, moneyWords, type Subject } from '../../visibility';
import { NOT_YOURS, type Actor, type Repair } from '../contract';
import { requirePhase, requireRepair, requireWords } from '../repair-rules';
import { onlyEarlier, type Trace } from '../repairs/trace';
import {
  abandonRefundUpdate,
  approveRefundUpdate,
  confirmRefundUpdate,
  openRefundUpdate,
  refundPlanQuery,
  resolveRefundUpdate,
  retryRefundUpdate,
  type RefundCard,
  type RefundInput,
  type RefundOpening,
  type RefundPhase,
  type RefundWord,
} from './contract';

export type Proposal = Extract<ProposedRefund, { kind: 'proposed' }>;

/** A repair with the update that asked for it. */
export interface AuditedRepair extends Repair, Trace {
  readonly action: 'refund.approved' | 'refund.retried' | `refund.declared_${RefundWord['how']}`;
  readonly updateId: string;
}

/** Everything one refund's workflow knows while it runs. */
export interface RefundDesk {
  readonly input: RefundInput;
  readonly show: ReturnType<typeof createShowcase>;
  readonly approvedBy: Set<string>;
  /** Words of operators that only the audit remembers. */
  readonly repairs: AuditedRepair[];
  clock: BusinessClock;
  phase: RefundPhase;
  /** What the asker saw, and then what was recorded. */
  opening: RefundOpening | undefined;
  confirmed: RefundOpening | undefined;
  proposal: Proposal | undefined;
  plan: RefundPlan | undefined;
  isConfirmed: boolean;
  isRetried: boolean;
  abandonment: Repair | undefined;
  /** What an operator declares on evidence; it is worked on once. */
  word: (Repair & RefundWord) | undefined;
  attempt: number;
  waitingFor: string;
  nextAt: string | undefined;
}

/** Lays out an empty desk with its handlers set, before anything is awaited. */
export function layDesk(input: RefundInput): RefundDesk {
  const desk: RefundDesk = {
    input,
    show: createShowcase(() => subjectOf(desk)),
    approvedBy: new Set(input.approvedBy ?? []),
    repairs: [],
    clock: businessClock(input.clockOffsetMs ?? 0),
    phase: 'planning',
    opening: undefined,
    confirmed: undefined,
    proposal: undefined,
    plan: undefined,
    isConfirmed: false,
    isRetried: false,
    abandonment: undefined,
    word: undefined,
    attempt: 1,
    waitingFor: 'the plan',
    nextAt: undefined,
  };
  listen(desk);
  return desk;
}

function listen(desk: RefundDesk): void {
  setHandler(openRefundUpdate, async () => {
    await condition(() => desk.opening !== undefined);
    return desk.opening as RefundOpening;
  });
  setHandler(confirmRefundUpdate, () => confirm(desk), {
    validator: ({ actor }: { actor: Actor }) => requireAsker(desk, actor),
  });
  setHandler(
    approveRefundUpdate,
    (repair) => {
      const missing = approve(desk, repair);
      return { accepted: missing > 0 ? `${missing} more must agree` : 'the refund goes on' };
    },
    {
      validator: (repair: Repair) => requireApproval(desk, repair),
      ...describeRepair('refund', 'approve'),
    },
  );
  setHandler(
    retryRefundUpdate,
    (repair) => {
      desk.isRetried = true;
      desk.repairs.push(auditedAs('refund.retried', repair, retryOf(desk)));
      return { accepted: RETRIED[desk.phase === 'stuck' ? 'stuck' : 'unknown'] };
    },
    {
      validator: (repair: Repair) => requireRepairIn(desk, repair, ['unknown', 'stuck']),
      ...describeRepair('refund', 'retry'),
    },
  );
  setHandler(
    abandonRefundUpdate,
    ({ operatorId, reason }) => {
      desk.abandonment = { operatorId, reason };
      return { accepted: 'the refund is given up; its tokens are free' };
    },
    {
      validator: (repair: Repair) => requireRepairIn(desk, repair, ['proposed', 'stuck']),
      ...describeRepair('refund', 'abandon'),
    },
  );
  setHandler(
    resolveRefundUpdate,
    ({ how, evidence, operatorId, reason }) => {
      desk.word = { how, evidence, operatorId, reason };
      const trace = { before: { phase: desk.phase }, after: { declared: how, evidence } };
      desk.repairs.push(auditedAs(`refund.declared_${how}`, { operatorId, reason }, trace));
      return { accepted: DECLARED[how] };
    },
    {
      validator: (repair: Repair & RefundWord) => requireWord(desk, repair),
      ...describeRepair('refund', 'resolve'),
    },
  );
  setHandler(refundPlanQuery, () => cardOf(desk));
}

/** How many more must agree now. */
function approve(desk: RefundDesk, repair: Repair): number {
  const before = { approvalsMissing: approvalsMissing(desk) };
  desk.approvedBy.add(repair.operatorId);
  const after = { approvalsMissing: approvalsMissing(desk) };
  desk.repairs.push(auditedAs('refund.approved', repair, { before, after }));
  return after.approvalsMissing;
}

function auditedAs(
  action: AuditedRepair['action'],
  { operatorId, reason }: Repair,
  trace: Trace,
): AuditedRepair {
  const updateId = currentUpdateInfo()?.id ?? operatorId;
  return { action, operatorId, reason, updateId, ...trace };
}

/** After a refusal the money is sent once more; before any answer the same question is only asked earlier. */
function retryOf({ phase, attempt, nextAt, clock }: RefundDesk): Trace {
  if (phase !== 'stuck') return onlyEarlier(nextAt, clock.now());
  return { before: { phase, attempt }, after: { phase: 'sending', attempt: attempt + 1 } };
}

const DECLARED = {
  made: 'it is booked as made, on your evidence',
  not_made: 'it counts as refused; it can be sent once more or given up',
} as const;

/** What the provider has refused is known not to be made; only by hand can it have gone. */
function requireWord(desk: RefundDesk, word: Repair & RefundWord): void {
  requireRepair(word);
  if (!(word.how in DECLARED)) throw new Error('how must be made or not_made');
  requirePhase(desk.phase, word.how === 'made' ? ['unknown', 'stuck'] : ['unknown']);
  requireWords(word.evidence, 'evidence is empty; say what proves it');
}

const RETRIED = {
  stuck: 'the money is sent once more, under a new key',
  unknown: 'the provider is asked now',
} as const;

async function confirm(desk: RefundDesk): Promise<RefundOpening> {
  desk.isConfirmed = true;
  await condition(() => desk.confirmed !== undefined);
  return desk.confirmed as RefundOpening;
}

/** Only who saw the plan can want it. */
function requireAsker(desk: RefundDesk, actor: Actor): void {
  const asker = desk.input.requestedBy;
  if (actor.kind === asker.kind && actor.id === asker.id) return;
  throw ApplicationFailure.nonRetryable('somebody else asked for this refund', NOT_YOURS);
}

/** Four eyes: the one who asked cannot agree, and nobody agrees twice (RF-6). */
function requireApproval(desk: RefundDesk, repair: Repair): void {
  requireRepairIn(desk, repair, ['proposed']);
  const asker = desk.input.requestedBy;
  if (asker.kind === 'operator' && asker.id === repair.operatorId) {
    throw new Error('you asked for this refund; somebody else must agree');
  }
  if (desk.approvedBy.has(repair.operatorId)) throw new Error('you have agreed already');
}

function requireRepairIn(desk: RefundDesk, repair: Repair, phases: readonly RefundPhase[]): void {
  requireRepair(repair);
  requirePhase(desk.phase, phases);
}

/** How many operators must still agree; one who asked for it does not count. */
export function approvalsMissing({ proposal, approvedBy, input }: RefundDesk): number {
  const others = [...approvedBy].filter((operator) => operator !== input.requestedBy.id);
  return Math.max(0, (proposal?.approvals ?? 0) - others.length);
}

/** What every planning activity is asked. */
export function wishOf({ input, clock }: RefundDesk): RefundWish {
  const { paymentId, origin, requestedBy, reason, policy, amountMinor, returnedMinor } = input;
  return {
    paymentId,
    origin,
    requestedBy,
    reason,
    ...(policy === undefined ? {} : { policy }),
    ...(amountMinor === undefined ? {} : { amountMinor }),
    ...(returnedMinor === undefined ? {} : { returnedMinor }),
    ...(input.request ? { request: input.request } : {}),
    asOf: clock.now(),
  };
}

export function openingOf({ input }: RefundDesk, proposed: ProposedRefund): RefundOpening {
  if (proposed.kind === 'refused') return proposed;
  const { plan, approvals } = proposed;
  const { workflowId } = workflowInfo();
  const fingerprint = input.request ? { fingerprint: input.request.bodyHash } : {};
  return { kind: 'planned', workflowId, plan, approvals, ...fingerprint };
}

const REPAIRS: Readonly<Record<RefundPhase, readonly string[]>> = {
  planning: [],
  preview: ['confirm'],
  proposed: ['approve', 'abandon'],
  freezing: [],
  sending: [],
  unknown: ['retry', 'resolve'],
  booking: [],
  stuck: ['retry', 'resolve', 'abandon'],
  over: [],
};

/** What an operator reads on the card of any workflow. */
function subjectOf({ input, plan, proposal, phase }: RefundDesk): Subject {
  const { kind, id } = input.requestedBy;
  return {
    who: proposal ? `user ${proposal.userId}` : `${kind} ${id}`,
    what: `refund of payment ${input.paymentId}, asked for by ${kind} ${id}`,
    howMuch:
      plan &&
      moneyWords({ minor: plan.refundMinor, currency: plan.currency, exponent: plan.exponent }),
    repairs: REPAIRS[phase],
  };
}

function cardOf(desk: RefundDesk): RefundCard {
  const { input, plan, phase } = desk;
  return {
    workflowId: workflowInfo().workflowId,
    paymentId: input.paymentId,
    phase,
    requestedBy: `${input.requestedBy.kind}:${input.requestedBy.id}`,
    reason: input.reason,
    plan,
    approvedBy: [...desk.approvedBy],
    approvalsMissing: approvalsMissing(desk),
    waitingFor: desk.waitingFor,
    nextActionAt: desk.nextAt,
    allowedRepairs: REPAIRS[phase],
  };
}

/** Shows where the refund stands, in the Web UI and to whoever asks. */
export function enter(
  desk: RefundDesk,
  standing: { phase: RefundPhase; waitingFor: string; nextAt?: string; stuck?: string },
): void {
  desk.phase = standing.phase;
  desk.waitingFor = standing.waitingFor;
  desk.nextAt = standing.nextAt;
  const { phase: state, ...rest } = standing;
  desk.show({ ...rest, state: `refund_${state}` });
}
