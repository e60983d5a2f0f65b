/** What a provider says about a payer's complaint at their bank. */
export type DisputeStage = 'opened' | 'won' | 'lost';

/** A dispute as a provider tells of it; `won` means that we keep the money. */
export interface WireDispute {
  readonly ref: string;
  readonly stage: DisputeStage;
  /** Minor units of the payment's currency; all of it when the provider does not say. */
  readonly amountMinor?: number | undefined;
  /** ISO 8601: until when the bank takes evidence. */
  readonly dueAt?: string | undefined;
}

/** Where a dispute stands with us. */
export type DisputeState = 'opened' | 'evidence_sent' | 'won' | 'lost';

const STAGE_RANK: Readonly<Record<DisputeStage, number>> = { opened: 10, won: 20, lost: 30 };

/** The stage that stands when several were told, in whatever order they came: an end wins, and a loss over a win. */
export function foldStages(stages: readonly DisputeStage[]): DisputeStage | undefined {
  return stages.reduce<DisputeStage | undefined>(
    (best, stage) => (best === undefined || STAGE_RANK[stage] > STAGE_RANK[best] ? stage : best),
    undefined,
  );
}

/** True while a dispute still freezes money. */
export function isDisputeOpen(state: DisputeState): boolean {
  return state === 'opened' || state === 'evidence_sent';
}

const DAY = 86_400_000;
/** How long a bank usually waits for evidence, where it does not say. */
const DEFAULT_DUE_DAYS = 7;
/** Hours before the due date at which operators are reminded. */
const REMIND_BEFORE_MS = DAY;

/** Until when evidence must be there (ms). */
export function disputeDueMs(openedMs: number, dueAt: string | undefined): number {
  const told = dueAt === undefined ? NaN : Date.parse(dueAt);
  return Number.isNaN(told) ? openedMs + DEFAULT_DUE_DAYS * DAY : told;
}

/** When operators are reminded of a dispute: a day before it is due, or half-way when it is nearer. */
export function disputeReminderMs(openedMs: number, dueMs: number): number {
  const early = dueMs - REMIND_BEFORE_MS;
  return early > openedMs ? early : openedMs + Math.max(0, Math.floor((dueMs - openedMs) / 2));
}
