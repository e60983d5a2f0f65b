import { and, eq, lt } from 'drizzle-orm';
import { invoices, payments, users } from '../../drizzle/schema';
import {
  FACT_RANK,
  type FactState,
  type PostOutcome,
  type WireFact,
} from '../../src/domain/billing/payment';
import type { Evidence } from '../../src/payments/provider';
import type { ActivityDeps } from '../deps';
import { promiseToUser } from '../outbox';
import { inTransaction, readSettings, workflowId } from '../transactions';
import { openItem } from './open-items';
import { lockOrderOfFact } from './orders';
import { postPaid } from './posting';
import { requireProvider } from './provider-calls';

/** What is known of a payment before anything is asked: whose clock it lives by, and its timing rules. */
export interface PaymentContext {
  readonly clockOffsetMs: number;
  readonly userId: number | undefined;
  readonly invoiceId: string | undefined;
  readonly unknownAlertMinutes: number;
  readonly unknownDeadlineHours: number;
  readonly slowMinutes: number;
}

export type Learned =
  | { readonly kind: 'fact'; readonly fact: WireFact; readonly evidence: Evidence }
  | { readonly kind: 'unknown'; readonly reason: string };

/** Side effects of the `paymentConfirmation` workflow. Each is one transaction or one outside call. */
export function paymentActivities({ db, providers, settings: defaults }: ActivityDeps) {
  return {
    /** Looks up whose order a payment names; reads only. */
    async locatePayment(hint: { fact: WireFact }): Promise<PaymentContext> {
      return inTransaction(db, async (tx) => {
        const settings = await readSettings(tx, defaults);
        const order = await lockOrderOfFact(tx, hint.fact);
        const [person] = order
          ? await tx
              .select({ clockOffsetMs: users.clockOffsetMs })
              .from(users)
              .where(eq(users.id, order.invoice.userId))
          : [];
        return {
          clockOffsetMs: person?.clockOffsetMs ?? 0,
          userId: order?.invoice.userId,
          invoiceId: order?.invoice.id,
          unknownAlertMinutes: settings.unknownAlertMinutes,
          unknownDeadlineHours: settings.unknownDeadlineHours,
          slowMinutes: settings.paymentSlowMinutes,
        };
      });
    },

    /** Asks the provider for the truth; where the protocol has nobody to ask, the verified hint is the evidence (PC-6). */
    async learnPayment(question: {
      provider: string;
      hint: WireFact;
      isTelegramsWord: boolean;
    }): Promise<Learned> {
      const provider = requireProvider(providers, question.provider);
      if (question.isTelegramsWord || !provider.capabilities.canAsk) {
        return { kind: 'fact', fact: question.hint, evidence: 'signed' };
      }
      const { providerPaymentId } = question.hint;
      const answer = await provider.ask({ by: 'payment', providerPaymentId });
      if (answer.kind === 'unknown') return answer;
      const fact = answer.facts.find((told) => told.providerPaymentId === providerPaymentId);
      return fact
        ? { kind: 'fact', fact, evidence: 'asked' }
        : { kind: 'unknown', reason: 'the provider does not know this payment' };
    },

    /**
     * Folds a fact that moves no money into the payment's row; a lower rank never overwrites a higher one (PC-8).
     * A refund that the provider made by itself, of money that is in our books, opens an item. Returns the state that
     * stands.
     */
    async recordFact(told: {
      provider: string;
      fact: WireFact;
      evidence: Evidence;
      asOf: string;
    }): Promise<{ state: string; outcome: PostOutcome | undefined }> {
      return inTransaction(db, async (tx) => {
        const order = await lockOrderOfFact(tx, told.fact);
        const changed = await tx
          .insert(payments)
          .values(paymentRow(told, order?.invoice.id))
          .onConflictDoUpdate({
            target: [payments.provider, payments.providerPaymentId],
            set: { state: told.fact.state, rank: FACT_RANK[told.fact.state] },
            setWhere: lt(payments.rank, FACT_RANK[told.fact.state]),
          })
          .returning({ id: payments.id });
        const [row] = await tx.select().from(payments).where(identityOf(told));
        const isNews = changed.length > 0 && isReversal(told.fact.state);
        if (row?.outcome && isNews) {
          await openItem(tx, await readSettings(tx, defaults), {
            key: `${workflowId()}:${told.fact.state}`,
            kind: 'break',
            reason: `${told.fact.state} at the provider after it was booked here`,
            asOf: new Date(told.asOf),
            paymentId: row.id,
            invoiceId: order?.invoice.id,
            userId: order?.invoice.userId,
            amount: told.fact.amount,
          });
        }
        return { state: row?.state ?? told.fact.state, outcome: row?.outcome ?? undefined };
      });
    },

    /** Books a paid fact: invoice, wallet, period, message and audit in one transaction (PC-9). */
    async postPayment(paid: {
      provider: string;
      fact: WireFact;
      evidence: Evidence;
      asOf: string;
    }): Promise<PostOutcome> {
      return inTransaction(db, async (tx) =>
        postPaid(tx, {
          ...paid,
          asOf: new Date(paid.asOf),
          key: workflowId(),
          settings: await readSettings(tx, defaults),
        }),
      );
    },

    /** Shows operators a payment whose outcome has stayed unknown for too long (PC-11). */
    async openUnknownItem(unknown: {
      fact: WireFact;
      reason: string;
      asOf: string;
    }): Promise<void> {
      await inTransaction(db, async (tx) => {
        const order = await lockOrderOfFact(tx, unknown.fact);
        await openItem(tx, await readSettings(tx, defaults), {
          key: `${workflowId()}:unknown_outcome`,
          kind: 'unknown_outcome',
          reason: unknown.reason,
          asOf: new Date(unknown.asOf),
          invoiceId: order?.invoice.id,
          userId: order?.invoice.userId,
          amount: unknown.fact.amount,
        });
      });
    },

    /** Tells the owner once that checking goes on, or that the payment failed (PC-16). */
    async tellPayer(told: {
      invoiceId: string;
      template: 'pay.confirming' | 'pay.failed';
      asOf: string;
    }): Promise<void> {
      await inTransaction(db, async (tx) => {
        const [invoice] = await tx.select().from(invoices).where(eq(invoices.id, told.invoiceId));
        if (invoice?.state !== 'pending') return;
        const { userId, no, id: invoiceId } = invoice;
        await promiseToUser(tx, userId, {
          key: `${userId}:${told.template}:${workflowId()}`,
          template: told.template,
          params: { no, invoiceId },
          category: 'money',
          asOf: new Date(told.asOf),
          settings: await readSettings(tx, defaults),
        });
      });
    },
  };
}

function isReversal(state: FactState): boolean {
  return FACT_RANK[state] > FACT_RANK.paid;
}

function identityOf(told: { provider: string; fact: WireFact }) {
  return and(
    eq(payments.provider, told.provider),
    eq(payments.providerPaymentId, told.fact.providerPaymentId),
  );
}

function paymentRow(
  told: { provider: string; fact: WireFact; evidence: Evidence },
  invoiceId: string | undefined,
): typeof payments.$inferInsert {
  const { fact } = told;
  return {
    provider: told.provider,
    providerPaymentId: fact.providerPaymentId,
    invoiceId: invoiceId ?? null,
    payerUserId: fact.userId ?? null,
    amountMinor: fact.amount?.minor ?? 0,
    currency: fact.amount?.currency ?? 'XXX',
    exponent: fact.amount?.exponent ?? 0,
    state: fact.state,
    rank: FACT_RANK[fact.state],
    evidence: told.evidence,
  };
}
