import { and, eq } from 'drizzle-orm';
import type { Transaction } from '../../drizzle/client';
import { invoices, payments } from '../../drizzle/schema';
import {
  FACT_RANK,
  type FactState,
  type PostOutcome,
  type WireFact,
} from '../../src/domain/billing/payment';
import { assert } from '../../src/domain/assert';
import type { BillingSettings } from '../../src/domain/billing/settings';
import type { Evidence } from '../../src/payments/provider';
import { writeAudit } from '../audit';
import type { ActivityDeps } from '../deps';
import { promiseToUser } from '../outbox';
import { inTransaction, readSettings, workflowId } from '../transactions';
import { closeItem, openItem } from './open-items';
import { lockOrderOfFact } from './orders';
import { postPaid, type Testimony } from './posting';
import { claimsOf, locatePayment, type LocatedHint } from './locating';
import { requireProvider } from './provider-calls';
import { isGiven } from './returning/case';
import { returnedMoney, type ReturnedMoney } from './returning/returned';
import { bookReturn, suspendingItem, type Payment, type Suspended } from './suspense';

export type { PaymentContext } from './locating';

export type Learned =
  | {
      readonly kind: 'fact';
      readonly fact: WireFact;
      readonly evidence: Evidence;
      /** Who gave the evidence and why, where it was an operator. */
      readonly testimony?: Testimony;
    }
  | { readonly kind: 'unknown'; readonly reason: string };

/** Side effects of the `paymentConfirmation` workflow. Each is one transaction or one outside call. */
export function paymentActivities(deps: ActivityDeps) {
  return {
    locatePayment: (hint: LocatedHint) => locatePayment(deps, hint),
    learnPayment: (question: Question) => learnPayment(deps, question),
    recordFact: (told: ToldFact) => recordFact(deps, told),
    postPayment: (paid: ToldFact) => postPayment(deps, paid),
    openUnknownItem: (unknown: UnknownOutcome) => openUnknownItem(deps, unknown),
    tellPayer: (told: Word) => tellPayer(deps, told),
  };
}

interface Question {
  readonly provider: string;
  readonly hint: WireFact;
  readonly isTelegramsWord: boolean;
}

/** Asks the provider for the truth; where the protocol has nobody to ask, the verified hint is the evidence (PC-6). */
async function learnPayment({ providers }: ActivityDeps, question: Question): Promise<Learned> {
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
}

interface ToldFact {
  readonly provider: string;
  readonly fact: WireFact;
  readonly evidence: Evidence;
  readonly asOf: string;
  readonly testimony?: Testimony;
}

/** Where a payment stands after a fact was folded into it. */
export interface RecordedFact {
  readonly state: string;
  readonly outcome: PostOutcome | undefined;
  /** Money that the provider gave back by itself and that our books do not know of yet (RF-3). */
  readonly returned?: ReturnedMoney;
}

/**
 * Folds a fact that moves no money into the payment's row; a lower rank never overwrites a higher one (PC-8). What the
 * provider took back by itself leaves suspense, if it lies there; of money we have given for it opens an item.
 */
async function recordFact(
  { db, settings: defaults }: ActivityDeps,
  told: ToldFact,
): Promise<RecordedFact> {
  return inTransaction(db, async (tx) => {
    const settings = await readSettings(tx, defaults);
    const { isNew, payment } = await lockOrInsert(tx, told);
    const order = await lockOrderOfFact(tx, told.fact);
    const { state } = told.fact;
    const returned = await returnedMoney(tx, payment, told.fact);
    if (!isNew && payment.rank >= FACT_RANK[state]) return recorded(payment, returned);
    await tx
      .update(payments)
      .set({
        // What was booked stays as it was booked.
        ...(payment.outcome ? {} : { ...claimsOf(told.fact), evidence: told.evidence }),
        state,
        rank: FACT_RANK[state],
        invoiceId: payment.invoiceId ?? order?.invoice.id,
      })
      .where(eq(payments.id, payment.id));
    if (FACT_RANK[state] >= FACT_RANK.failed) await closeUnknown(tx, told);
    if (state === 'failed') await auditFailure(tx, payment, told);
    if (isReversal(state) && !returned) {
      await foldReversal(tx, told, { payment, order, settings });
    }
    return recorded({ ...payment, state }, returned);
  });
}

async function auditFailure(tx: Transaction, payment: Payment, told: ToldFact): Promise<void> {
  await writeAudit(tx, {
    action: 'payment.failed',
    entity: 'payment',
    entityId: payment.id,
    actor: { kind: 'provider', id: told.provider },
    before: { state: payment.state },
    after: { state: 'failed', evidence: told.evidence },
    asOf: new Date(told.asOf),
  });
}

