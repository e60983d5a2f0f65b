import {
  allHandlersFinished,
  condition,
  continueAsNew,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { businessClock, type BusinessClock } from '../../clock';
import { ask, type Pending } from '../../requests';
import { createShowcase, describeRepair, type Subject } from '../../visibility';
import { wakeNotifier } from '../activities';
import type { Repair } from '../contract';
import { requireRepair } from '../repair-rules';
import {
  priceChangeQuery,
  withdrawPricesUpdate,
  type PriceChangeCard,
  type PriceChangeCount,
  type PriceChangeInput,
  type PriceChangeProgress,
} from './contract';
import { closePrices, offerPrices, withdrawPrices } from './stubs';

/** A page of offers is some seconds of the sender's work: reminders do not queue up behind thousands of them. */
const PACE_MS = 5_000;

interface Desk {
  readonly priceChangeId: string;
  readonly clock: BusinessClock;
  readonly show: ReturnType<typeof createShowcase>;
  readonly repairs: Pending<Repair, unknown>[];
  progress: PriceChangeProgress | undefined;
}

/**
 * Offers the newest version of a tariff to those who have an older one, page by page, and closes what nobody answered
 * when its time has passed: silence keeps the old price (SB-23). Answers go to the workflow of each subscription; the
 * row says how far the offers are, so any restart goes on from there.
 */
export async function priceChange(input: PriceChangeInput): Promise<PriceChangeCount> {
  const desk = layDesk(input);
  for (;;) {
    await answerAll(desk);
    desk.progress = await offerPrices({ ...input, asOf: desk.clock.now() });
    if (desk.progress.state !== 'running') break;
    await wakeNotifier();
    if (workflowInfo().continueAsNewSuggested && desk.repairs.length === 0) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof priceChange>(input);
    }
    await rest(desk, PACE_MS);
  }
  await wakeNotifier();
  while (desk.progress.state === 'offered' && desk.clock.untilMs(closesMs(desk.progress)) > 0) {
    await rest(desk, desk.clock.untilMs(closesMs(desk.progress)));
    await answerAll(desk);
  }
  return finish(desk);
}

function layDesk({ priceChangeId }: PriceChangeInput): Desk {
  const desk: Desk = {
    priceChangeId,
    clock: businessClock(0),
    show: createShowcase(() => subjectOf(desk)),
    repairs: [],
    progress: undefined,
  };
  setHandler(withdrawPricesUpdate, (repair) => ask(desk.repairs, repair), {
    validator,
    ...describeRepair('priceChange', 'withdraw'),
  });
  setHandler(priceChangeQuery, () => cardOf(desk));
  return desk;
}

function validator(repair: Repair): void {
  requireRepair(repair);
  if (/^[1-9]\d{0,15}$/.test(repair.operatorId)) return;
  throw new Error('operatorId must be your Telegram id, digits only');
}

/** Waits for a while, or until an operator asks for something. */
async function rest(desk: Desk, timeMs: number): Promise<void> {
  const { state, waitingFor, nextAt } = cardOf(desk);
  desk.show({ state, waitingFor, nextAt });
  const summary = state === 'running' ? 'Until the next page of offers' : 'Until the offers close';
  await condition(() => desk.repairs.length > 0, timeMs, { summary });
}

async function answerAll(desk: Desk): Promise<void> {
  const { priceChangeId } = desk;
  for (const pending of desk.repairs.splice(0)) {
    const { operatorId, reason } = pending.question;
    const asOf = desk.clock.now();
    const outcome = await withdrawPrices({
      ...{ priceChangeId, operatorId: Number(operatorId), reason, asOf },
    });
    pending.answer = outcome;
    if (outcome.kind === 'withdrawn' && desk.progress) {
      desk.progress = { ...desk.progress, state: 'withdrawn' };
    }
  }
}

async function finish(desk: Desk): Promise<PriceChangeCount> {
  const { priceChangeId } = desk;
  const counted = await closePrices({ priceChangeId, asOf: desk.clock.now() });
  await wakeNotifier();
  if (desk.progress) desk.progress = { ...desk.progress, state: counted.state };
  await answerAll(desk);
  desk.show({ state: counted.state, waitingFor: 'nothing: these offers are over' });
  await condition(allHandlersFinished);
  return counted;
}

function closesMs({ closesAt }: PriceChangeProgress): number {
  return Date.parse(closesAt);
}

/** What an operator reads on the card of any workflow. */
function subjectOf(desk: Desk): Subject {
  const { priceChangeId, total, offered, allowedRepairs: repairs } = cardOf(desk);
  return {
    who: `${total} subscribers`,
    what: `price change ${priceChangeId}, offered to ${offered} so far`,
    repairs,
  };
}

function cardOf({ priceChangeId, progress }: Desk): PriceChangeCard {
  const { state = 'running', total = 0, offered = 0 } = progress ?? {};
  const isWaiting = state === 'offered';
  const isOpen = state === 'running' || isWaiting;
  const words = isWaiting ? 'answers, until the offers close' : 'the next page of offers';
  return {
    ...{ priceChangeId, state, total, offered },
    waitingFor: isOpen ? words : 'nothing',
    ...(isWaiting && progress ? { nextAt: progress.closesAt } : {}),
    allowedRepairs: isOpen ? ['withdraw'] : [],
  };
}
