import { createHash } from 'node:crypto';
import type { TariffChangeOutcome } from '../../commands/plan-changes';
import { assertNever } from '../../domain/assert';
import type { PriceOfferView } from '../../reads/price-offers';
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
import { button, openButton, type Screen } from '../screen';
import { say, sayPlainly } from '../wording';
import { newPriceText, offerScreen, oldPriceText, PRICE_OFFER_VERSION } from './offer';

/** The answers to an offer of another price: yes and no, each of which can be changed while the offer stands (SB-23). */
export function priceAnswers(parts: BotParts): CallbackHandlers<'price:yes' | 'price:no'> {
  return {
    'price:yes': (ctx, press) => withOffer(ctx, parts, { press, isYes: true }),
    'price:no': (ctx, press) => withOffer(ctx, parts, { press, isYes: false }),
  };
}

/** Only the person's own offer is looked at; anybody else's is like one that never was (BOT-4). */
async function withOffer(
  ctx: BotContext,
  parts: BotParts,
  { press, isYes }: { press: Press; isYes: boolean },
): Promise<void> {
  const { userId } = ctx.visit;
  const offer = press.id && (await parts.reads.priceOffer(press.id, userId));
  if (!offer) {
    await tell(ctx, { key: 'price.unknown' });
    return;
  }
  const outcome = await parts.commands.changeTariff({
    ...{ subscriptionId: offer.subscriptionId, userId },
    tariffVersionId: isYes ? offer.tariffVersionId : null,
    offer: answerOf(ctx, offer),
  });
  await tellAnswer(ctx, parts, { offer, outcome });
}

/** The press is the consent, and these are the words above it. */
function answerOf(ctx: BotContext, { params }: PriceOfferView) {
  const words = offerScreen(params, ctx.visit.place).text;
  return {
    offerId: params.offerId,
    textVersion: PRICE_OFFER_VERSION,
    textHash: createHash('sha256').update(words).digest('hex'),
  };
}

async function tellAnswer(
  ctx: BotContext,
  parts: BotParts,
  { offer, outcome }: { offer: PriceOfferView; outcome: TariffChangeOutcome },
): Promise<void> {
  switch (outcome.kind) {
    case 'scheduled':
      return show(ctx, agreedScreen(ctx, offer, outcome.from));
    case 'withdrawn':
      return show(ctx, keptScreen(ctx, offer));
    case 'refused':
      await tell(ctx, {
        key: `plans.refused.${outcome.reason}`,
        params: { driver: await payerText(ctx, parts) },
      });
      if (outcome.reason === 'offer_changed') await showAgain(ctx, parts, offer);
      return;
    default:
      assertNever(outcome);
  }
}

/** Who renews the subscription, for the refusal that is about them. */
async function payerText(ctx: BotContext, parts: BotParts): Promise<string> {
  const plan = await parts.reads.subscription(ctx.visit.userId);
  return sayPlainly(localeOf(ctx), `sub.driver.${plan?.driver ?? 'none'}`, {
    card: plan?.cardLabel ?? '',
  });
}

/** With the figures of whoever pays now. */
async function showAgain(ctx: BotContext, parts: BotParts, offer: PriceOfferView): Promise<void> {
  const now = await parts.reads.priceOffer(offer.params.offerId, ctx.visit.userId);
  if (now) await show(ctx, offerScreen(now.params, ctx.visit.place));
}

function agreedScreen(ctx: BotContext, { params }: PriceOfferView, at: string): Screen {
  const { place } = ctx.visit;
  const { locale } = place;
  const becomes = newPriceText(params, place);
  const text =
    params.from === undefined
      ? say(locale, 'price.agreed_next', { new: becomes })
      : say(locale, 'price.agreed', { new: becomes, from: instantText(at, place) });
  const keep = button(
    { locale, key: 'button.price_no' },
    { route: 'price:no', id: params.offerId },
  );
  return { text, rows: [[keep], [openButton(locale, 'button.subscription', 'nav:sub')]] };
}

function keptScreen(ctx: BotContext, { params }: PriceOfferView): Screen {
  const { place } = ctx.visit;
  const { locale } = place;
  const agree = button(
    { locale, key: 'button.price_yes' },
    { route: 'price:yes', id: params.offerId },
  );
  return {
    text: say(locale, 'price.kept', { old: oldPriceText(params, place) }),
    rows: [[agree], [openButton(locale, 'button.subscription', 'nav:sub')]],
  };
}
