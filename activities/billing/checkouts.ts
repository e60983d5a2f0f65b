import { eq } from 'drizzle-orm';
import { invoices } from '../../drizzle/schema';
import { isOpen, type InvoiceState } from '../../src/domain/billing/invoice';
import type { Actor } from '../../workflows/billing/contract';
import { writeAudit } from '../audit';
import type { ActivityDeps } from '../deps';
import { promiseCards } from '../cards';
import { promiseToUser } from '../outbox';
import { inTransaction, readSettings, sqlState } from '../transactions';
import { openInvoice, type NewOrder } from './opening';
import { amountOf, lockOrder } from './orders';
import { returnSlot } from './promo-slots';

export type { OpenInvoiceOutcome } from './opening';

/** Side effects of the `checkout` workflow. Each is one transaction; repeating it changes nothing. */
export function checkoutActivities(deps: ActivityDeps) {
  return {
    openInvoice: (order: NewOrder) => openInvoice(deps, order),
    publishInvoice: (link: PayLink) => publishInvoice(deps, link),
    replaceLink: (link: NewLink) => replaceLink(deps, link),
    switchProvider: (change: ProviderChange) => switchProvider(deps, change),
    remindInvoice: (reminder: Reminder) => remindInvoice(deps, reminder),
    closeInvoice: (close: CloseOrder) => closeInvoice(deps, close),
    prolongInvoice: (change: Prolongation) => prolongInvoice(deps, change),
  };
}

interface PayLink {
  readonly invoiceId: string;
  readonly url: string;
  readonly providerRef?: string;
  readonly asOf: string;
}

/** The pay link exists: the person may now see the order. */
async function publishInvoice({ db }: ActivityDeps, link: PayLink): Promise<void> {
  await inTransaction(db, async (tx) => {
    const order = await lockOrder(tx, link.invoiceId);
    if (order?.invoice.state !== 'draft') return;
    await tx
      .update(invoices)
      .set({ state: 'pending', paymentUrl: link.url, providerRef: link.providerRef ?? null })
      .where(eq(invoices.id, link.invoiceId));
  });
}

interface NewLink extends PayLink {
  readonly provider: string;
}

/** The payment behind the old link came to nothing: the open order shows another one; terms stay. */
async function replaceLink({ db }: ActivityDeps, link: NewLink): Promise<void> {
  await inTransaction(db, async (tx) => {
    const order = await lockOrder(tx, link.invoiceId);
    if (!order || !isOpen(order.invoice.state) || order.invoice.provider !== link.provider) return;
    await tx
      .update(invoices)
      .set({ paymentUrl: link.url, providerRef: link.providerRef ?? null })
      .where(eq(invoices.id, link.invoiceId));
    await promiseCards(tx, { invoiceId: link.invoiceId, because: `link:${link.providerRef}` });
  });
}

interface ProviderChange {
  readonly invoiceId: string;
  readonly provider: string;
  readonly url: string;
  readonly providerRef?: string;
  readonly actor: Actor;
  /** What an operator said about it. */
  readonly reason?: string;
  readonly asOf: string;
}

/** `taken`: the person has the very same order open at that provider already (CO-2). */
export type Switched = 'switched' | 'closed' | 'taken';

/** PostgreSQL's code for a unique index that refuses. */
const UNIQUE_VIOLATION = '23505';

async function switchProvider(deps: ActivityDeps, change: ProviderChange): Promise<Switched> {
  try {
    return await moveOrder(deps, change);
  } catch (error) {
    // The one unique index this touches is that of equal open orders; trying again would not make room.
    if (sqlState(error) === UNIQUE_VIOLATION) return 'taken';
    throw error;
  }
}

/** Another provider's link replaces the old one; terms stay (CO-3). */
async function moveOrder({ db }: ActivityDeps, change: ProviderChange): Promise<Switched> {
  return inTransaction(db, async (tx) => {
    const order = await lockOrder(tx, change.invoiceId);
    if (!order || !isOpen(order.invoice.state)) return 'closed';
    if (order.invoice.paymentUrl === change.url) return 'switched';
    await tx
      .update(invoices)
      .set({
        provider: change.provider,
        paymentUrl: change.url,
        providerRef: change.providerRef ?? null,
        state: 'pending',
      })
      .where(eq(invoices.id, change.invoiceId));
    await writeAudit(tx, {
      ...auditOf(change, 'invoice.provider_changed'),
      before: { provider: order.invoice.provider },
      after: { provider: change.provider },
    });
    // Its owner does not look at the screen on which somebody else moved it.
    if (change.actor.kind === 'operator') {
      const because = `provider:${change.provider}:${change.asOf}`;
      await promiseCards(tx, { invoiceId: change.invoiceId, because });
    }
    return 'switched';
  });
}

