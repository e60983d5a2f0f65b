import type { PromoRefusal } from '../../domain/billing/promo';
import type { QuoteOutcome } from '../../records/contract';
import type { TextKey } from '../../texts';
import { localeOf, show, toast, type BotContext } from '../context';
import type { BotParts } from '../parts';
import { button, lines } from '../screen';
import { say } from '../wording';

/** The sentence for each reason why a code is not taken. */
export const PROMO_REFUSED = {
  promo_bad: 'promo.bad',
  promo_not_here: 'refused.promo_not_here',
  promo_used: 'promo.used',
  promo_exhausted: 'refused.promo_exhausted',
} as const satisfies Readonly<Record<PromoRefusal, TextKey>>;

export type RefusedPromo = Extract<QuoteOutcome, { reason: PromoRefusal }>;

/**
 * Why a code was not taken. A code that waits in an open order of the same person is answered with that order, because
 * there it can be paid or freed (PR-7); a typed one leaves room for the next try.
 */
export async function tellPromoRefusal(
  ctx: BotContext,
  parts: BotParts,
  refusal: RefusedPromo,
): Promise<void> {
  const locale = localeOf(ctx);
  const invoice =
    refusal.inInvoiceId === undefined ? undefined : await parts.reads.invoice(refusal.inInvoiceId);
  if (!invoice && ctx.callbackQuery) {
    await toast(ctx, { key: PROMO_REFUSED[refusal.reason], isAlert: true });
    return;
  }
  const why = invoice
    ? say(locale, 'promo.in_invoice', { no: invoice.no })
    : say(locale, PROMO_REFUSED[refusal.reason]);
  const open = invoice && [
    button(
      { locale, key: 'button.open_invoice', params: { no: invoice.no } },
      { route: 'inv:show', id: invoice.invoiceId },
    ),
  ];
  const text = lines(why, ctx.message && say(locale, 'promo.try_again'));
  await show(ctx, { text, rows: open ? [open] : [] }, { isNew: true });
}

export function isPromoRefusal(outcome: QuoteOutcome): outcome is RefusedPromo {
  return outcome.kind === 'refused' && outcome.reason in PROMO_REFUSED;
}
