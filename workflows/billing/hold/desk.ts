import { ApplicationFailure } from '@temporalio/common';
import { CancellationScope, condition, currentUpdateInfo, setHandler } from '@temporalio/workflow';
import { assert } from '../../../src/domain/assert';
import { LONGEST_LEASE_SECONDS, SHORTEST_LEASE_SECONDS } from '../../../src/domain/billing/hold';
import { tokenText } from '../../../src/domain/tokens';
import type { BusinessClock } from '../../clock';
import { ask, type Pending } from '../../requests';
import type { Repair } from '../contract';
import { requirePhase, requireRepair } from '../repair-rules';
import { createShowcase, describeRepair, tokenWords, type Subject } from '../../visibility';
import {
  captureHoldUpdate,
  expireHoldUpdate,
  heartbeatHoldUpdate,
  holdQuery,
  holdSettledSignal,
  placeHoldUpdate,
  releaseHoldUpdate,
  type CaptureOrder,
  type HeartbeatOrder,
  type HoldAnswer,
  type HoldCard,
  type HoldInput,
  type KeptHold,
  type PlaceAnswer,
  type PlaceOrder,
  type ReleaseOrder,
} from './contract';

export type HoldQuestion =
  | { readonly kind: 'heartbeat'; readonly order: HeartbeatOrder }
  | { readonly kind: 'capture'; readonly order: CaptureOrder }
  | { readonly kind: 'release'; readonly order: ReleaseOrder };

/** State of one hold's keeper. */
export interface HoldDesk {
  readonly input: HoldInput;
  readonly show: ReturnType<typeof createShowcase>;
  readonly wishes: Pending<HoldQuestion, unknown>[];
  clock: BusinessClock | undefined;
  kept: KeptHold | undefined;
  placed: PlaceAnswer | undefined;
  isCancelled: boolean;
  isToldSettled: boolean;
  /** An operator who does not want to wait for the end of the lease. */
  expiry: NamedRepair | undefined;
}

/** A repair with the id of the update that asked for it. */
export type NamedRepair = Repair & { readonly updateId: string };

/** Lays everything out before the first step: what comes meanwhile is heard in its order. */
export function layDesk(input: HoldInput): HoldDesk {
  const desk: HoldDesk = {
    input,
    show: createShowcase(() => subjectOf(desk)),
    wishes: [],
    clock: undefined,
    kept: undefined,
    placed: undefined,
    isCancelled: false,
    isToldSettled: false,
    expiry: undefined,
  };
  CancellationScope.current().cancelRequested.catch(() => {
    desk.isCancelled = true;
  });
  hearPlacing(desk);
  const pose = (question: HoldQuestion) =>
    CancellationScope.nonCancellable(() => ask<HoldQuestion, HoldAnswer>(desk.wishes, question));
  setHandler(heartbeatHoldUpdate, (order) => pose({ kind: 'heartbeat', order }), {
    validator: requireHeartbeat,
  });
  setHandler(captureHoldUpdate, (order) => pose({ kind: 'capture', order }), {
    validator: ({ amountUtok }: CaptureOrder) => requireAmount(amountUtok),
  });
  setHandler(releaseHoldUpdate, (order) => pose({ kind: 'release', order }));
  setHandler(
    expireHoldUpdate,
    ({ operatorId, reason }) => {
      desk.expiry = { operatorId, reason, updateId: currentUpdateInfo()?.id ?? 'unnamed' };
      return { accepted: 'it is settled now by the policy it was placed with' };
    },
    {
      validator: (repair: Repair) => {
        requireRepair(repair);
        requirePhase(desk.kept?.hold.state ?? 'being placed', ['active']);
      },
      ...describeRepair('hold', 'forceExpire'),
    },
  );
  setHandler(holdSettledSignal, () => {
    desk.isToldSettled = true;
  });
  setHandler(holdQuery, () => cardOf(desk));
  return desk;
}

/** The first to ask placed it; who joins with the same request hears of the same hold (API-4). */
function hearPlacing(desk: HoldDesk): void {
  let isTold = desk.input.kept !== undefined;
  setHandler(placeHoldUpdate, (order) =>
    CancellationScope.nonCancellable(async () => {
      await condition(() => desk.placed !== undefined || isOther(desk, order));
      if (isOther(desk, order)) return { kind: 'mismatch' as const };
      assert(desk.placed, 'waited for');
      const isReplay = isTold;
      isTold = true;
      return isReplay && desk.placed.kind === 'placed' ? { ...desk.placed, isReplay } : desk.placed;
    }),
  );
}

/** Known from the first moment, so that another request is refused while the first still runs. */
function isOther({ input, kept }: HoldDesk, { request }: PlaceOrder): boolean {
  const known = input.wish?.request ?? kept?.request;
  return (
    known !== undefined && (known.path !== request.path || known.bodyHash !== request.bodyHash)
  );
}

function requireHeartbeat({ reportedUtok, extendSeconds }: HeartbeatOrder): void {
  requireAmount(reportedUtok);
  if (extendSeconds === undefined) return;
  const fits = extendSeconds >= SHORTEST_LEASE_SECONDS && extendSeconds <= LONGEST_LEASE_SECONDS;
  if (Number.isInteger(extendSeconds) && fits) return;
  throw malformed('a lease has 30 to 86400 whole seconds');
}

function requireAmount(utok: number | undefined): void {
  if (utok === undefined || (Number.isSafeInteger(utok) && utok >= 0)) return;
  throw malformed('an amount is a count of micro-tokens');
}

function malformed(why: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(why, 'Malformed');
}

/** Says until when the lease runs. */
export function showLease(desk: HoldDesk): void {
  const hold = desk.kept?.hold;
  assert(hold, 'a hold that is kept was placed');
  const reported = tokenText(hold.reportedUtok);
  const waitingFor = `the job that reserved ${tokenText(hold.amountUtok)} tokens, ${reported} reported so far`;
  desk.show({ state: 'held', waitingFor, nextAt: hold.leaseUntil });
}

/** Says how it ended. */
export function showEnd({ kept, placed, show }: HoldDesk): void {
  if (kept) show({ state: kept.hold.state, waitingFor: endInWords(kept) });
  else if (placed) show({ state: 'refused', waitingFor: 'nothing: the tokens were not reserved' });
  else show({ state: 'unknown', waitingFor: 'nothing: there is no such hold' });
}

function endInWords({ hold }: KeptHold): string {
  const [captured, released] = [tokenText(hold.capturedUtok), tokenText(hold.releasedUtok)];
  return `nothing: ${captured} tokens captured, ${released} released, ended by ${hold.endedBy ?? 'nobody'}`;
}

/** What an operator reads on the card of any workflow. */
function subjectOf({ input, kept }: HoldDesk): Subject {
  const utok = kept?.hold.amountUtok ?? input.wish?.amountUtok;
  return {
    who: `user ${input.userId}`,
    what: `hold ${input.holdKey} for work`,
    howMuch: utok === undefined ? undefined : tokenWords(utok),
    repairs: kept?.hold.state === 'active' ? ['forceExpire'] : [],
  };
}

function cardOf({ kept }: HoldDesk): HoldCard {
  const hold = kept?.hold;
  const isKept = hold?.state === 'active';
  return {
    hold,
    waitingFor: isKept ? 'the end of the job or of the lease' : 'nothing',
    nextActionAt: isKept ? hold.leaseUntil : undefined,
  };
}
