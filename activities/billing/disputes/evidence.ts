import { and, asc, desc, eq, gte, inArray, ne } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import {
  consents,
  disputes,
  outboxMessages,
  transfers,
  usageEvents,
} from '../../../drizzle/schema';
import { isDisputeOpen } from '../../../src/domain/billing/dispute';
import { writeAudit } from '../../audit';
import { CARD } from '../../cards';
import type { ActivityDeps } from '../../deps';
import { promiseToOperators } from '../../outbox';
import { inTransaction, readSettings, workflowId } from '../../transactions';
import type { SoldPayment } from '../returning/case';
import { lockDisputed, moneyOf, ownDispute, type Dispute, type DisputeName } from './opening';

/** Rows of each kind that a bank will read; the newest say most about what the money was used for. */
const MOST_ROWS = 200;

interface Submission {
  readonly operatorId: string;
  readonly reason: string;
  readonly note: string;
  readonly asOf: string;
}

/** What was collected, and what operators handed over; JSON only, because it waits in a row. */
interface Evidence {
  readonly collected?: unknown;
  readonly submitted?: readonly Submission[];
}

/** Collects what the bank will ask for: the order, the consents, what was used of it and what was said (DP-1). */
export async function collectEvidence(deps: ActivityDeps, name: DisputeName): Promise<void> {
  await inTransaction(deps.db, async (tx) => {
    const sold = await lockDisputed(tx, name);
    const dispute = await ownDispute(tx, name);
    if (!sold || !dispute) return;
    const evidence = evidenceOf(dispute);
    if (evidence.collected !== undefined) return;
    const collected = { ...orderFacts(sold), ...(await personalFacts(tx, sold)) };
    await tx
      .update(disputes)
      .set({ evidence: { ...evidence, collected } })
      .where(eq(disputes.id, dispute.id));
  });
}

function evidenceOf({ evidence }: Dispute): Evidence {
  return evidence ?? {};
}

/** The frozen terms, never today's catalogue (RF-5). */
function orderFacts({ payment, order, paidLots }: SoldPayment) {
  return {
    payment: {
      provider: payment.provider,
      providerPaymentId: payment.providerPaymentId,
      amountMinor: payment.amountMinor,
      currency: payment.currency,
      paidAt: payment.paidAt?.toISOString(),
    },
    invoice: order && {
      no: order.invoice.no,
      createdAt: order.invoice.createdAsOf.toISOString(),
      paidAt: order.invoice.paidAt?.toISOString(),
      plan: order.version.nameI18n,
      tokensUtok: order.quote.tokensUtok,
      periodUnit: order.quote.periodUnit,
      periodCount: order.quote.periodCount,
      termsHash: order.quote.termsHash.toString('hex'),
    },
    tokens: paidLots.map(({ originalUtok, remainingUtok }) => ({ originalUtok, remainingUtok })),
  };
}

async function personalFacts(tx: Transaction, sold: SoldPayment) {
  return {
    consents: await consentsOf(tx, sold),
    spending: await spendingOf(tx, sold),
    usage: await usageOf(tx, sold),
    messages: await messagesOf(tx, sold),
  };
}

async function consentsOf(tx: Transaction, { userId }: SoldPayment) {
  const rows = await tx
    .select()
    .from(consents)
    .where(eq(consents.userId, userId))
    .orderBy(asc(consents.givenAt));
  return rows.map(({ kind, textVersion, textHash, givenAt, withdrawnAt }) => ({
    ...{ kind, textVersion, textHash },
    givenAt: givenAt.toISOString(),
    withdrawnAt: withdrawnAt?.toISOString(),
  }));
}

