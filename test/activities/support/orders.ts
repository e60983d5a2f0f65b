import type { OpenInvoiceOutcome } from '../../../activities/billing/checkouts';
import { after, asWorkflow, NOON, type Books, type QuoteWish } from './books';

export interface Wish {
  readonly invoiceId: string;
  readonly userId: number;
}

const SYSTEM = { kind: 'system' as const, id: 'checkout' };

/** A person with a quote nobody has used. */
export async function wish(books: Books, change: Partial<QuoteWish> = {}): Promise<Wish> {
  const userId = change.userId ?? (await books.newUser());
  const amount = change.slug === undefined ? { amountMinor: 20_000 } : {};
  const invoiceId = await books.quote({ userId, ...amount, ...change });
  return { userId, invoiceId };
}

export function open(
  books: Books,
  order: Wish & { provider?: string; asOf?: string },
): Promise<OpenInvoiceOutcome> {
  const { invoiceId, userId, provider = 'mock', asOf = NOON } = order;
  return asWorkflow(`checkout:${invoiceId}`, () =>
    books.act.openInvoice({ invoiceId, userId, provider, asOf }),
  );
}

export function publish(books: Books, { invoiceId }: Wish, url = 'https://pay.example/1') {
  return asWorkflow(`checkout:${invoiceId}`, () =>
    books.act.publishInvoice({ invoiceId, url, asOf: NOON }),
  );
}

/** An order whose owner could pay now, with its number. */
export async function pending(
  books: Books,
  change: Partial<QuoteWish> & { provider?: string } = {},
): Promise<Wish & { no: number }> {
  const { provider, ...rest } = change;
  const order = await wish(books, rest);
  const opened = await open(books, { ...order, ...(provider === undefined ? {} : { provider }) });
  if (opened.kind !== 'opened') throw new Error(`not opened: ${JSON.stringify(opened)}`);
  await publish(books, order);
  return { ...order, no: opened.invoice.no };
}

export function close(
  books: Books,
  { invoiceId }: Wish,
  state: 'expired' | 'cancelled' = 'cancelled',
) {
  return asWorkflow(`checkout:${invoiceId}`, () =>
    books.act.closeInvoice({ invoiceId, state, actor: SYSTEM, asOf: after(1) }),
  );
}

export async function invoiceRow(
  books: Books,
  { invoiceId }: Pick<Wish, 'invoiceId'>,
): Promise<Record<string, unknown>> {
  const [row] = await books.sql`
    select state, provider, payment_url as url, fulfilled_as as "fulfilledAs",
      expires_at as "expiresAt", closed_at as "closedAt", paid_at as "paidAt"
    from invoices where id = ${invoiceId}`;
  return row ?? {};
}

/** What was done to something, oldest first. */
export async function auditOf(books: Books, entityId: string): Promise<string[]> {
  const rows =
    await books.sql`select action from audit_log where entity_id = ${entityId} order by id`;
  return rows.map((row) => String(row['action']));
}

/** What a person was promised to be told, oldest first. */
export async function templatesOf(books: Books, userId: number): Promise<string[]> {
  const rows =
    await books.sql`select template from outbox_messages where user_id = ${userId} order by id`;
  return rows.map((row) => String(row['template']));
}

/** Freezes a person's money as a dispute that is still open does. */
export async function freezeMoney(books: Books, userId: number): Promise<void> {
  await books.sql.begin(async (tx) => {
    const [dispute] = await tx`
      with payment as (
        insert into payments (id, provider, provider_payment_id, payer_user_id, amount_minor, currency, exponent,
          state, rank)
        values (gen_random_uuid(), 'mock', ${`disputed-${userId}`}, ${userId}, 100, 'RUB', 2, 'disputed', 70)
        returning id)
      insert into disputes (id, provider, provider_ref, payment_id, user_id, state, amount_minor, currency, exponent, due_at)
      select gen_random_uuid(), 'mock', ${`dispute-${userId}`}, id, ${userId}, 'opened', 100, 'RUB', 2, now()
      from payment returning id`;
    await tx`update users set money_frozen_by = ${String(dispute?.['id'])} where id = ${userId}`;
  });
}
