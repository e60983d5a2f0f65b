import type { PostOutcome, WireFact } from '../../../src/domain/billing/payment';
import type { Evidence } from '../../../src/payments/provider';
import { after, asWorkflow, type Books } from './books';
import type { Wish } from './orders';

let made = 0;

/** A payment id nobody has used. */
export function newPaymentId(): string {
  made += 1;
  return `p${made}`;
}

export const rub = (minor: number) => ({ minor, currency: 'RUB', exponent: 2 });

/** "Paid", exactly as ordered unless a test says otherwise. */
export function paidFact(order: Wish | undefined, change: Partial<WireFact> = {}): WireFact {
  return {
    providerPaymentId: newPaymentId(),
    state: 'paid',
    amount: rub(20_000),
    ...(order ? { invoiceId: order.invoiceId, userId: order.userId } : {}),
    ...change,
  };
}

/** Posts a fact as its payment's workflow does. */
export function post(
  books: Books,
  fact: WireFact,
  change: { asOf?: string; evidence?: Evidence } = {},
): Promise<PostOutcome> {
  const { asOf = after(1), evidence = 'asked' } = change;
  return asWorkflow(workflowOf(fact), () =>
    books.act.postPayment({ provider: 'mock', fact, evidence, asOf }),
  );
}

export function workflowOf(fact: WireFact): string {
  return `pay:mock:${fact.providerPaymentId}`;
}

/** Kinds of the transfers of an order or a payment, oldest first. */
export async function transfersOf(books: Books, invoiceId: string): Promise<string[]> {
  const rows =
    await books.sql`select kind from transfers where invoice_id = ${invoiceId} order by id`;
  return rows.map((row) => String(row['kind']));
}

/** Kinds of the items a human must see about a payment. */
export async function openItemsOf(books: Books, fact: WireFact): Promise<string[]> {
  const rows = await books.sql`
    select i.kind from open_items i join payments p on p.id = i.payment_id
    where p.provider_payment_id = ${fact.providerPaymentId} and i.state = 'open' order by i.kind`;
  return rows.map((row) => String(row['kind']));
}

/** What lies in suspense, in minor units of a currency. */
export async function suspense(books: Books, currency = 'RUB'): Promise<number> {
  const [row] = await books.sql`
    select coalesce(sum(e.amount), 0)::float8 as total from entries e
    join accounts a on a.id = e.account_id where a.code = ${`sys:suspense:${currency}`}`;
  return Number(row?.['total']);
}

export async function paymentRow(books: Books, fact: WireFact): Promise<Record<string, unknown>> {
  const [row] = await books.sql`
    select state, rank::int as rank, evidence, amount_minor::int as minor, currency
    from payments where provider_payment_id = ${fact.providerPaymentId}`;
  return row ?? {};
}
