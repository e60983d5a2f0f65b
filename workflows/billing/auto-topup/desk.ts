import { currentUpdateInfo, setHandler, upsertSearchAttributes } from '@temporalio/workflow';
import { businessClock, type BusinessClock } from '../../clock';
import { billingUserId } from '../../contract';
import { createShowcase, describeRepair, type Subject } from '../../visibility';
import type { Repair } from '../contract';
import { wakesOnTime } from '../landmarks';
import { requirePhase, requireRepair, requireWords } from '../repair-rules';
import {
  askChargeUpdate,
  autoTopupStateQuery,
  chargeDecidedSignal,
  resolveChargeUpdate,
  topupNeededSignal,
  topupPaidSignal,
  type AutoTopupInput,
} from './contract';

/** What an operator wants done about a charge whose outcome is unknown. */
export type ChargeRepair = Repair & {
  /** The id of the update that asked for it. */
  readonly updateId: string;
  /** What proves that nothing was taken; absent where the provider is only to be asked. */
  readonly evidence?: string;
};

/** Everything one person's standing order knows while it works. */
export interface TopupDesk {
  readonly input: AutoTopupInput;
  readonly clock: BusinessClock;
  readonly show: ReturnType<typeof createShowcase>;
  readonly repairs: ChargeRepair[];
  /** What is due between two questions is not put off until the next one. */
  readonly wakesOnTime: boolean;
  hasNews: boolean;
  isPaid: boolean;
  /** Somebody decided about the charge elsewhere. */
  isDecided: boolean;
  state: string;
  /** The charge under way, as its card says it. */
  charge: { readonly what: string; readonly amount: string } | undefined;
  waitingFor: string;
  nextAt: string | undefined;
}

export function layDesk(input: AutoTopupInput): TopupDesk {
  const desk: TopupDesk = {
    input,
    clock: businessClock(input.clockOffsetMs ?? 0),
    show: createShowcase(() => subjectOf(desk)),
    repairs: [],
    wakesOnTime: wakesOnTime(),
    hasNews: false,
    isPaid: false,
    isDecided: false,
    state: 'planning',
    charge: undefined,
    waitingFor: 'the standing order to be read',
    nextAt: undefined,
  };
  upsertSearchAttributes([{ key: billingUserId, value: String(input.userId) }]);
  setHandler(topupNeededSignal, () => {
    desk.hasNews = true;
  });
  setHandler(topupPaidSignal, () => {
    desk.isPaid = true;
  });
  setHandler(chargeDecidedSignal, () => {
    desk.isDecided = true;
  });
  setHandler(autoTopupStateQuery, () => ({
    userId: input.userId,
    waitingFor: desk.waitingFor,
    nextActionAt: desk.nextAt,
  }));
  hearOperators(desk);
  return desk;
}

function hearOperators(desk: TopupDesk): void {
  const note = ({ operatorId, reason }: Repair, evidence?: string) => {
    const updateId = currentUpdateInfo()?.id ?? 'unnamed';
    desk.repairs.push({ operatorId, reason, updateId, ...(evidence ? { evidence } : {}) });
  };
  const requireUnknown = (repair: Repair) => {
    requireRepair(repair);
    requirePhase(desk.state, ['unknown']);
  };
  setHandler(
    askChargeUpdate,
    (repair) => {
      note(repair);
      return { accepted: 'the provider is asked now' };
    },
    { validator: requireUnknown, ...describeRepair('autoTopup', 'retryNow') },
  );
  setHandler(
    resolveChargeUpdate,
    (repair) => {
      note(repair, repair.evidence);
      return { accepted: 'the charge counts as not made; the next one is possible' };
    },
    {
      validator: (repair: Repair & { how: string; evidence: string }) => {
        requireUnknown(repair);
        if (repair.how !== 'not_made')
          throw new Error(
            'how must be not_made; what was made is booked by markPaid of its payment',
          );
        requireWords(repair.evidence, 'evidence is empty; say what proves that nothing was taken');
      },
      ...describeRepair('autoTopup', 'resolve'),
    },
  );
}

/** What an operator reads on the card of any workflow. */
function subjectOf({ input, charge, state }: TopupDesk): Subject {
  return {
    who: `user ${input.userId}`,
    what: charge?.what ?? 'a standing order to top up',
    howMuch: charge?.amount,
    repairs: state === 'unknown' ? ['retryNow', 'resolve'] : [],
  };
}

/** Shows an operator what is waited for, and until when. */
export function showWait(
  desk: TopupDesk,
  wait: { state: string; waitingFor: string; nextAt?: string; stuck?: string | undefined },
): void {
  desk.state = wait.state;
  desk.waitingFor = wait.waitingFor;
  desk.nextAt = wait.nextAt;
  desk.show(wait);
}
