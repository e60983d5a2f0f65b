import { PEGGED_CURRENCY } from '../../domain/billing/topup-limits';
import { localeOf, show, tell, type BotContext, type Press } from '../context';
import { amountText, tokensText } from '../display';
import { showInvoice } from '../billing/invoices';
import { noteScreen, ownQuote } from '../billing/offers';
import { saleIn } from '../billing/topup-sale';
import { providersFor, type BotParts, type PaymentChoice } from '../parts';
import { button, lines, openButton } from '../screen';
import { say } from '../wording';

/** Who can keep a card; the first of them is asked to. */
function saver(parts: BotParts): PaymentChoice | undefined {
  return providersFor(parts, PEGGED_CURRENCY).find(({ canSave }) => canSave === true);
}

/** One payment leaves the card: the least top-up, quoted like any other (BOT-5). */
export async function offerSaving(ctx: BotContext, parts: BotParts): Promise<void> {
  const sale = await saleIn(ctx, parts, PEGGED_CURRENCY);
  if (!sale || !saver(parts)) {
    await tell(ctx, { key: 'auto.no_saver' });
    return;
  }
  const { userId, asOf } = ctx.visit;
  const { tariffVersionId } = sale.tariff;
  const { minor: amountMinor, currency } = sale.limits.minimum;
  const order = { userId, asOf, tariffVersionId, currency, amountMinor };
  const quoted = await parts.records.createQuote(order);
  const quote = quoted.kind === 'quoted' ? await parts.reads.quote(quoted.quoteId) : undefined;
  if (!quote) {
    await tell(ctx, { key: 'auto.no_saver' });
    return;
  }
  const locale = localeOf(ctx);
  const amount = amountText(quote.payAmount, locale);
  const gained = tokensText(quote.tokensUtok, locale);
  await show(ctx, {
    text: lines(
      say(locale, 'auto.title'),
      '',
      say(locale, 'auto.saving', { amount, tokens: gained }),
    ),
    rows: [
      [
        button(
          { locale, key: 'button.auto_pay', params: { amount } },
          { route: 'auto:pay', id: quote.quoteId },
        ),
      ],
      [openButton(locale, 'button.back', 'nav:auto')],
    ],
  });
}

/** Pays a quote and lets us keep the card: the press is the consent to that. */
export async function payAndSave(ctx: BotContext, parts: BotParts, press: Press): Promise<void> {
  const quote = await ownQuote(ctx, parts, press.id);
  const provider = saver(parts);
  if (!quote || !provider) return;
  if (quote.isConsumed) return showInvoice(ctx, parts, { invoiceId: quote.quoteId });
  if (ctx.visit.asOf.getTime() >= Date.parse(quote.buttonUntil)) return offerSaving(ctx, parts);
  const { userId, arrival } = ctx.visit;
  const verdict = await parts.records.takeRate('invoice', userId);
  if (verdict.kind === 'limited') {
    await tell(ctx, { key: 'rate.limited', params: { seconds: verdict.retryAfterSeconds } });
    return;
  }
  const opening = await parts.commands.openCheckout({
    ...{ quoteId: quote.quoteId, userId, provider: provider.name, savesMethod: true },
    clockOffsetMs: arrival.clockOffsetMs,
  });
  if (opening.kind === 'refused') await show(ctx, noteScreen(ctx, 'auto.no_saver'));
  else await showInvoice(ctx, parts, { invoiceId: opening.invoiceId });
}
