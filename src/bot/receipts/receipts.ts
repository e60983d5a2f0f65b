import { localeOf, tell, type BotContext, type CallbackHandlers, type Press } from '../context';
import { sendFile } from '../delivery';
import { amountText } from '../display';
import type { BotParts } from '../parts';
import { button, type Button } from '../screen';
import { sayPlainly } from '../wording';
import type { Locale } from '../../domain/messages';
import { receiptDocument } from './document';

export function receiptsFeature(parts: BotParts) {
  const callbacks: CallbackHandlers<'rcpt:pdf'> = {
    'rcpt:pdf': (ctx, press) => sendDocument(ctx, parts, press),
  };
  return { callbacks };
}

/** The button under a message that tells of a receipt. */
export function receiptButton(
  locale: Locale,
  { receiptId: id, no }: { readonly receiptId: string; readonly no: number },
): Button {
  return button({ locale, key: 'button.receipt', params: { no } }, { route: 'rcpt:pdf', id });
}

/** Makes the document anew at each press: it is nothing but the stored receipt on paper. */
async function sendDocument(ctx: BotContext, parts: BotParts, press: Press): Promise<void> {
  const receipt = press.id === undefined ? undefined : await parts.reads.receipt(press.id);
  if (receipt?.userId !== ctx.visit.userId) {
    await tell(ctx, { key: 'receipt.unknown' });
    return;
  }
  const locale = localeOf(ctx);
  const { no, content } = receipt;
  const amount = amountText(content.total, locale);
  await sendFile(ctx.api, ctx.chat?.id ?? ctx.visit.userId, {
    bytes: await receiptDocument(receipt, parts.settings.seller, ctx.visit.place),
    name: sayPlainly(locale, 'receipt.file', { no }),
    caption: sayPlainly(locale, 'receipt.caption', { no, amount }),
  });
}