async function spendingOf(tx: Transaction, { userId, payment }: SoldPayment) {
  const rows = await tx
    .select({ id: transfers.id, kind: transfers.kind, asOf: transfers.asOf })
    .from(transfers)
    .where(
      and(
        eq(transfers.userId, userId),
        inArray(transfers.kind, ['spend', 'hold_capture', 'subscription_fee', 'gift_out']),
        gte(transfers.asOf, payment.paidAt ?? payment.recordedAt),
      ),
    )
    .orderBy(desc(transfers.id))
    .limit(MOST_ROWS);
  return rows.map(({ id, kind, asOf }) => ({ id, kind, asOf: asOf.toISOString() }));
}

async function usageOf(tx: Transaction, { userId, payment }: SoldPayment) {
  const rows = await tx
    .select()
    .from(usageEvents)
    .where(
      and(
        eq(usageEvents.userId, userId),
        gte(usageEvents.occurredAt, payment.paidAt ?? payment.recordedAt),
      ),
    )
    .orderBy(desc(usageEvents.occurredAt))
    .limit(MOST_ROWS);
  return rows.map(({ track, costUtok, occurredAt }) => ({
    ...{ track, costUtok },
    occurredAt: occurredAt.toISOString(),
  }));
}

async function messagesOf(tx: Transaction, { userId }: SoldPayment) {
  const rows = await tx
    .select({ template: outboxMessages.template, sentAt: outboxMessages.sentAt })
    .from(outboxMessages)
    .where(
      and(
        eq(outboxMessages.userId, userId),
        eq(outboxMessages.state, 'sent'),
        // A change of a message that was sent before tells nobody anything.
        ne(outboxMessages.template, CARD),
      ),
    )
    .orderBy(desc(outboxMessages.id))
    .limit(MOST_ROWS);
  return rows.map(({ template, sentAt }) => ({ template, sentAt: sentAt?.toISOString() }));
}

export type SubmittedEvidence = DisputeName & {
  readonly operatorId: string;
  readonly reason: string;
  readonly note: string;
};

/** Notes that an operator handed evidence to the bank; a dispute that is over is left alone. */
export async function noteEvidence(deps: ActivityDeps, handed: SubmittedEvidence): Promise<void> {
  await inTransaction(deps.db, async (tx) => {
    await lockDisputed(tx, handed);
    const dispute = await ownDispute(tx, handed);
    if (!dispute || !isDisputeOpen(dispute.state)) return;
    const evidence = evidenceOf(dispute);
    const { operatorId, reason, note, asOf } = handed;
    const entry: Submission = { operatorId, reason, note, asOf };
    const submitted = evidence.submitted ?? [];
    // The same words at the same instant are the same step, tried again.
    if (submitted.some((each) => isSame(each, entry))) return;
    await tx
      .update(disputes)
      .set({ state: 'evidence_sent', evidence: { ...evidence, submitted: [...submitted, entry] } })
      .where(eq(disputes.id, dispute.id));
    await writeAudit(tx, {
      action: 'dispute.evidence_sent',
      entity: 'dispute',
      entityId: dispute.id,
      actor: { kind: 'operator', id: operatorId },
      before: { state: dispute.state },
      after: { state: 'evidence_sent', note },
      reason,
      asOf: new Date(asOf),
    });
  });
}

function isSame(a: Submission, b: Submission): boolean {
  return a.operatorId === b.operatorId && a.note === b.note && a.asOf === b.asOf;
}

/** Reminds operators once that evidence is due, unless it was handed over. */
export async function remindOfDispute(deps: ActivityDeps, name: DisputeName): Promise<void> {
  await inTransaction(deps.db, async (tx) => {
    const sold = await lockDisputed(tx, name);
    const dispute = await ownDispute(tx, name);
    if (!sold || dispute?.state !== 'opened') return;
    await promiseToOperators(tx, await readSettings(tx, deps.settings), {
      key: `ops:ops.dispute_due:${dispute.id}`,
      template: 'ops.dispute_due',
      params: {
        no: sold.order?.invoice.no ?? 0,
        ...moneyOf(dispute),
        key: workflowId(),
        userId: sold.userId,
        until: dispute.dueAt.toISOString(),
      },
      asOf: new Date(name.asOf),
    });
  });
}