function recorded(
  { state, outcome }: Pick<Payment, 'state' | 'outcome'>,
  returned: ReturnedMoney | undefined,
): RecordedFact {
  return { state, outcome: outcome ?? undefined, ...(returned ? { returned } : {}) };
}

async function foldReversal(
  tx: Transaction,
  told: ToldFact,
  found: Suspended & { settings: BillingSettings },
): Promise<void> {
  const { payment, order, settings } = found;
  const { provider, fact, asOf } = told;
  const openItemKey = suspendingItem(payment.outcome);
  if (fact.state === 'refunded' && openItemKey !== undefined) {
    const { providerPaymentId } = fact;
    const by = { operatorId: provider, reason: 'the provider gave the money back by itself' };
    return bookReturn(tx, { provider, providerPaymentId, fact, openItemKey, asOf, ...by }, found);
  }
  if (fact.state === 'refunded' && payment.outcome === null) return;
  // A dispute has a workflow of its own, which shows it to the operators.
  if (fact.state === 'disputed' && isGiven(payment.outcome)) return;
  if (fact.state === 'refunded' && isGiven(payment.outcome)) return;
  await openItem(tx, settings, {
    key: `${workflowId()}:${fact.state}`,
    kind: 'break',
    reason: `${fact.state} at the provider after it was ${payment.outcome ? 'booked' : 'paid'}`,
    asOf: new Date(asOf),
    paymentId: payment.id,
    invoiceId: order?.invoice.id,
    userId: order?.invoice.userId,
    amount: fact.amount,
  });
}

/** Books a paid fact: invoice, wallet, period, message and audit in one transaction (PC-9). */
async function postPayment(
  { db, settings: defaults, secrets }: ActivityDeps,
  paid: ToldFact,
): Promise<PostOutcome> {
  return inTransaction(db, async (tx) => {
    const settings = await readSettings(tx, defaults);
    const asOf = new Date(paid.asOf);
    const outcome = await postPaid(tx, { ...paid, asOf, key: workflowId(), settings, secrets });
    await closeUnknown(tx, paid);
    return outcome;
  });
}

/** The outcome is known after all: nobody has to look for it any more. */
async function closeUnknown(tx: Transaction, told: ToldFact): Promise<void> {
  await closeItem(tx, {
    key: unknownKey(),
    state: 'resolved',
    resolution: `it is ${told.fact.state}`,
    operatorId: told.provider,
    reason: 'the outcome became known',
    asOf: new Date(told.asOf),
  });
}

function unknownKey(): string {
  return `${workflowId()}:unknown_outcome`;
}

interface UnknownOutcome {
  readonly fact: WireFact;
  readonly reason: string;
  readonly asOf: string;
}

/** Shows operators a payment whose outcome has stayed unknown for too long (PC-11). */
async function openUnknownItem(
  { db, settings: defaults }: ActivityDeps,
  unknown: UnknownOutcome,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const order = await lockOrderOfFact(tx, unknown.fact);
    await openItem(tx, await readSettings(tx, defaults), {
      key: unknownKey(),
      kind: 'unknown_outcome',
      reason: unknown.reason,
      asOf: new Date(unknown.asOf),
      invoiceId: order?.invoice.id,
      userId: order?.invoice.userId,
      amount: unknown.fact.amount,
    });
  });
}

interface Word {
  readonly invoiceId: string;
  readonly template: 'pay.confirming' | 'pay.failed';
  readonly asOf: string;
}

/** Tells the owner once that checking goes on, or that the payment failed (PC-16). */
async function tellPayer({ db, settings: defaults }: ActivityDeps, told: Word): Promise<void> {
  await inTransaction(db, async (tx) => {
    const [invoice] = await tx.select().from(invoices).where(eq(invoices.id, told.invoiceId));
    // Of a charge that nobody made by hand, its standing order tells by itself.
    if (invoice?.state !== 'pending' || invoice.isAutomatic) return;
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
}

function isReversal(state: FactState): boolean {
  return FACT_RANK[state] > FACT_RANK.paid;
}

/** The payment's row, locked; written first when nothing was known of it. */
async function lockOrInsert(
  tx: Transaction,
  { provider, fact, evidence }: ToldFact,
): Promise<{ isNew: boolean; payment: Payment }> {
  const inserted = await tx
    .insert(payments)
    .values({
      provider,
      providerPaymentId: fact.providerPaymentId,
      ...claimsOf(fact),
      state: fact.state,
      rank: FACT_RANK[fact.state],
      evidence,
    })
    .onConflictDoNothing()
    .returning({ id: payments.id });
  const [payment] = await tx
    .select()
    .from(payments)
    .where(
      and(eq(payments.provider, provider), eq(payments.providerPaymentId, fact.providerPaymentId)),
    )
    .for('update');
  assert(payment, `payment ${fact.providerPaymentId} was just written`);
  return { isNew: inserted.length > 0, payment };
}
