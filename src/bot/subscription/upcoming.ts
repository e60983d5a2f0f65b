import { eventsAfter, type ExpiringLot, type LotEvent } from '../../domain/billing/lot-expiry';
import { localeOf, type BotContext } from '../context';
import { instantText, tokensText } from '../display';
import type { BotParts } from '../parts';
import { lines, openButton, type Button, type Screen } from '../screen';
import { say, type TextParams } from '../wording';
import { TEXTS, type TextKey } from '../../texts';
import { isOver, type Own } from './own';
import { chargeText, planButton, type Step } from './words';

/** What one screen has room for. */
const MOST_LINES = 20;

interface Event {
  readonly atMs: number;
  readonly what: string;
}

/** Everything that will happen by itself and why, soonest first (SB-24). */
export async function upcomingScreen(
  ctx: BotContext,
  parts: BotParts,
  own: Own | undefined,
): Promise<Screen> {
  const { userId, asOf, place } = ctx.visit;
  const { locale } = place;
  const lots = await parts.reads.endingLots(userId, asOf);
  const isLive = own !== undefined && !isOver(own.plan);
  const events = [...(isLive ? planEvents(ctx, own) : []), ...lotEvents(ctx, lots)];
  const shown = events.sort((a, b) => a.atMs - b.atMs).slice(0, MOST_LINES);
  const text = lines(
    say(locale, 'next.title'),
    '',
    !isLive && say(locale, 'next.none'),
    ...shown.map(({ atMs, what }) =>
      say(locale, 'next.line', { at: instantText(new Date(atMs).toISOString(), place), what }),
    ),
    isLive && own.course === undefined && `\n${say(locale, 'next.short')}`,
  );
  const back = [
    openButton(locale, 'button.subscription', 'nav:sub'),
    openButton(locale, 'button.menu', 'nav:menu'),
  ];
  return { text, rows: [...(isLive ? changeButtons(ctx, own) : []), back] };
}

/** Skip, move, cancel: only what there is to skip, to move or to cancel. */
function changeButtons(ctx: BotContext, own: Own): Screen['rows'] {
  const steps = own.course?.steps ?? [];
  const has = (kind: Step['kind']) => steps.some((step) => step.kind === kind);
  const buttons: (Button | false)[] = [
    has('remind') && planButton(ctx, own, { key: 'button.sub_mute', route: 'sub:mute', arg: 'on' }),
    own.plan.state === 'past_due' &&
      has('renew') &&
      planButton(ctx, own, { key: 'button.sub_move', route: 'sub:move' }),
    own.plan.isCancelled
      ? planButton(ctx, own, { key: 'button.sub_stay', route: 'sub:stay' })
      : planButton(ctx, own, { key: 'button.sub_cancel', route: 'sub:cancel' }),
  ];
  return buttons.filter((button) => button !== false).map((button) => [button]);
}

function planEvents(ctx: BotContext, own: Own): Event[] {
  const { plan, course } = own;
  const steps: readonly Step[] = course?.steps ?? [stepOfRow(own)];
  const events = steps.map((step) => ({
    atMs: Date.parse(step.at),
    what: stepText(ctx, own, step),
  }));
  if (plan.nextPlanName === null || !plan.isRenewing) return events;
  const locale = localeOf(ctx);
  const name = plan.nextPlanName[locale];
  const what = plan.isNewPrice ? say(locale, 'next.price') : say(locale, 'next.plan', { name });
  return [...events, { atMs: Date.parse(plan.periodEnd), what }];
}

/** All that the row says when its workflow does not answer. */
function stepOfRow({ plan }: Own): Step {
  const { periodEnd, pausedUntil, state, isRenewing } = plan;
  if (state === 'paused') return { kind: 'resume', name: 'resume', at: pausedUntil ?? periodEnd };
  return isRenewing
    ? { kind: 'renew', name: 'renew', at: periodEnd }
    : { kind: 'expire', name: 'expire', at: periodEnd };
}

function stepText(ctx: BotContext, own: Own, step: Step): string {
  const locale = localeOf(ctx);
  const { plan } = own;
  switch (step.kind) {
    case 'renew':
      return chargeText(ctx, own, {
        verb: plan.state === 'past_due' ? 'next.try' : 'next.charge',
        step,
      });
    case 'remind':
      return say(locale, plan.isRenewing ? 'next.remind' : 'next.remind_end');
    case 'expire':
      return say(locale, expiryKey(own));
    case 'pause':
      return say(locale, 'next.pause', { days: plan.pauseDays ?? 0 });
    case 'convert':
    case 'trial_over':
    case 'send':
    case 'ask':
    case 'stars':
    case 'restrict':
    case 'resume':
      return say(locale, `next.${step.kind}`);
  }
}

function expiryKey({ plan }: Own): TextKey {
  if (plan.state === 'past_due') return 'next.expire_unpaid';
  return plan.isCancelled ? 'next.expire_cancelled' : 'next.expire';
}

function lotEvents(ctx: BotContext, lots: readonly ExpiringLot[]): Event[] {
  const byId = new Map(lots.map((lot) => [lot.lotId, lot]));
  return eventsAfter(lots, ctx.visit.asOf.getTime()).flatMap((event) => {
    const lot = byId.get(event.lotId);
    return lot ? [{ atMs: event.atMs, what: lotText(ctx, event, lot) }] : [];
  });
}

function lotText(ctx: BotContext, { kind }: LotEvent, lot: ExpiringLot): string {
  const locale = localeOf(ctx);
  const originKey = `lot.origin.${lot.origin}`;
  const params: TextParams = {
    tokens: tokensText(lot.remainingUtok - lot.heldUtok, locale),
    origin: originKey in TEXTS[locale] ? say(locale, originKey as TextKey) : lot.origin,
  };
  return say(locale, kind === 'notice' ? 'next.lot_notice' : 'next.lot_end', params);
}
