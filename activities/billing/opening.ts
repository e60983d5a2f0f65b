import { and, count, eq, inArray } from 'drizzle-orm';
import type { Transaction } from '../../drizzle/client';
import { invoices, quotes } from '../../drizzle/schema';
import { expiryMs, reminderMs } from '../../src/domain/billing/checkout';
import type { InvoiceState } from '../../src/domain/billing/invoice';
import type { Money } from '../../src/domain/money';
import { traceParent } from '../../src/tracing/spans';
import type { CheckoutRefusal, RenewalWish } from '../../workflows/billing/contract';
import { writeAudit } from '../audit';
import type { ActivityDeps } from '../deps';
import { inTransaction, readSettings } from '../transactions';
import { judgeSlot, takeSlot } from './promo-slots';
import { moneyRefusal } from './standing';
import {
  isIntact,
  loadTerms,
  lockOrder,
  quoteHolds,
  type Invoice,
  type Order,
  type OrderTariff,
  type Quote,
} from './orders';
import { renewsBy, writeConsent } from './renewal-wishes';

/** What a checkout workflow needs to know of its invoice; instants are ISO 8601. */
export interface OpenedInvoice {
  readonly invoiceId: string;
  readonly no: number;
  readonly userId: number;
  readonly amount: Money;
  readonly provider: string;
  readonly plan: string;
  readonly state: InvoiceState;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly remindAt: string | undefined;
  readonly lateWatchDays: number;
}

export type OpenInvoiceOutcome =
  | { readonly kind: 'opened'; readonly invoice: OpenedInvoice }
  | { readonly kind: 'existing'; readonly invoiceId: string }
  | { readonly kind: 'refused'; readonly reason: CheckoutRefusal };

export interface NewOrder {
  readonly invoiceId: string;
  readonly userId: number;
  readonly provider: string;
  /** The person agreed that we keep the way they pay. */
  readonly savesMethod?: boolean;
  /** Who is to renew it; dropped where the order cannot be renewed like that. */
  readonly renewal?: RenewalWish;
  readonly asOf: string;
}

/** Consumes the quote, writes the draft invoice and reserves its promo slot, or says why not (CO-1, CO-2). */
export async function openInvoice(
  { db, settings: defaults }: ActivityDeps,
  order: NewOrder,
): Promise<OpenInvoiceOutcome> {
  return inTransaction(db, async (tx) => {
    const settings = await readSettings(tx, defaults);
    // Before anything is looked at: a try that runs beside another waits here and then finds its invoice.
    const quote = await lockQuote(tx, order.invoiceId);
    const opened = await lockOrder(tx, order.invoiceId);
    if (opened) return { kind: 'opened', invoice: describe(opened, settings) };
    const judged = await judgeQuote(tx, quote, { ...order, maxOpen: settings.invoiceMaxOpen });
    if (judged.kind !== 'consume') return judged;
    const asOf = new Date(order.asOf);
    // The slot is found before anything is written and taken after: it names the invoice.
    const noSlot = await judgeSlot(tx, { quote: judged.quote, asOf });
    if (noSlot !== undefined) return refused(noSlot);
    const { placed } = judged;
    const created = await insertDraft(tx, judged.quote, {
      ...placed,
      ttlHours: settings.invoiceTtlHours,
    });
    if (!created) return existingOrder(tx, judged.quote, placed);
    await takeSlot(tx, { quote: created.quote, invoiceId: order.invoiceId, asOf });
    return { kind: 'opened', invoice: describe(created, settings) };
  });
}

/** An order with what its terms allow of its buyer's wishes. */
type PlacedOrder = NewOrder & { readonly renewsBy: Invoice['renewsBy'] };

function place(terms: OrderTariff, order: NewOrder): PlacedOrder {
  const by = renewsBy(terms, order);
  const isSaving = order.savesMethod === true || by === 'saved_method';
  return { ...order, renewsBy: by, savesMethod: isSaving };
}

type QuoteVerdict =
  | { readonly kind: 'consume'; readonly quote: Quote; readonly placed: PlacedOrder }
  | Exclude<OpenInvoiceOutcome, { kind: 'opened' }>;

async function lockQuote(tx: Transaction, quoteId: string): Promise<Quote | undefined> {
  const [quote] = await tx.select().from(quotes).where(eq(quotes.id, quoteId)).for('update');
  return quote;
}

async function judgeQuote(
  tx: Transaction,
  quote: Quote | undefined,
  order: NewOrder & { readonly maxOpen: number },
): Promise<QuoteVerdict> {
  if (quote?.userId !== order.userId) return refused('quote_unknown');
  if (quote.consumedBy !== null) return refused('quote_already_used');
  const terms = await loadTerms(tx, quote.id);
  if (!terms || !quoteHolds(terms, new Date(order.asOf))) return refused('quote_expired');
  if (!isIntact(quote)) return refused('terms_changed');
  const refusal = await moneyRefusal(tx, order.userId);
  if (refusal !== undefined) return refused(refusal);
  const placed = place(terms, order);
  const twin = await existingOrder(tx, quote, placed);
  if (twin.kind === 'existing') return twin;
  const open = await openInvoiceCount(tx, order.userId);
  return open >= order.maxOpen ? refused('too_many_open') : { kind: 'consume', quote, placed };
}

