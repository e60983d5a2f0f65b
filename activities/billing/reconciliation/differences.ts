import { sql, type SQL } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { invoices, payments, reconLines, refunds } from '../../../drizzle/schema';
import { FACT_RANK, type WireFact } from '../../../src/domain/billing/payment';
import type { BreakKind, Difference, Side } from '../../../src/domain/billing/reconciliation';

/** A payment about which the two sides disagree, and whose it is as far as either side knows. */
export interface FoundDifference extends Difference {
  readonly providerPaymentId: string;
  readonly fact: WireFact | undefined;
  readonly paymentId: string | undefined;
  readonly invoiceId: string | undefined;
  readonly userId: number | undefined;
}

/** What a provider lists, as a query of these columns: provider_payment_id, state, rank, …, fact. */
type TheirList = SQL;

export function linesOfRun(runId: string): TheirList {
  return sql`
    select provider_payment_id, state, rank, amount_minor, currency, refunded_minor, fact
    from ${reconLines} where run_id = ${runId}::uuid`;
}

/** The list of a provider that tells of one payment, or of none. */
export function listOf(facts: readonly WireFact[]): TheirList {
  const rows = JSON.stringify(facts.map(lineOf));
  return sql`
    select provider_payment_id, state, rank, amount_minor, currency, refunded_minor, fact
    from jsonb_to_recordset(${rows}::jsonb) as line (provider_payment_id text, state text, rank smallint,
      amount_minor bigint, currency text, refunded_minor bigint, fact jsonb)`;
}

/** A fact as a row of the list. */
export function lineOf(fact: WireFact) {
  const { providerPaymentId, state, amount, refundedMinor } = fact;
  return {
    provider_payment_id: providerPaymentId,
    state,
    rank: FACT_RANK[state],
    amount_minor: amount?.minor ?? null,
    currency: amount?.currency ?? null,
    refunded_minor: refundedMinor ?? null,
    fact,
  };
}

/** Which payments of ours must stand on the list: those paid in these instants, or one by its name. */
export type Expected = { readonly from: Date; readonly to: Date } | { readonly paymentId: string };

function expectedIn(expected: Expected): SQL {
  if ('paymentId' in expected) return sql`payment.provider_payment_id = ${expected.paymentId}`;
  const [from, to] = [expected.from.toISOString(), expected.to.toISOString()];
  return sql`payment.paid_at >= ${from}::timestamptz and payment.paid_at < ${to}::timestamptz`;
}

/**
 * Every payment about which a provider's list and our books disagree: the one rule of what a difference is, for a
 * whole list as for a single payment. Money is compared once either side has it; what lies in suspense is booked.
 */
export function differencesQuery(sides: {
  readonly provider: string;
  readonly list: TheirList;
  readonly expected: Expected;
}): SQL {
  const booked = FACT_RANK.paid;
  const kind = sql`case
    when coalesce(t.rank, 0) < ${booked} and coalesce(p.rank, 0) < ${booked} then null
    when coalesce(p.rank, 0) < ${booked} then 'missing_here'
    when t.rank is null then 'missing_there'
    when t.rank < ${booked} then 'state'
    when t.amount_minor is not null and (t.amount_minor <> p.amount_minor or t.currency <> p.currency)
      then 'amount'
    when t.rank <> p.rank then 'state'
    when t.state = 'partially_refunded' and t.refunded_minor not between p.returned and p.going_back
      then 'state'
  end`;
  return sql`
    with t as (${sides.list}), p as (
      select payment.*,
        (select coalesce(sum(r.amount_minor), 0) from ${refunds} r
          where r.payment_id = payment.id and r.state = 'done') as returned,
        (select coalesce(sum(r.amount_minor), 0) from ${refunds} r
          where r.payment_id = payment.id and r.state in ('frozen', 'sent', 'unknown', 'done')) as going_back
      from ${payments} payment
      where payment.provider = ${sides.provider} and (
        payment.provider_payment_id in (select provider_payment_id from t)
        or (payment.rank >= ${booked} and ${expectedIn(sides.expected)}))
    ), difference as (
      select coalesce(t.provider_payment_id, p.provider_payment_id) as provider_payment_id,
        ${kind} as kind, t.fact, p.id as payment_id, p.payer_user_id,
        coalesce(p.invoice_id, case when t.fact ->> 'invoiceId' ~* ${UUID}
          then (t.fact ->> 'invoiceId')::uuid end) as named_id,
        case when t.fact ->> 'invoiceNo' ~ '^[0-9]{1,10}$' then (t.fact ->> 'invoiceNo')::bigint end as named_no,
        case when t.rank is not null then jsonb_build_object('state', t.state, 'rank', t.rank,
          'amountMinor', t.amount_minor, 'currency', t.currency, 'refundedMinor', t.refunded_minor) end as theirs,
        case when p.id is not null then jsonb_build_object('state', p.state, 'rank', p.rank,
          'amountMinor', p.amount_minor, 'currency', p.currency, 'refundedMinor', p.returned) end as ours
      from t full join p on p.provider_payment_id = t.provider_payment_id
    )
    select d.*, i.id as invoice_id, coalesce(i.user_id, d.payer_user_id)::text as user_id
    from difference d left join ${invoices} i
      on i.id = coalesce(d.named_id, (select n.id from ${invoices} n where n.no = d.named_no))
    where d.kind is not null`;
}

const UUID = '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$';

interface DifferenceRow extends Record<string, unknown> {
  readonly provider_payment_id: string;
  readonly kind: BreakKind;
  readonly fact: WireFact | null;
  readonly payment_id: string | null;
  readonly invoice_id: string | null;
  readonly user_id: string | null;
  readonly theirs: Side | null;
  readonly ours: Side | null;
}

/** How one payment stands between what its provider says of it now and our books; undefined when they agree. */
export async function differenceOf(
  tx: Transaction,
  payment: {
    readonly provider: string;
    readonly providerPaymentId: string;
    readonly fact: WireFact | undefined;
  },
): Promise<FoundDifference | undefined> {
  const { provider, providerPaymentId, fact } = payment;
  const [row] = await tx.execute<DifferenceRow>(
    differencesQuery({
      provider,
      list: listOf(fact ? [fact] : []),
      expected: { paymentId: providerPaymentId },
    }),
  );
  if (!row) return undefined;
  return {
    providerPaymentId,
    kind: row.kind,
    theirs: row.theirs ?? undefined,
    ours: row.ours ?? undefined,
    fact: row.fact ?? undefined,
    paymentId: row.payment_id ?? undefined,
    invoiceId: row.invoice_id ?? undefined,
    userId: row.user_id === null ? undefined : Number(row.user_id),
  };
}
