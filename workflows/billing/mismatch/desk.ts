import { currentUpdateInfo, setHandler, upsertSearchAttributes } from '@temporalio/workflow';
import type { MismatchSnapshot } from '../../../activities/billing/reconciliation/mismatches';
import { businessClock } from '../../clock';
import {
  amountMinorAttribute,
  billingUserId,
  currencyCode,
  invoiceIdAttribute,
  providerName,
} from '../../contract';
import { ask, type Pending } from '../../requests';
import { createShowcase, describeRepair, moneyWords, type Subject } from '../../visibility';
import type { Repair } from '../contract';
import { requirePhase, requireRepair, requireWords } from '../repair-rules';
import {
  assignMismatchUpdate,
  itemClosedSignal,
  mismatchQuery,
  resolveMismatchUpdate,
  type MismatchCard,
  type MismatchInput,
  type MismatchRemedy,
} from './contract';

export type Wish =
  | ({
      readonly kind: 'resolve';
      readonly how: MismatchRemedy;
      readonly updateId: string;
    } & Repair)
  | ({ readonly kind: 'assign'; readonly owner: string } & Repair);

export type Phase = 'healing' | 'open' | 'over';

/** Everything one difference's workflow knows while it runs. */
export interface MismatchDesk {
  readonly name: MismatchInput;
  readonly show: ReturnType<typeof createShowcase>;
  readonly wishes: Pending<Wish, { readonly accepted: string }>[];
  phase: Phase;
  mismatch: MismatchSnapshot | undefined;
  isItemClosed: boolean;
  waitingFor: string;
  nextAt: string | undefined;
}

/** Differences live by real time: they are between a provider and the books, and no customer's. */
export const clock = businessClock(0);

const REPAIRS = {
  resolve: '{ operatorId, reason, how: retry | accept }',
  assign: '{ operatorId, reason, owner }',
};

/** Lays out the desk with its handlers set, before anything is awaited. */
export function layDesk({ provider, providerPaymentId }: MismatchInput): MismatchDesk {
  const desk: MismatchDesk = {
    name: { provider, providerPaymentId },
    show: createShowcase(() => subjectOf(desk)),
    wishes: [],
    phase: 'healing',
    mismatch: undefined,
    isItemClosed: false,
    waitingFor: 'both sides to be compared again',
    nextAt: undefined,
  };
  listen(desk);
  return desk;
}

function listen(desk: MismatchDesk): void {
  setHandler(
    resolveMismatchUpdate,
    ({ how, operatorId, reason }) => {
      const updateId = currentUpdateInfo()?.id ?? 'unnamed';
      return ask(desk.wishes, { kind: 'resolve', how, operatorId, reason, updateId });
    },
    {
      validator: (repair: Repair & { how: string }) => {
        requireRepairNow(desk, repair);
        if (!['retry', 'accept'].includes(repair.how))
          throw new Error('how must be retry or accept');
      },
      ...describeRepair('mismatch', 'resolve'),
    },
  );
  setHandler(
    assignMismatchUpdate,
    ({ owner, operatorId, reason }) =>
      ask(desk.wishes, { kind: 'assign', owner, operatorId, reason }),
    {
      validator: (repair: Repair & { owner: string }) => {
        requireRepairNow(desk, repair);
        requireWords(repair.owner, 'owner is empty; say who sees to it');
      },
      ...describeRepair('mismatch', 'assign'),
    },
  );
  setHandler(itemClosedSignal, () => {
    desk.isItemClosed = true;
  });
  setHandler(mismatchQuery, () => cardOf(desk));
}

function requireRepairNow(desk: MismatchDesk, repair: Repair): void {
  requireRepair(repair);
  requirePhase(desk.phase, ['healing', 'open']);
}

/** What an operator reads on the card of any workflow. */
function subjectOf({ name, mismatch, phase }: MismatchDesk): Subject {
  const { userId, amountMinor: minor, currency } = mismatch ?? {};
  return {
    who: userId === undefined ? 'nobody known' : `user ${userId}`,
    what: `payment ${name.providerPaymentId}, told differently by ${name.provider}`,
    howMuch:
      minor === undefined || currency === undefined ? undefined : moneyWords({ minor, currency }),
    repairs: phase === 'over' ? [] : Object.keys(REPAIRS),
  };
}

function cardOf({ name, mismatch, ...desk }: MismatchDesk): MismatchCard {
  return {
    ...name,
    kind: mismatch?.kind,
    difference: mismatch?.difference,
    phase: desk.phase,
    owner: mismatch?.owner,
    dueAt: mismatch?.dueAt,
    waitingFor: desk.waitingFor,
    nextActionAt: desk.nextAt,
    allowedRepairs: desk.phase === 'over' ? {} : REPAIRS,
  };
}

/** Keeps what is known of the difference and shows whose money it is about. */
export function learn(desk: MismatchDesk, mismatch: MismatchSnapshot): void {
  const before = desk.mismatch;
  desk.mismatch = mismatch;
  const { userId, invoiceId, amountMinor, currency } = mismatch;
  const isKnown = before?.userId === userId && before?.amountMinor === amountMinor;
  if (before && isKnown) return;
  upsertSearchAttributes([
    { key: providerName, value: desk.name.provider },
    ...(userId === undefined ? [] : [{ key: billingUserId, value: String(userId) }]),
    ...(invoiceId === undefined ? [] : [{ key: invoiceIdAttribute, value: invoiceId }]),
    ...(currency === undefined ? [] : [{ key: currencyCode, value: currency }]),
    ...(amountMinor === undefined ? [] : [{ key: amountMinorAttribute, value: amountMinor }]),
  ]);
}
