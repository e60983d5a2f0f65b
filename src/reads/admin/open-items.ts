import { and, asc, eq, sql } from 'drizzle-orm';
import type { Database } from '../../../drizzle/client';
import { invoices, openItems, payments } from '../../../drizzle/schema';
import type { OpenItemCard, OpenItemLine, OpenItemPage } from './contract';
import { amountOf } from './person';

const PAGE_SIZE = 8;

/** The most overdue first; a page begins after the item that ended the last one. */
export async function openItemPage(db: Database, after: string | undefined): Promise<OpenItemPage> {
  const isOpen = eq(openItems.state, 'open');
  const isLater =
    after === undefined
      ? undefined
      : sql`(${openItems.dueAt}, ${openItems.id}) > (
          select due_at, id from ${openItems} where id = ${after}::uuid)`;
  const total = sql<number>`(
    select count(*)::int from ${openItems} o where o.state = 'open')`;
  const rows = await db
    .select({ item: openItems, total })
    .from(openItems)
    .where(and(isOpen, isLater))
    .orderBy(asc(openItems.dueAt), asc(openItems.id))
    .limit(PAGE_SIZE + 1);
  const shown = rows.slice(0, PAGE_SIZE);
  return {
    rows: shown.map(({ item }) => toLine(item)),
    total: rows[0]?.total ?? 0,
    nextAfter: rows.length > PAGE_SIZE ? shown.at(-1)?.item.id : undefined,
  };
}

export async function openItem(
  db: Database,
  openItemId: string,
): Promise<OpenItemCard | undefined> {
  const [row] = await db
    .select({ item: openItems, invoiceNo: invoices.no, payment: payments })
    .from(openItems)
    .leftJoin(invoices, eq(invoices.id, openItems.invoiceId))
    .leftJoin(payments, eq(payments.id, openItems.paymentId))
    .where(eq(openItems.id, openItemId));
  if (!row) return undefined;
  const { item, payment } = row;
  return {
    ...toLine(item),
    key: item.key,
    state: item.state,
    reason: item.reason,
    resolution: item.resolution,
    resolvedBy: item.resolvedBy,
    invoiceNo: row.invoiceNo,
    payment: payment
      ? { provider: payment.provider, providerPaymentId: payment.providerPaymentId }
      : undefined,
  };
}

function toLine(item: typeof openItems.$inferSelect): OpenItemLine {
  return {
    openItemId: item.id,
    kind: item.kind,
    userId: item.userId,
    amount: amountOf(item.amountMinor, item.currency),
    dueAt: item.dueAt.toISOString(),
  };
}
