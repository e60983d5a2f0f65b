import { randomUUID } from 'node:crypto';
import { Composer, type Filter } from 'grammy';
import type { SpendLimit } from '../../domain/billing/spend-batch';
import { localeOf, show, tell, toast, type BotContext, type CallbackHandlers } from '../context';
import { decimalDisplay, instantText, tokensText } from '../display';
import type { BotParts } from '../parts';
import { button, lines, openButton, type Button, type Screen } from '../screen';
import { say, sayPlainly } from '../wording';
import { barText, parseTokens } from './bar';

type Window = SpendLimit['window'];
const WINDOWS: readonly Window[] = ['day', 'month'];

/** The open question of this feature; it waits half an hour (BOT-1). */
const DIALOGUE = 'limit_amount';
const DIALOGUE_MINUTES = 30;

interface Question {
  readonly kind?: unknown;
  readonly window?: unknown;
}

/** What a person may spend a day and a month, as they have set it themselves. */
export function limitsFeature(parts: BotParts) {
  const composer = new Composer<BotContext>();
  const questions = new Composer<BotContext>();
  composer.command('limits', (ctx) => showLimits(ctx, parts));
  questions.on('message:text').filter(isAsked, (ctx) => readAmount(ctx, parts));
  const callbacks: CallbackHandlers<'nav:lim' | 'lim:ask' | 'lim:off'> = {
    'nav:lim': (ctx) => showLimits(ctx, parts),
    'lim:ask': async (ctx, press) => {
      if (isWindow(press.arg)) await ask(ctx, press.arg);
      else await tell(ctx, { key: 'unknown.button' });
    },
    'lim:off': async (ctx, press) => {
      if (isWindow(press.arg)) await remove(ctx, parts, press.arg);
      else await tell(ctx, { key: 'unknown.button' });
    },
  };
  return { composer, questions, callbacks };
}

async function ownLimits(ctx: BotContext, parts: BotParts): Promise<readonly SpendLimit[]> {
  const asOf = new Date(parts.clock());
  return (await parts.reads.userLimits({ userId: ctx.visit.userId, asOf })) ?? [];
}

async function showLimits(ctx: BotContext, parts: BotParts): Promise<void> {
  await show(ctx, limitsScreen(ctx, await ownLimits(ctx, parts)));
}

function limitsScreen(ctx: BotContext, limits: readonly SpendLimit[]): Screen {
  const locale = localeOf(ctx);
  const of = (window: Window) => limits.find((limit) => limit.window === window);
  return {
    text: lines(
      say(locale, 'limits.title'),
      ...WINDOWS.flatMap((window) => ['', ...limitLines(ctx, window, of(window))]),
      '',
      say(locale, 'limits.why'),
    ),
    rows: [
      ...WINDOWS.map((window) => windowButtons(ctx, window, of(window) !== undefined)),
      [
        openButton(locale, 'button.auto', 'nav:auto'),
        openButton(locale, 'button.menu', 'nav:menu'),
      ],
    ],
  };
}

function limitLines(ctx: BotContext, window: Window, limit: SpendLimit | undefined): string[] {
  const { place } = ctx.visit;
  const { locale } = place;
  if (!limit) return [say(locale, `limits.none_${window}`)];
  const { usedUtok, limitUtok, resetsAt } = limit;
  const figures = {
    used: tokensText(usedUtok, locale),
    limit: tokensText(limitUtok, locale),
    until: instantText(resetsAt, place),
  };
  return [say(locale, `limits.set_${window}`, figures), barText(usedUtok, limitUtok)];
}

function windowButtons(ctx: BotContext, window: Window, isSet: boolean): Button[] {
  const locale = localeOf(ctx);
  const set = button({ locale, key: `button.limit_${window}` }, { route: 'lim:ask', arg: window });
  if (!isSet) return [set];
  const off = button(
    { locale, key: `button.limit_${window}_off` },
    { route: 'lim:off', arg: window },
  );
  return [set, off];
}

async function ask(ctx: BotContext, window: Window): Promise<void> {
  const locale = localeOf(ctx);
  await show(ctx, {
    text: say(locale, 'limits.ask', { window: sayPlainly(locale, `limit.window.${window}`) }),
    rows: [[openButton(locale, 'button.back', 'nav:lim')]],
  });
  const expiresAt = new Date(ctx.visit.asOf.getTime() + DIALOGUE_MINUTES * 60_000);
  ctx.visit.dialogue = { kind: 'set', state: { kind: DIALOGUE, window }, expiresAt };
}

async function remove(ctx: BotContext, parts: BotParts, window: Window): Promise<void> {
  await setLimit(ctx, parts, { window, limitUtok: null });
  await toast(ctx, { key: 'limits.removed' });
  await showLimits(ctx, parts);
}

/** The question stays open until an amount is understood. */
async function readAmount(ctx: Filter<BotContext, 'message:text'>, parts: BotParts): Promise<void> {
  const window = questionOf(ctx)?.window;
  const limitUtok = parseTokens(ctx.message.text);
  if (limitUtok === undefined || !isWindow(window)) {
    const example = decimalDisplay('99.5', localeOf(ctx));
    await tell(ctx, { key: 'limits.misunderstood', params: { example } });
    return;
  }
  await setLimit(ctx, parts, { window, limitUtok });
  ctx.visit.dialogue = { kind: 'clear' };
  await showLimits(ctx, parts);
}

/** A change names both windows, so the other one is passed on as it stands. */
async function setLimit(
  ctx: BotContext,
  parts: BotParts,
  change: { readonly window: Window; readonly limitUtok: number | null },
): Promise<void> {
  const { userId } = ctx.visit;
  const limits = await ownLimits(ctx, parts);
  const kept = (window: Window) =>
    window === change.window
      ? change.limitUtok
      : (limits.find((limit) => limit.window === window)?.limitUtok ?? null);
  const scopeId = String(userId);
  await parts.commands.setLimits({
    changeId: randomUUID(),
    wishes: [{ scope: 'user', scopeId, dayUtok: kept('day'), monthUtok: kept('month') }],
    actor: { kind: 'user', id: scopeId },
  });
}

function isAsked<C extends BotContext>(ctx: C): ctx is C {
  return ctx.visit.dialogue.kind === 'keep' && questionOf(ctx)?.kind === DIALOGUE;
}

function questionOf(ctx: BotContext): Question | undefined {
  return ctx.visit.arrival.dialogue as Question | undefined;
}

function isWindow(text: unknown): text is Window {
  return text === 'day' || text === 'month';
}
