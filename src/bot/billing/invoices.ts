import { Composer } from 'grammy';
import { assertNever } from '../../domain/assert';
import { isOpen } from '../../domain/billing/invoice';
import type { CancelOutcome, OwnedOutcome } from '../../commands/contract';
import type { InvoiceView } from '../../reads/billing';
import type { TextKey } from '../../texts';
import { NEW_MESSAGE } from '../callback-data';
import { localeOf, show, tell, toast } from '../context';
import type { BotContext, CallbackHandlers, Press } from '../context';
import { amountText, instantText } from '../display';
import type { BotParts } from '../parts';
import { button, lines, openButton, type Screen } from '../screen';
import { say } from '../wording';
import { invoiceScreen, methodsScreen, otherMethods, stateKey } from './invoice-card';

type InvoiceRoute = 'nav:inv' | 'inv:show' | 'inv:chk' | 'inv:alt' | 'inv:use' | 'inv:can';

export function invoicesFeature(parts: BotParts) {
  const composer = new Composer<BotContext>();
  composer.command('invoices', (ctx) => showInvoices(ctx, parts));
  const callbacks: CallbackHandlers<InvoiceRoute> = {
    'nav:inv': (ctx) => showInvoices(ctx, parts),
    'inv:show': (ctx, press) =>
      showInvoice(ctx, parts, { invoiceId: press.id, isNew: press.arg === NEW_MESSAGE }),
    'inv:chk': (ctx, press) => check(ctx, parts, press),
    'inv:alt': (ctx, press) => showMethods(ctx, parts, press),
    'inv:use': (ctx, press) => useMethod(ctx, parts, press),
    'inv:can': (ctx, press) => cancel(ctx, parts, press),
  };
  return { composer, callbacks };
}

/** Shows an order to its owner; to anybody else it does not exist. */
export async function showInvoice(
  ctx: BotContext,
  parts: BotParts,
  order: { readonly invoiceId: string | undefined; readonly isNew?: boolean },
): Promise<void> {
  const invoice = await ownInvoice(ctx, parts, order.invoiceId);
  if (!invoice) return;
  await showCard(ctx, parts, { invoice, isNew: order.isNew ?? false });
}

async function showCard(
  ctx: BotContext,
  parts: BotParts,
  { invoice, isNew = false }: { readonly invoice: InvoiceView; readonly isNew?: boolean },
): Promise<void> {
  const { invoiceId } = invoice;
  await show(ctx, invoiceScreen(ctx.visit.place, parts, invoice), { isNew, invoiceId });
}

async function check(ctx: BotContext, parts: BotParts, press: Press): Promise<void> {
  const before = await ownInvoice(ctx, parts, press.id);
  if (!before) return;
  const { invoiceId } = before;
  await parts.commands.checkPayment({ invoiceId, userId: ctx.visit.userId });
  // The rows are the truth about money; the workflow's word is only what it knew when it answered.
  const after = await ownInvoice(ctx, parts, invoiceId);
  if (!after) return;
  await toast(ctx, { key: checkedKey(after) });
  await showCard(ctx, parts, { invoice: after });
}

function checkedKey(invoice: InvoiceView): TextKey {
  if (invoice.state === 'paid') return 'invoice.check_paid';
  if (!isOpen(invoice.state)) return 'invoice.check_closed';
  return invoice.isConfirming ? 'invoice.check_confirming' : 'invoice.check_waiting';
}

async function cancel(ctx: BotContext, parts: BotParts, press: Press): Promise<void> {
  const invoice = await ownInvoice(ctx, parts, press.id);
  if (!invoice) return;
  const { invoiceId } = invoice;
  if (isOpen(invoice.state)) {
    const outcome = await parts.commands.cancelCheckout({ invoiceId, userId: ctx.visit.userId });
    await toast(ctx, { key: cancelledKey(outcome), isAlert: outcome.kind !== 'cancelled' });
  } else {
    await toast(ctx, { key: 'invoice.check_closed' });
  }
  await showInvoice(ctx, parts, { invoiceId });
}

