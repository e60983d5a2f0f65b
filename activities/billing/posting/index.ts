import { and, eq } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { payments } from '../../../drizzle/schema';
import { assert, assertNever } from '../../../src/domain/assert';
import { isOpen } from '../../../src/domain/billing/invoice';
import { FACT_RANK, judgePayment, type PostOutcome } from '../../../src/domain/billing/payment';
import { writeAudit, type AuditEntry } from '../../audit';
import { lockOrderOfFact, orderTerms, type Order } from '../orders';
import { isStillPossible } from '../plan-changes';
import { suspendingItem } from '../suspense';
import { settleDuplicate } from './duplicate';
import { honour } from './honour';
import { settleLate, settleOutdated } from './late';
import { moneyOf, type PaidFact, type Posting } from './posting';
import { quarantine } from './quarantine';
import { isRecurring, settleRecurring } from './recurring';
import { settleRenewal } from './renewal';
import { settleUnderpaid } from './underpaid';

export type { PaidFact, Testimony } from './posting';

/**
 * Books a payment: the one path for webhook, poll, Telegram and operator (PC-9). Judges it against the frozen order,
 * posts what follows and promises the message, all in the caller's transaction. A repeat returns the stored outcome.
 */
export async function postPaid(tx: Transaction, paid: PaidFact): Promise<PostOutcome> {
  const payment = await lockPayment(tx, paid);
  if (payment.outcome) return payment.outcome;
  if (payment.rank > FACT_RANK.paid) return { kind: 'superseded', state: payment.state };
  const order = await lockOrderOfFact(tx, paid.fact);
  const outcome = await settle(tx, { ...paid, paymentId: payment.id }, order);
  const before = { state: payment.state };
  await recordOutcome(tx, { ...paid, paymentId: payment.id }, { before, order, outcome });
  return outcome;
}

async function settle(
  tx: Transaction,
  posting: Posting,
  order: Order | undefined,
): Promise<PostOutcome> {
  const judgement = judgePayment(posting.fact, order && orderTerms(order));
  switch (judgement.kind) {
    case 'mismatch':
      return judgement.item === 'underpaid' && order
        ? settleUnderpaid(tx, posting, { order, reason: judgement.reason })
        : quarantine(tx, posting, { order, item: judgement.item, reason: judgement.reason });
    case 'match':
      assert(order, 'only an order can match');
      return settleMatch(tx, posting, order);
    default:
      return assertNever(judgement);
  }
}

async function settleMatch(tx: Transaction, posting: Posting, order: Order): Promise<PostOutcome> {
  const { state } = order.invoice;
  if (order.quote.purpose === 'renewal') return settleRenewal(tx, posting, order);
  if (isRecurring(posting, order)) return settleRecurring(tx, posting, order);
  if (isOpen(state) && (await isStillPossible(tx, order, posting.asOf))) {
    return honour(tx, posting, { order, isLate: false });
  }
  if (isOpen(state))
    return settleOutdated(tx, posting, { order, kind: 'late_credit', reason: outdated(order) });
  return state === 'expired' || state === 'cancelled'
    ? settleLate(tx, posting, order)
    : settleDuplicate(tx, posting, order);
}

function outdated({ invoice }: Order): string {
  return `the plan that invoice ${invoice.no} would upgrade does not run any more`;
}

interface LockedPayment {
  readonly id: string;
  readonly rank: number;
  readonly state: string;
  readonly outcome: PostOutcome | undefined;
}

async function lockPayment(tx: Transaction, paid: PaidFact): Promise<LockedPayment> {
  const { minor, currency, exponent } = moneyOf(paid);
  await tx
    .insert(payments)
    .values({
      provider: paid.provider,
      providerPaymentId: paid.fact.providerPaymentId,
      amountMinor: minor,
      currency,
      exponent,
      state: 'unknown',
      rank: FACT_RANK.unknown,
    })
    .onConflictDoNothing();
  const [row] = await tx
    .select({
      id: payments.id,
      rank: payments.rank,
      state: payments.state,
      outcome: payments.outcome,
    })
    .from(payments)
    .where(
      and(
        eq(payments.provider, paid.provider),
        eq(payments.providerPaymentId, paid.fact.providerPaymentId),
      ),
    )
    .for('update');
  assert(row, `payment ${paid.fact.providerPaymentId} was just written`);
  return { ...row, outcome: row.outcome ?? undefined };
}

async function recordOutcome(
  tx: Transaction,
  posting: Posting,
  result: { before: object; order: Order | undefined; outcome: PostOutcome },
): Promise<void> {
  const { before, order, outcome } = result;
  const { minor, currency, exponent } = moneyOf(posting);
  await tx
    .update(payments)
    .set({
      invoiceId: order?.invoice.id ?? null,
      payerUserId: posting.fact.userId ?? order?.invoice.userId ?? null,
      amountMinor: minor,
      currency,
      exponent,
      state: suspendingItem(outcome) === undefined ? 'paid' : 'quarantined',
      rank: FACT_RANK.paid,
      evidence: posting.evidence,
      paidAt: posting.fact.paidAt === undefined ? posting.asOf : new Date(posting.fact.paidAt),
      outcome,
    })
    .where(eq(payments.id, posting.paymentId));
  await writeAudit(tx, {
    action: outcome.kind === 'quarantined' ? 'payment.quarantined' : 'payment.received',
    entity: 'payment',
    entityId: posting.paymentId,
    before,
    after: outcome,
    asOf: posting.asOf,
    ...whoSaidSo(posting),
  });
}

/** The audit names the operator who testified, with reason and evidence; else the provider (OPS-3). */
function whoSaidSo({ testimony, provider }: Posting): Pick<AuditEntry, 'actor' | 'reason'> {
  if (!testimony) return { actor: { kind: 'provider', id: provider } };
  const { operatorId, reason, evidence } = testimony;
  return {
    actor: { kind: 'operator', id: operatorId },
    reason: `${reason} (evidence: ${evidence})`,
  };
}
