import { Composer, type Middleware } from 'grammy';
import type { Route } from '../callback-data';
import {
  commandOf,
  localeOf,
  pressOf,
  show,
  tell,
  toast,
  type BotContext,
  type CallbackHandlers,
} from '../context';
import { openStart } from '../menu';
import type { BotParts } from '../parts';
import { button, lines, linkButton, type Screen } from '../screen';
import { say } from '../wording';

/** What a person reads and does before they accept anything: it moves no money. */
const OPEN_COMMANDS: ReadonlySet<string> = new Set([
  ...['terms', 'privacy', 'help', 'support', 'paysupport', 'settings', 'language'],
  ...['cancel', 'export', 'erase'],
]);
const OPEN_ROUTES: ReadonlySet<Route> = new Set([
  ...([
    'terms:yes',
    'nav:terms',
    'nav:help',
    'nav:set',
    'set:lang',
    'data:show',
    'data:copy',
    'data:ask',
    'data:erase',
    'data:keep',
  ] as const),
]);

/** Where the person was going when they were asked; it waits a day for the answer. */
interface ConsentQuestion {
  readonly kind: 'consent';
  /** The deep link with which they came. */
  readonly payload: string;
  /** They had never been here before. */
  readonly isNew: boolean;
}

const DIALOGUE_HOURS = 24;

/** Everything but reading waits for the consent to the terms as they stand now (section 7.2, /start). */
export function consentGate(parts: BotParts): Middleware<BotContext> {
  return async (ctx, next) => {
    const { arrival } = ctx.visit;
    if (arrival.hasConsent || (!ctx.message && !ctx.callbackQuery)) {
      await next();
      return;
    }
    const asked = questionOf(ctx);
    if (isOpen(ctx)) {
      // Reading the documents or changing the language does not forget where the person was going.
      if (asked) ctx.visit.dialogue = { kind: 'keep' };
      await next();
      return;
    }
    keepQuestion(ctx, asked);
    await show(ctx, consentScreen(ctx, parts), { isNew: true });
    await toast(ctx);
  };
}

/** The button under the question. */
export function consentFeature(parts: BotParts) {
  const composer = new Composer<BotContext>();
  const callbacks: CallbackHandlers<'terms:yes'> = {
    'terms:yes': (ctx) => accept(ctx, parts),
  };
  return { composer, callbacks };
}

async function accept(ctx: BotContext, parts: BotParts): Promise<void> {
  const { arrival, userId, asOf } = ctx.visit;
  const asked = questionOf(ctx);
  // While the question stands, an earlier try was cut short after the consent: the person still waits for where they
  // were going.
  if (arrival.hasConsent && !asked) {
    await tell(ctx, { key: 'consent.unavailable' });
    return;
  }
  if (!arrival.hasConsent) await parts.records.acceptTerms({ userId, locale: localeOf(ctx), asOf });
  ctx.visit.dialogue = { kind: 'clear' };
  try {
    await leadOn(ctx, parts, asked);
  } catch (error) {
    ctx.visit.dialogue = { kind: 'keep' };
    throw error;
  }
}

async function leadOn(
  ctx: BotContext,
  parts: BotParts,
  asked: ConsentQuestion | undefined,
): Promise<void> {
  await toast(ctx, { key: 'consent.thanks' });
  const arrival = { ...ctx.visit.arrival, hasConsent: true, isNew: asked?.isNew ?? false };
  ctx.visit = { ...ctx.visit, arrival };
  await openStart(ctx, parts, asked?.payload ?? '');
}

function isOpen(ctx: BotContext): boolean {
  if (ctx.callbackQuery) {
    const press = pressOf(ctx);
    return press !== undefined && OPEN_ROUTES.has(press.route);
  }
  return OPEN_COMMANDS.has(commandOf(ctx)?.name ?? '');
}

function keepQuestion(ctx: BotContext, asked: ConsentQuestion | undefined): void {
  const command = commandOf(ctx);
  const payload = command?.name === 'start' ? command.rest : (asked?.payload ?? '');
  const isNew = ctx.visit.arrival.isNew || (asked?.isNew ?? false);
  const state: ConsentQuestion = { kind: 'consent', payload, isNew };
  const expiresAt = new Date(ctx.visit.asOf.getTime() + DIALOGUE_HOURS * 3_600_000);
  ctx.visit.dialogue = { kind: 'set', state, expiresAt };
}

function questionOf(ctx: BotContext): ConsentQuestion | undefined {
  const state = ctx.visit.arrival.dialogue as Partial<ConsentQuestion> | undefined;
  if (state?.kind !== 'consent') return undefined;
  return { kind: 'consent', payload: state.payload ?? '', isNew: state.isNew ?? false };
}

function consentScreen(ctx: BotContext, parts: BotParts): Screen {
  const locale = localeOf(ctx);
  const page = (name: string) => `${parts.settings.publicBaseUrl}/legal/${name}?lang=${locale}`;
  return {
    text: lines(say(locale, 'consent.title'), '', say(locale, 'consent.text')),
    rows: [
      [
        linkButton({ locale, key: 'button.terms' }, page('terms')),
        linkButton({ locale, key: 'button.privacy' }, page('privacy')),
      ],
      [button({ locale, key: 'button.accept_terms' }, { route: 'terms:yes' })],
    ],
  };
}
