import type { RefundWish } from '../../../activities/billing/returning';
import type { WireFact } from '../../../src/domain/billing/payment';
import type { RefundInput } from '../../../workflows/billing/refund/contract';
import { after, asWorkflow, fakeProvider, NOON, type Books, type QuoteWish } from './books';
import { pending, type Wish } from './orders';
import { paidFact, post, rub } from './payments';

export type Sold = Wish & { readonly fact: WireFact; readonly paymentId: string };

/** An order that is paid and fulfilled; a top-up of 200 roubles, of which a new person pays 100 as the fee. */
export async function sell(books: Books, change: Partial<QuoteWish> = {}): Promise<Sold> {
  const order = await pending(books, change);
  const [invoice] = await books.sql`
    select pay_amount_minor::int as minor from invoices where id = ${order.invoiceId}`;
  const fact = paidFact(order, { amount: rub(Number(invoice?.['minor'])) });
  await post(books, fact, { asOf: change.asOf ?? NOON });
  return { ...order, fact, paymentId: await paymentIdOf(books, fact) };
}

export async function paymentIdOf(books: Books, fact: WireFact): Promise<string> {
  const [row] = await books.sql`
    select id from payments where provider_payment_id = ${fact.providerPaymentId}`;
  return String(row?.['id']);
}

const REASON = 'changed my mind about it';

/** The activities with a provider that can give parts of a payment back. */
export function refunding(books: Books) {
  const capabilities = {
    currencies: ['RUB'],
    canAsk: true,
    canRefund: 'partial',
    canCancel: true,
  } as const;
  const provider = fakeProvider({ capabilities });
  return books.activities({ providers: new Map([['mock', provider]]) });
}

export function wishFor(sold: Sold, change: Partial<RefundInput> = {}): RefundWish {
  return {
    paymentId: sold.paymentId,
    origin: 'operator',
    requestedBy: { kind: 'operator', id: 'anna' },
    reason: REASON,
    asOf: after(2),
    ...change,
  };
}

/** The steps of one refund, as its workflow takes them. */
export function refundOf(
  books: Books,
  sold: Sold,
  change: Partial<RefundInput> & { n?: string; asOf?: string } = {},
) {
  const { n = '1', asOf = after(2), ...input } = change;
  const act = refunding(books);
  const wish = { ...wishFor(sold, input), asOf };
  const { paymentId, requestedBy, reason } = wish;
  const step = <T>(work: () => Promise<T>) => asWorkflow(`refund:${paymentId}:${n}`, work);
  return {
    propose: () => step(() => act.proposeRefund(wish)),
    freeze: (attempt = 1) => step(() => act.freezeRefund({ ...wish, attempt })),
    sent: () => step(() => act.noteRefundSending({ state: 'sent' })),
    book: () =>
      step(() => act.settleRefund({ paymentId, providerRef: 'r-1', requestedBy, reason, asOf })),
    refuse: (attempt = 1) =>
      step(() => act.releaseRefund({ paymentId, attempt, refusal: 'too old', asOf })),
    abandon: () => step(() => act.abandonRefund({ paymentId, by: requestedBy, reason, asOf })),
  };
}

/** Plans, freezes and books a refund at once. */
export async function refund(
  books: Books,
  sold: Sold,
  change: Parameters<typeof refundOf>[2] = {},
) {
  const steps = refundOf(books, sold, change);
  const proposed = await steps.propose();
  if (proposed.kind === 'refused') throw new Error(`refused: ${proposed.reason}`);
  const frozen = await steps.freeze();
  if (frozen.kind === 'refused') throw new Error(`refused: ${frozen.reason}`);
  return steps.book();
}

/** Sums of the system's accounts and of one wallet, without those at zero. */
export async function ledgerOf(books: Books, userId?: number): Promise<Record<string, number>> {
  const rows = await books.sql`
    select a.code, sum(e.amount)::float8 as total from entries e
    join accounts a on a.id = e.account_id
    where a.user_id is null or a.user_id = ${userId ?? 0}
    group by a.code having sum(e.amount) <> 0 order by a.code`;
  return Object.fromEntries(rows.map(({ code, total }) => [String(code), Number(total)]));
}

/** How the ledger has changed since; accounts that have not are left out. */
export async function ledgerChanges(books: Books): Promise<() => Promise<Record<string, number>>> {
  const before = await ledgerOf(books);
  return async () => {
    const now = await ledgerOf(books);
    const codes = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
    return Object.fromEntries(
      codes.flatMap((code) => {
        const change = (now[code] ?? 0) - (before[code] ?? 0);
        return change === 0 ? [] : [[code, change]];
      }),
    );
  };
}

export async function refundRow(books: Books, sold: Sold): Promise<Record<string, unknown>> {
  const [row] = await books.sql`
    select state, amount_minor::int as minor, policy, provider_ref as ref, requested_by as by
    from refunds where payment_id = ${sold.paymentId} order by id desc limit 1`;
  return row ?? {};
}

export async function subscriptionOf(
  books: Books,
  userId: number,
): Promise<Record<string, unknown>> {
  const [row] = await books.sql`
    select id, state, access, period_n as n, period_end as "endsAt" from subscriptions
    where user_id = ${userId} order by id desc limit 1`;
  return row ?? {};
}
