import { setHandler, upsertSearchAttributes } from '@temporalio/workflow';
import { businessClock, type BusinessClock } from '../../clock';
import { billingUserId } from '../../contract';
import { createShowcase } from '../../visibility';
import {
  autoTopupStateQuery,
  topupNeededSignal,
  topupPaidSignal,
  type AutoTopupInput,
} from './contract';

/** Everything one person's standing order knows while it works. */
export interface TopupDesk {
  readonly input: AutoTopupInput;
  readonly clock: BusinessClock;
  readonly show: ReturnType<typeof createShowcase>;
  hasNews: boolean;
  isPaid: boolean;
  waitingFor: string;
  nextAt: string | undefined;
}

export function layDesk(input: AutoTopupInput): TopupDesk {
  const desk: TopupDesk = {
    input,
    clock: businessClock(input.clockOffsetMs ?? 0),
    show: createShowcase(),
    hasNews: false,
    isPaid: false,
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
  setHandler(autoTopupStateQuery, () => ({
    userId: input.userId,
    waitingFor: desk.waitingFor,
    nextActionAt: desk.nextAt,
  }));
  return desk;
}

/** Shows an operator what is waited for, and until when. */
export function showWait(
  desk: TopupDesk,
  wait: { state: string; waitingFor: string; nextAt?: string; stuck?: string | undefined },
): void {
  desk.waitingFor = wait.waitingFor;
  desk.nextAt = wait.nextAt;
  desk.show(wait);
}