interface Reminder {
  readonly invoiceId: string;
  readonly asOf: string;
}

/** Reminds the person once of an order that is still unpaid (CO-5). */
async function remindInvoice(
  { db, settings: defaults }: ActivityDeps,
  reminder: Reminder,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const order = await lockOrder(tx, reminder.invoiceId);
    if (order?.invoice.state !== 'pending') return;
    const { userId, no, id, expiresAt } = order.invoice;
    await promiseToUser(tx, userId, {
      key: `${userId}:inv.reminder:${id}`,
      template: 'inv.reminder',
      params: { no, invoiceId: id, until: expiresAt.toISOString(), ...amountOf(order.invoice) },
      category: 'service',
      asOf: new Date(reminder.asOf),
      settings: await readSettings(tx, defaults),
    });
  });
}

export interface CloseOrder {
  readonly invoiceId: string;
  readonly state: 'expired' | 'cancelled';
  readonly actor: Actor;
  /** What an operator said about it. */
  readonly reason?: string;
  readonly asOf: string;
  /** Why, where the person should be told something else than that it is over. */
  readonly template?: 'inv.unavailable';
}

/** Closes an order that is still open and tells its owner; a paid one is left alone. Returns the state that stands. */
async function closeInvoice(
  { db, settings: defaults }: ActivityDeps,
  close: CloseOrder,
): Promise<{ state: InvoiceState }> {
  return inTransaction(db, async (tx) => {
    const order = await lockOrder(tx, close.invoiceId);
    if (!order) return { state: close.state };
    if (!isOpen(order.invoice.state)) return { state: order.invoice.state };
    const asOf = new Date(close.asOf);
    await tx
      .update(invoices)
      .set({ state: close.state, closedAt: asOf })
      .where(eq(invoices.id, close.invoiceId));
    await returnSlot(tx, order.quote, asOf);
    await writeAudit(tx, {
      ...auditOf(close, `invoice.${close.state}`),
      before: { state: order.invoice.state },
      after: { state: close.state },
    });
    const { userId, no, id } = order.invoice;
    await promiseToUser(tx, userId, {
      key: `${userId}:inv.closed:${id}`,
      template: close.template ?? (close.state === 'expired' ? 'inv.expired' : 'inv.cancelled'),
      params: { no, invoiceId: id },
      category: 'service',
      asOf,
      settings: await readSettings(tx, defaults),
    });
    await promiseCards(tx, { invoiceId: id, because: close.state });
    return { state: close.state };
  });
}

interface Prolongation {
  readonly invoiceId: string;
  readonly expiresAt: string;
  readonly actor: Actor;
  readonly reason: string;
  readonly asOf: string;
}

/** Gives an open order more time; terms stay. */
async function prolongInvoice({ db }: ActivityDeps, change: Prolongation): Promise<void> {
  await inTransaction(db, async (tx) => {
    const order = await lockOrder(tx, change.invoiceId);
    if (!order || !isOpen(order.invoice.state)) return;
    const expiresAt = new Date(change.expiresAt);
    if (order.invoice.expiresAt.getTime() === expiresAt.getTime()) return;
    await tx.update(invoices).set({ expiresAt }).where(eq(invoices.id, change.invoiceId));
    await writeAudit(tx, {
      ...auditOf(change, 'invoice.prolonged'),
      before: { expiresAt: order.invoice.expiresAt.toISOString() },
      after: { expiresAt: change.expiresAt },
      reason: change.reason,
    });
  });
}

function auditOf(
  change: { invoiceId: string; actor: Actor; reason?: string; asOf: string },
  action: string,
) {
  return {
    action,
    entity: 'invoice' as const,
    entityId: change.invoiceId,
    actor: change.actor,
    ...(change.reason === undefined ? {} : { reason: change.reason }),
    asOf: new Date(change.asOf),
  };
}
