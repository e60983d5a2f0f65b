import { Composer, type Filter } from 'grammy';
import {
  localeOf,
  show,
  tell,
  type BotContext,
  type CallbackHandlers,
  type Press,
} from '../context';
import { instantText } from '../display';
import type { BotParts } from '../parts';
import { openButton, type Button, type Screen } from '../screen';
import { say } from '../wording';
import { ownSubscription, withLive, wishOf, type Own } from './own';
import { answerWish } from './wishes';
import { planButton } from './words';

type PauseRoute = 'sub:pause' | 'sub:days' | 'sub:rest' | 'sub:resume';

/** The open question of this feature; it waits half an hour (BOT-1). */
const DIALOGUE = 'pause_days';
const DIALOGUE_MINUTES = 30;
const OFFERED_DAYS = [7, 14, 30];

interface Question {
  readonly kind?: unknown;
  readonly subscriptionId?: unknown;
}

/** Letting a subscription rest, and ending the rest (SB-20). */
export function pausing(parts: BotParts) {
  const questions = new Composer<BotContext>();
  questions.on('message:text').filter(isAsked, (ctx) => readDays(ctx, parts));
  const live = (act: (ctx: BotContext, own: Own, press: Press) => Promise<void>) => {
    return (ctx: BotContext, press: Press) =>
      withLive(ctx, parts, { press, act: (own) => act(ctx, own, press) });
  };
  const callbacks: CallbackHandlers<PauseRoute> = {
    'sub:pause': live((ctx, own, press) => choose(ctx, parts, { own, arg: press.arg })),
    'sub:days': live((ctx, own) => ask(ctx, parts, own)),
    'sub:rest': live((ctx, own, press) => rest(ctx, parts, { own, arg: press.arg ?? '' })),
    'sub:resume': live((ctx, own) => resume(ctx, parts, own)),
  };
  return { questions, callbacks };
}

async function choose(
  ctx: BotContext,
  parts: BotParts,
  { own, arg }: { own: Own; arg: string | undefined },
): Promise<void> {
  const days = daysOf(arg ?? '', parts);
  if (days === undefined) await show(ctx, daysScreen(ctx, parts, own));
  else await show(ctx, whenScreen(ctx, own, days));
}

/** For how long. */
export function daysScreen(ctx: BotContext, parts: BotParts, own: Own): Screen {
  const locale = localeOf(ctx);
  const offered = OFFERED_DAYS.filter((days) => days <= parts.settings.pauseMaxDays);
  const lengths = offered.map((days) =>
    planButton(ctx, own, {
      ...{ key: 'sub.pause.days', params: { days } },
      ...{ route: 'sub:pause', arg: String(days) },
    }),
  );
  return {
    text: say(locale, 'sub.pause.ask'),
    rows: [
      lengths,
      [planButton(ctx, own, { key: 'sub.pause.other', route: 'sub:days' })],
      [openButton(locale, 'button.sub_back', 'nav:sub')],
    ],
  };
}

/** From when: what is unpaid has no end to wait for. */
function whenScreen(ctx: BotContext, own: Own, days: number): Screen {
  const { place } = ctx.visit;
  const { locale } = place;
  const until = instantText(own.plan.periodEnd, place);
  const start = (from: 'end' | 'now'): Button =>
    planButton(ctx, own, {
      ...{ key: `button.pause_${from}`, params: { until } },
      ...{ route: 'sub:rest', arg: `${days} ${from}` },
    });
  return {
    text: say(locale, 'sub.pause.when', { days }),
    rows: [
      ...(own.plan.state === 'past_due' ? [] : [[start('end')]]),
      [start('now')],
      [openButton(locale, 'button.sub_back', 'nav:sub')],
    ],
  };
}

async function ask(ctx: BotContext, parts: BotParts, { plan }: Own): Promise<void> {
  const locale = localeOf(ctx);
  const most = parts.settings.pauseMaxDays;
  await show(ctx, {
    text: say(locale, 'sub.pause.type', { most }),
    rows: [[openButton(locale, 'button.sub_back', 'nav:sub')]],
  });
  const { subscriptionId } = plan;
  const expiresAt = new Date(ctx.visit.asOf.getTime() + DIALOGUE_MINUTES * 60_000);
  ctx.visit.dialogue = { kind: 'set', state: { kind: DIALOGUE, subscriptionId }, expiresAt };
}

/** The question stays open until a number is understood. */
async function readDays(ctx: Filter<BotContext, 'message:text'>, parts: BotParts): Promise<void> {
  const own = await ownSubscription(ctx, parts);
  const days = daysOf(ctx.message.text.trim(), parts);
  if (!own || own.plan.subscriptionId !== questionOf(ctx)?.subscriptionId) {
    ctx.visit.dialogue = { kind: 'clear' };
    await tell(ctx, { key: 'sub.gone' });
  } else if (days === undefined) {
    const most = parts.settings.pauseMaxDays;
    await tell(ctx, { key: 'sub.pause.misunderstood', params: { most } });
  } else {
    ctx.visit.dialogue = { kind: 'clear' };
    await show(ctx, whenScreen(ctx, own, days));
  }
}

function daysOf(text: string, { settings }: BotParts): number | undefined {
  const days = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  return days >= 1 && days <= settings.pauseMaxDays ? days : undefined;
}

async function rest(
  ctx: BotContext,
  parts: BotParts,
  { own, arg }: { own: Own; arg: string },
): Promise<void> {
  const [text = '', from] = arg.split(' ');
  const days = daysOf(text, parts);
  if (days === undefined || (from !== 'end' && from !== 'now')) {
    await tell(ctx, { key: 'sub.unclear' });
    return;
  }
  const outcome = await parts.commands.pauseSubscription({ ...wishOf(ctx, own), days, from });
  const said = from === 'now' ? 'sub.done.paused' : 'sub.done.pause_planned';
  await answerWish(ctx, parts, { outcome, said: () => said });
}

async function resume(ctx: BotContext, parts: BotParts, own: Own): Promise<void> {
  const outcome = await parts.commands.resumeSubscription(wishOf(ctx, own));
  await answerWish(ctx, parts, {
    outcome,
    said: ({ effect }) =>
      effect === 'pause_withdrawn' ? 'sub.done.pause_withdrawn' : 'sub.done.resumed',
  });
}

function isAsked<C extends BotContext>(ctx: C): ctx is C {
  return ctx.visit.dialogue.kind === 'keep' && questionOf(ctx)?.kind === DIALOGUE;
}

function questionOf(ctx: BotContext): Question | undefined {
  return ctx.visit.arrival.dialogue as Question | undefined;
}
