import { setTimeout as sleep } from 'node:timers/promises';
import type { OwnSubscription, SubscriptionCourse } from '../../commands/subscriptions-contract';
import type { SubscriptionView } from '../../reads/billing';
import { tell, type BotContext, type Press } from '../context';
import type { BotParts } from '../parts';

/** A subscription with what it will do by itself; the latter is absent when its workflow does not answer. */
export interface Own {
  readonly plan: SubscriptionView;
  readonly course: SubscriptionCourse | undefined;
  readonly availableUtok: number;
}

export function isOver({ state }: Pick<SubscriptionView, 'state'>): boolean {
  return state === 'expired' || state === 'ended';
}

/** The person's subscription with its course; undefined for somebody who never had one. */
export async function ownSubscription(ctx: BotContext, parts: BotParts): Promise<Own | undefined> {
  const { userId, asOf } = ctx.visit;
  const wallet = await parts.reads.wallet(userId, asOf);
  const { subscription: plan, balanceUtok, heldUtok } = wallet;
  if (!plan) return undefined;
  const course = isOver(plan) ? undefined : await courseOf(parts, plan);
  return { plan, course, availableUtok: balanceUtok - heldUtok };
}

/**
 * Acts on the subscription a button is about when it is the person's present one. Any other, also somebody else's, is
 * answered the same and shows nothing (BOT-4).
 */
export async function withOwn(
  ctx: BotContext,
  parts: BotParts,
  { press, act }: { press: Press; act: (own: Own) => Promise<void> },
): Promise<void> {
  const own = await ownSubscription(ctx, parts);
  if (press.id !== undefined && own?.plan.subscriptionId === press.id) await act(own);
  else await tell(ctx, { key: 'sub.gone' });
}

/** The same for what only a live one can be asked. */
export async function withLive(
  ctx: BotContext,
  parts: BotParts,
  { press, act }: { press: Press; act: (own: Own) => Promise<void> },
): Promise<void> {
  const onlyLive = (own: Own) => (isOver(own.plan) ? tell(ctx, { key: 'sub.over' }) : act(own));
  await withOwn(ctx, parts, { press, act: onlyLive });
}

/** What a wish is about; handling the same tap again changes nothing. */
export function wishOf(ctx: BotContext, { plan }: Own): OwnSubscription & { updateId: string } {
  const { subscriptionId } = plan;
  const { userId } = ctx.visit;
  return { subscriptionId, userId, updateId: `tap:${ctx.update.update_id}` };
}

/** A screen is worth a moment's wait; the rows say the main thing without the workflow. */
const ANSWER_WITHIN_MS = 2_500;
const LOOKS = 8;
const LOOK_AGAIN_MS = 100;

/**
 * What the workflow is going to do. Right after a wish it may still know the rows as they were before, so an answer
 * that contradicts them is asked for again, and never shown.
 */
export async function courseOf(
  parts: BotParts,
  plan: SubscriptionView,
): Promise<SubscriptionCourse | undefined> {
  const enough = new AbortController();
  const patience = sleep(ANSWER_WITHIN_MS, undefined, { signal: enough.signal });
  try {
    return await Promise.race([agreeingCourse(parts, plan), patience.catch(() => undefined)]);
  } catch (error) {
    parts.log.warn({ error, subscriptionId: plan.subscriptionId }, 'a subscription did not answer');
    return undefined;
  } finally {
    enough.abort();
  }
}

async function agreeingCourse(
  { commands }: BotParts,
  plan: SubscriptionView,
): Promise<SubscriptionCourse | undefined> {
  const { subscriptionId } = plan;
  for (let looks = 0; looks < LOOKS; looks += 1) {
    const course = await commands.upcoming({ subscriptionId });
    if (course === undefined || isAgreed(plan, course)) return course;
    await sleep(LOOK_AGAIN_MS);
  }
  return undefined;
}

function isAgreed(plan: SubscriptionView, course: SubscriptionCourse): boolean {
  const has = (kind: string) => course.steps.some((step) => step.kind === kind);
  return (
    course.state === plan.state &&
    course.driver === plan.driver &&
    course.isRenewing === plan.isRenewing &&
    course.periodEnd === plan.periodEnd &&
    (course.nextTariffVersionId ?? null) === plan.nextTariffVersionId &&
    (plan.pauseDays !== null) === has('pause') &&
    !(plan.isMuted && has('remind'))
  );
}
