import { Composer } from 'grammy';
import { assertNever } from '../../domain/assert';
import type { PromoRefusal } from '../../domain/billing/promo';
import { offerQuote } from '../billing/offers';
import { localeOf, show, tell, type BotContext } from '../context';
import type { BotParts } from '../parts';
import { openButton } from '../screen';
import { say } from '../wording';

/** The open question of this feature; it waits half an hour (BOT-1). */
const DIALOGUE = { kind: 'trial_code' } as const;
const DIALOGUE_MINUTES = 30;

/** The dialogue of a code that opens a trial (section 12). */
export function trialFeature(parts: BotParts) {
  const composer = new Composer<BotContext>();
  composer.command('trial', (ctx) =>
    ctx.match.trim() === '' ? ask(ctx) : enterTrialCode(ctx, parts, ctx.match),
  );
  const questions = new Composer<BotContext>();
  questions
    .on('message:text')
    .filter(isAsked, (ctx) => enterTrialCode(ctx, parts, ctx.message?.text ?? ''));
  return { composer, questions };
}

async function ask(ctx: BotContext): Promise<void> {
  const locale = localeOf(ctx);
  const rows = [[openButton(locale, 'button.menu', 'nav:menu')]];
  await show(ctx, { text: say(locale, 'trial.ask'), rows });
  openQuestion(ctx);
}

/**
 * Shows the trial that a code opens for confirmation. Only a code of a trial does: a discount is refused here, whatever
 * it is bound to (PR-3).
 */
async function enterTrialCode(ctx: BotContext, parts: BotParts, typed: string): Promise<void> {
  const { userId, asOf } = ctx.visit;
  const verdict = await parts.records.takeRate('promo', userId);
  if (verdict.kind === 'limited') {
    await tell(ctx, { key: 'rate.limited', params: { seconds: verdict.retryAfterSeconds } });
    return;
  }
  const found = await parts.records.lookUpPromo({ userId, typed, asOf });
  if (found.kind === 'refused') {
    await refuse(ctx, found.reason);
    return;
  }
  const { kind, code, tariff } = found.promo;
  if (kind !== 'trial' || tariff?.currency == null) {
    await refuse(ctx, kind === 'trial' ? 'promo_bad' : 'promo_not_here');
    return;
  }
  const { tariffVersionId, currency } = tariff;
  const wish = { tariffVersionId, currency, purpose: 'trial', promo: code } as const;
  if (await offerQuote(ctx, parts, wish)) ctx.visit.dialogue = { kind: 'clear' };
}

/** A code that was mistyped may be typed again; one that is used up ends the question. */
async function refuse(ctx: BotContext, reason: PromoRefusal): Promise<void> {
  switch (reason) {
    case 'promo_bad':
      openQuestion(ctx);
      return tell(ctx, { key: 'trial.bad_code' });
    case 'promo_not_here':
      openQuestion(ctx);
      return tell(ctx, { key: 'trial.wrong_code' });
    case 'promo_used':
      ctx.visit.dialogue = { kind: 'clear' };
      return tell(ctx, { key: 'trial.already' });
    case 'promo_exhausted':
      ctx.visit.dialogue = { kind: 'clear' };
      return tell(ctx, { key: 'trial.exhausted' });
    default:
      return assertNever(reason);
  }
}

function openQuestion(ctx: BotContext): void {
  const expiresAt = new Date(ctx.visit.asOf.getTime() + DIALOGUE_MINUTES * 60_000);
  ctx.visit.dialogue = { kind: 'set', state: DIALOGUE, expiresAt };
}

function isAsked<C extends BotContext>(ctx: C): ctx is C {
  const state = ctx.visit.arrival.dialogue as { readonly kind?: unknown } | undefined;
  return ctx.visit.dialogue.kind === 'keep' && state?.kind === DIALOGUE.kind;
}
