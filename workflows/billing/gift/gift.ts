import { allHandlersFinished, condition, setHandler } from '@temporalio/workflow';
import type { GiftSnapshot } from '../../../activities/billing/gifts';
import { assertNever } from '../../../src/domain/assert';
import { giftDeadlines, type GiftDeadline } from '../../../src/domain/billing/gift';
import { businessClock, type BusinessClock } from '../../clock';
import { ask, type Pending } from '../../requests';
import { createShowcase } from '../../visibility';
import { wakeNotifier } from '../activities';
import { deliverPeriod } from '../period-delivery';
import { beginRefund } from '../refund/beginning';
import { wakeWallet } from '../wallet/waking';
import {
  claimGiftUpdate,
  giftStateQuery,
  takeBackGiftUpdate,
  type ClaimOutcome,
  type GiftCard,
  type GiftInput,
  type GiftResult,
  type GiftState,
  type TakeBackOutcome,
} from './contract';
import { claimGift, loadGift, remindGift, returnGift } from './stubs';

type Wish = { readonly kind: 'claim' | 'takeBack'; readonly userId: number };

interface GiftDesk {
  readonly input: GiftInput;
  readonly clock: BusinessClock;
  readonly show: ReturnType<typeof createShowcase>;
  readonly wishes: Pending<Wish, unknown>[];
  state: GiftState;
  next: GiftDeadline | undefined;
}

/**
 * One gift from its payment to whoever gets it: waits to be claimed, reminds the buyer, and goes back to them when
 * nobody came (SB-21). Claims are answered one after the other, so of two claimers one gets it.
 */
export async function gift(input: GiftInput): Promise<GiftResult> {
  const desk = layDesk(input);
  const loaded = await loadGift({ giftId: input.giftId });
  if (loaded) await keep(desk, loaded);
  // Wishes that came together with the last one are answered by the rows, too.
  for (const wish of desk.wishes.splice(0)) wish.answer = await answer(desk, wish.question);
  desk.next = undefined;
  desk.show({ state: desk.state, waitingFor: 'nothing: this gift has found its owner' });
  await condition(allHandlersFinished);
  return { state: desk.state };
}

function layDesk(input: GiftInput): GiftDesk {
  const desk: GiftDesk = {
    input,
    clock: businessClock(input.clockOffsetMs ?? 0),
    show: createShowcase(() => ({
      who: `user ${input.buyerId}`,
      what: `gift ${input.giftId}, ${desk.state}`,
    })),
    wishes: [],
    state: 'paid',
    next: undefined,
  };
  setHandler(claimGiftUpdate, ({ userId }) =>
    ask<Wish, ClaimOutcome>(desk.wishes, { kind: 'claim', userId }),
  );
  setHandler(takeBackGiftUpdate, ({ userId }) =>
    ask<Wish, TakeBackOutcome>(desk.wishes, { kind: 'takeBack', userId }),
  );
  setHandler(giftStateQuery, () => cardOf(desk));
  return desk;
}

/** Until somebody has it: whatever comes first, in history order. */
async function keep(desk: GiftDesk, loaded: GiftSnapshot): Promise<void> {
  desk.state = loaded.state;
  const deadlines = giftDeadlines(Date.parse(loaded.paidAt), Date.parse(loaded.expiresAt));
  while (desk.state === 'paid') {
    const wish = desk.wishes.shift();
    if (wish) {
      wish.answer = await answer(desk, wish.question);
      continue;
    }
    desk.next = deadlines[0];
    if (!desk.next) return;
    showWait(desk, desk.next);
    const isAsked = await condition(
      () => desk.wishes.length > 0,
      desk.clock.untilMs(desk.next.atMs),
      { summary: `Until ${inWords(desk.next)}` },
    );
    if (!isAsked) await meet(desk, deadlines.shift());
  }
}

async function meet(desk: GiftDesk, deadline: GiftDeadline | undefined): Promise<void> {
  const { giftId } = desk.input;
  if (deadline?.kind === 'remind') {
    const { daysLeft } = deadline;
    await remindGift({ giftId, daysLeft, asOf: desk.clock.now() });
    await wakeNotifier();
  } else {
    await giveBack(desk);
  }
}

async function answer(desk: GiftDesk, wish: Wish): Promise<ClaimOutcome | TakeBackOutcome> {
  switch (wish.kind) {
    case 'claim':
      return claim(desk, wish.userId);
    case 'takeBack':
      if (wish.userId !== desk.input.buyerId) return { kind: 'refused', reason: 'not_yours' };
      await giveBack(desk);
      return stateAfter(desk) === 'claimed'
        ? { kind: 'refused', reason: 'claimed' }
        : { kind: 'returned' };
    default:
      return assertNever(wish.kind);
  }
}

/** Read anew: the step before has changed it. */
function stateAfter({ state }: GiftDesk): GiftState {
  return state;
}

/** The owner's period and tokens are looked after from the moment the rows are committed. */
async function claim(desk: GiftDesk, userId: number): Promise<ClaimOutcome> {
  const { input, clock } = desk;
  const { giftId, clockOffsetMs = 0 } = input;
  const claimed = await claimGift({ giftId, userId, asOf: clock.now() });
  if (claimed.kind === 'refused') {
    if (claimed.reason === 'returned' || claimed.reason === 'claimed') desk.state = claimed.reason;
    return claimed;
  }
  desk.state = 'claimed';
  const owner = { userId, clockOffsetMs };
  if (claimed.subscription) await deliverPeriod(claimed.subscription, owner);
  if (claimed.hasExpiringLots) await wakeWallet(owner);
  await wakeNotifier();
  return { kind: 'claimed' };
}

async function giveBack(desk: GiftDesk): Promise<void> {
  const { giftId, buyerId, clockOffsetMs } = desk.input;
  const returned = await returnGift({ giftId, asOf: desk.clock.now() });
  desk.state = returned.state;
  if (returned.refundPaymentId !== undefined) {
    await beginRefund('gift', {
      paymentId: returned.refundPaymentId,
      origin: 'operator',
      requestedBy: { kind: 'system', id: `gift:${giftId}` },
      reason: `nobody claimed the gift of ${buyerId} in time`,
      policy: 'unspent_only',
      ...(clockOffsetMs === undefined ? {} : { clockOffsetMs }),
    });
  }
  await wakeNotifier();
}

function showWait({ show, input }: GiftDesk, next: GiftDeadline): void {
  const nextAt = new Date(next.atMs).toISOString();
  show({ state: 'paid', waitingFor: `somebody to claim the gift of ${input.buyerId}`, nextAt });
}

function inWords(deadline: GiftDeadline): string {
  return deadline.kind === 'remind'
    ? `the reminder ${deadline.daysLeft} days before the gift ends`
    : 'the gift goes back to its buyer';
}

function cardOf({ input, state, next }: GiftDesk): GiftCard {
  const { giftId, buyerId } = input;
  return {
    ...{ giftId, buyerId, state },
    waitingFor: next ? inWords(next) : 'nothing',
    nextActionAt: next && new Date(next.atMs).toISOString(),
  };
}
