import type { SearchAttributeUpdatePair } from '@temporalio/common';
import {
  allHandlersFinished,
  condition,
  continueAsNew,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import {
  eventsAfter,
  type ExpiringLot,
  type LotEvent,
} from '../../../src/domain/billing/lot-expiry';
import { businessClock, type BusinessClock } from '../../clock';
import { billingUserId } from '../../contract';
import { isAtOnce } from '../../stubs';
import { createShowcase } from '../../visibility';
import { wakeNotifier } from '../activities';
import { lotsChangedSignal, walletStateQuery, type WalletCard, type WalletInput } from './contract';
import { expiringLots, settleExpiry } from './stubs';

interface Watch {
  readonly input: WalletInput;
  readonly clock: BusinessClock;
  readonly show: ReturnType<typeof createShowcase>;
  lots: readonly ExpiringLot[];
  /** Business time up to which notices and ends are settled; undefined when that is to be found out anew. */
  settledMs: number | undefined;
  hasNews: boolean;
}

/**
 * The lots of one person that end some day: says so some days before, and books at the end what is left unheld. It ends
 * when nothing is left to expire; whoever credits such a lot starts it again.
 */
export async function wallet(input: WalletInput): Promise<{ state: 'idle' }> {
  const watch = beginWatch(input);
  for (;;) {
    watch.hasNews = false;
    await look(watch);
    if (watch.lots.length === 0 && !watch.hasNews) break;
    const isOverdue = watch.settledMs === undefined;
    if (isOverdue || (await isEventReached(watch))) await settle(watch);
    if (workflowInfo().continueAsNewSuggested) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof wallet>(input);
    }
  }
  watch.show({ state: 'idle', waitingFor: 'nothing: no lot is left to expire' });
  await condition(allHandlersFinished);
  return { state: 'idle' };
}

function beginWatch(input: WalletInput): Watch {
  const watch: Watch = {
    input,
    clock: businessClock(input.clockOffsetMs ?? 0),
    show: createShowcase(() => ({
      who: `user ${input.userId}`,
      what: `${watch.lots.length} lots of tokens that end some day`,
    })),
    lots: [],
    settledMs: undefined,
    hasNews: false,
  };
  if (!isAtOnce()) upsertSearchAttributes(aboutOf(input));
  setHandler(lotsChangedSignal, () => {
    watch.hasNews = true;
  });
  setHandler(walletStateQuery, () => cardOf(watch));
  return watch;
}

/** Where the lots themselves show that nothing is due, nothing has to be settled before the next event. */
async function look(watch: Watch): Promise<void> {
  const { userId } = watch.input;
  const asOf = watch.clock.now();
  watch.lots = await expiringLots({ userId, asOf });
  if (watch.settledMs !== undefined || !isAtOnce()) return;
  const nowMs = Date.parse(asOf);
  const isDue = eventsAfter(watch.lots, 0).some(({ atMs }) => atMs <= nowMs);
  if (!isDue) watch.settledMs = nowMs;
}

function aboutOf({ userId }: WalletInput): SearchAttributeUpdatePair[] {
  return [{ key: billingUserId, value: String(userId) }];
}

/** Sleeps until the next notice or end; false when a new lot interrupts, after which everything is looked at anew. */
async function isEventReached(watch: Watch): Promise<boolean> {
  const next = nextEvent(watch);
  if (!next) return true;
  const nextAt = new Date(next.atMs).toISOString();
  watch.show(
    { state: 'watching', waitingFor: inWords(next), nextAt },
    isAtOnce() ? aboutOf(watch.input) : [],
  );
  const isInterrupted = await condition(() => watch.hasNews, watch.clock.untilMs(next.atMs), {
    summary: `Until ${inWords(next)}`,
  });
  if (isInterrupted) watch.settledMs = undefined;
  return !isInterrupted;
}

/** Names the lots it knows: one that a debit booked a moment ago is no longer there to be read, but still to be told. */
async function settle(watch: Watch): Promise<void> {
  const asOf = watch.clock.now();
  const lotIds = watch.lots.map(({ lotId }) => lotId);
  await settleExpiry({ userId: watch.input.userId, lotIds, asOf });
  await wakeNotifier();
  watch.settledMs = Date.parse(asOf);
}

function nextEvent({ lots, settledMs }: Watch): LotEvent | undefined {
  return eventsAfter(lots, settledMs ?? 0)[0];
}

function inWords({ kind }: LotEvent): string {
  return kind === 'notice' ? 'the notice that a lot will expire' : 'the end of a lot';
}

function cardOf(watch: Watch): WalletCard {
  const next = nextEvent(watch);
  return {
    userId: watch.input.userId,
    lots: watch.lots,
    waitingFor: next ? inWords(next) : 'nothing',
    nextActionAt: next && new Date(next.atMs).toISOString(),
  };
}