function cancelledKey(outcome: OwnedOutcome<CancelOutcome>): TextKey {
  switch (outcome.kind) {
    case 'cancelled':
      return 'invoice.cancelled_now';
    case 'already_paid':
      return 'invoice.cancel_too_late';
    case 'closed':
      return 'invoice.check_closed';
    case 'not_yours':
      return 'invoice.not_found';
    default:
      return assertNever(outcome);
  }
}

async function showMethods(ctx: BotContext, parts: BotParts, press: Press): Promise<void> {
  const invoice = await ownInvoice(ctx, parts, press.id);
  if (!invoice) return;
  // The word of a payment that failed stays in the chat.
  const isNew = press.arg === NEW_MESSAGE;
  const isChangeable = isOpen(invoice.state) && !invoice.isConfirming;
  if (isChangeable && otherMethods(parts, invoice).length > 0) {
    const { invoiceId } = invoice;
    await show(ctx, methodsScreen(ctx.visit.place, parts, invoice), { invoiceId, isNew });
    return;
  }
  await toast(ctx, { key: 'invoice.method_refused' });
  await showCard(ctx, parts, { invoice, isNew });
}

async function useMethod(ctx: BotContext, parts: BotParts, press: Press): Promise<void> {
  const invoice = await ownInvoice(ctx, parts, press.id);
  if (!invoice) return;
  const { invoiceId } = invoice;
  const provider = otherMethods(parts, invoice).find(({ name }) => name === press.arg)?.name;
  const isChanged =
    provider !== undefined &&
    isOpen(invoice.state) &&
    (await parts.commands.changeProvider({ invoiceId, userId: ctx.visit.userId, provider }))
      .kind === 'changed';
  await toast(ctx, { key: isChanged ? 'invoice.method_changed' : 'invoice.method_refused' });
  await showInvoice(ctx, parts, { invoiceId });
}

async function ownInvoice(
  ctx: BotContext,
  parts: BotParts,
  invoiceId: string | undefined,
): Promise<InvoiceView | undefined> {
  const invoice = invoiceId === undefined ? undefined : await parts.reads.invoice(invoiceId);
  if (invoice?.userId === ctx.visit.userId) return invoice;
  await tell(ctx, { key: 'invoice.not_found' });
  return undefined;
}

async function showInvoices(ctx: BotContext, parts: BotParts): Promise<void> {
  await show(ctx, invoicesScreen(ctx, await parts.reads.invoices(ctx.visit.userId)));
}

function invoicesScreen(ctx: BotContext, invoices: readonly InvoiceView[]): Screen {
  const locale = localeOf(ctx);
  const menu = [openButton(locale, 'button.menu', 'nav:menu')];
  if (invoices.length === 0) {
    const text = lines(say(locale, 'invoices.title'), say(locale, 'invoices.empty'));
    return { text, rows: [[openButton(locale, 'button.topup', 'nav:top')], menu] };
  }
  const buttons = invoices
    .slice(0, 6)
    .map(({ invoiceId: id, no }) =>
      button({ locale, key: 'button.open_invoice', params: { no } }, { route: 'inv:show', id }),
    );
  return {
    text: lines(
      say(locale, 'invoices.title'),
      '',
      ...invoices.map((invoice) => invoiceLine(ctx, invoice)),
      '',
      say(locale, 'invoices.choose'),
    ),
    rows: [...pairs(buttons), menu],
  };
}

/** One order in one line, for lists. */
export function invoiceLine(ctx: BotContext, invoice: InvoiceView): string {
  const { place } = ctx.visit;
  return say(place.locale, 'invoices.line', {
    no: invoice.no,
    amount: amountText(invoice.amount, place.locale),
    state: say(place.locale, stateKey(invoice)),
    at: instantText(invoice.createdAt, place),
  });
}

function pairs<T>(items: readonly T[]): readonly (readonly T[])[] {
  const starts = items.map((_, index) => index).filter((index) => index % 2 === 0);
  return starts.map((start) => items.slice(start, start + 2));
}