function refused(reason: CheckoutRefusal): { kind: 'refused'; reason: CheckoutRefusal } {
  return { kind: 'refused', reason };
}

async function existingOrder(
  tx: Transaction,
  quote: Quote,
  { provider, savesMethod = false, renewsBy: by }: PlacedOrder,
): Promise<Exclude<OpenInvoiceOutcome, { kind: 'opened' }>> {
  const [row] = await tx
    .select({ id: invoices.id })
    .from(invoices)
    .where(
      and(
        eq(invoices.userId, quote.userId),
        eq(invoices.termsHash, quote.termsHash),
        eq(invoices.provider, provider),
        eq(invoices.savesMethod, savesMethod),
        eq(invoices.renewsBy, by),
        eq(invoices.isAutomatic, false),
        inArray(invoices.state, ['draft', 'pending']),
      ),
    );
  return row ? { kind: 'existing', invoiceId: row.id } : refused('quote_already_used');
}

async function openInvoiceCount(tx: Transaction, userId: number): Promise<number> {
  const [row] = await tx
    .select({ open: count() })
    .from(invoices)
    .where(
      and(
        eq(invoices.userId, userId),
        inArray(invoices.state, ['draft', 'pending']),
        eq(invoices.isAutomatic, false),
      ),
    );
  return row?.open ?? 0;
}

async function insertDraft(
  tx: Transaction,
  quote: Quote,
  order: PlacedOrder & { readonly ttlHours: number },
): Promise<Order | undefined> {
  const createdAsOf = new Date(order.asOf);
  const { renewsBy: by } = order;
  const [inserted] = await tx
    .insert(invoices)
    .values({
      id: order.invoiceId,
      userId: quote.userId,
      quoteId: quote.id,
      provider: order.provider,
      payAmountMinor: quote.payAmountMinor,
      currency: quote.currency,
      exponent: quote.exponent,
      state: 'draft',
      createdAsOf,
      expiresAt: new Date(expiryMs(createdAsOf.getTime(), order.ttlHours)),
      termsHash: quote.termsHash,
      savesMethod: order.savesMethod ?? false,
      renewsBy: by,
      traceParent: traceParent() ?? null,
    })
    .onConflictDoNothing()
    .returning({ id: invoices.id });
  if (!inserted) return undefined;
  await tx.update(quotes).set({ consumedBy: order.invoiceId }).where(eq(quotes.id, quote.id));
  await keepConsent(tx, order, { userId: quote.userId, asOf: createdAsOf });
  await writeAudit(tx, {
    action: 'invoice.created',
    entity: 'invoice',
    entityId: order.invoiceId,
    actor: { kind: 'user', id: String(quote.userId) },
    after: {
      payAmountMinor: quote.payAmountMinor,
      currency: quote.currency,
      provider: order.provider,
      ...(order.savesMethod ? { savesMethod: true } : {}),
      ...(by === 'none' ? {} : { renewsBy: by }),
    },
    asOf: createdAsOf,
  });
  return lockOrder(tx, order.invoiceId);
}

async function keepConsent(
  tx: Transaction,
  { renewal, renewsBy: by, invoiceId }: PlacedOrder,
  { userId, asOf }: { userId: number; asOf: Date },
): Promise<void> {
  const given = { ...(renewal ? { renewal } : {}), renewsBy: by, asOf };
  const consentId = await writeConsent(tx, userId, given);
  if (consentId === undefined) return;
  await tx.update(invoices).set({ consentId }).where(eq(invoices.id, invoiceId));
}

function describe(
  { invoice, tariff }: Order,
  settings: { invoiceReminderBeforeMinutes: number; lateWatchDays: number },
): OpenedInvoice {
  const remindMs = reminderMs({
    createdMs: invoice.createdAsOf.getTime(),
    expiresMs: invoice.expiresAt.getTime(),
    reminderBeforeMinutes: settings.invoiceReminderBeforeMinutes,
  });
  return {
    invoiceId: invoice.id,
    no: invoice.no,
    userId: invoice.userId,
    amount: {
      minor: invoice.payAmountMinor,
      currency: invoice.currency,
      exponent: invoice.exponent,
    },
    provider: invoice.provider,
    plan: tariff.slug,
    state: invoice.state,
    createdAt: invoice.createdAsOf.toISOString(),
    expiresAt: invoice.expiresAt.toISOString(),
    remindAt: remindMs === undefined ? undefined : new Date(remindMs).toISOString(),
    lateWatchDays: settings.lateWatchDays,
  };
}
