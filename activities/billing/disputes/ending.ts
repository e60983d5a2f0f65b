import { and, desc, eq, inArray, ne } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { disputes, payments, users } from '../../../drizzle/schema';
import { assert } from '../../../src/domain/assert';
import { isDisputeOpen, type DisputeStage } from '../../../src/domain/billing/dispute';
import { FACT_RANK } from '../../../src/domain/billing/payment';
import { writeAudit, type AuditEntry } from '../../audit';
import type { ActivityDeps } from '../../deps';
import { noteFunds } from '../../funds';
import { promiseToUser } from '../../outbox';
import { inTransaction, readSettings, stepKey } from '../../transactions';
import { clearing, moneyAccount } from '../accounts';
import { releaseHold } from '../holds';
import { withdrawGift } from '../gifts/returning';
import { balanceOf, postTransfer, type Leg } from '../ledger';
import { openItem } from '../open-items';
import { refundedMinor, type SoldPayment } from '../returning/case';
import { revokePeriod } from '../returning/revocation';
import { takeTokens, type Ending } from './loss';
import { lockDisputed, moneyOf, ownDispute, type Dispute, type DisputeName } from './opening';

async function lockEnding(tx: Transaction, deps: ActivityDeps, name: DisputeName): Promise<Ending> {
  const sold = await lockDisputed(tx, name);
  const dispute = await ownDispute(tx, name);
  assert(sold && dispute, 'a dispute is opened before it is decided');
  const settings = await readSettings(tx, deps.settings);
  return { sold, dispute, settings, asOf: new Date(name.asOf) };
}

/** The money stays with us: everything the dispute froze is as it was before (DP-1). Repeating it changes nothing. */
export async function winDispute(deps: ActivityDeps, name: DisputeName): Promise<void> {
  await inTransaction(deps.db, async (tx) => {
    const ending = await lockEnding(tx, deps, name);
    const { sold, dispute, asOf } = ending;
    if (!isDisputeOpen(dispute.state)) return;
    const { amountMinor, currency } = dispute;
    await bookMoney(tx, ending, {
      step: 'won',
      legs: [
        { account: clearing(dispute.provider, currency), amount: -amountMinor },
        { account: moneyAccount('disputes', currency), amount: amountMinor },
      ],
    });
    if (dispute.holdId !== null) {
      await releaseHold(tx, { holdId: dispute.holdId, key: stepKey('release'), asOf });
    }
    await restorePayment(tx, sold);
    await end(tx, ending, { state: 'won', takenUtok: 0, by: bank(dispute) });
    await tell(tx, ending, { template: 'dispute.won' });
  });
}

export type LostDispute = DisputeName & {
  /** The operator who gave in, where it was not the bank that decided. */
  readonly concession?: { readonly operatorId: string; readonly reason: string };
};

/**
 * The money is gone: what is left of the order is taken back, what was spent becomes a debt down to the floor, and the
 * period it gave ends. The promo slot is not returned (PR-6). Repeating it changes nothing.
 */
export async function loseDispute(
  deps: ActivityDeps,
  lost: LostDispute,
): Promise<{ subscriptionId: string | undefined }> {
  return inTransaction(deps.db, async (tx) => {
    const ending = await lockEnding(tx, deps, lost);
    const { sold, dispute } = ending;
    if (!isDisputeOpen(dispute.state)) {
      return { subscriptionId: sold.subscription?.subscriptionId };
    }
    const leftMinor = Math.max(0, sold.payment.amountMinor - refundedMinor(sold));
    const lossMinor = Math.min(dispute.amountMinor, leftMinor);
    await bookLoss(tx, ending, lossMinor);
    const takenUtok = await takeTokens(tx, ending, { lossMinor, leftMinor });
    const by = actorOf(dispute, lost);
    const isWhole = lossMinor === leftMinor && lossMinor > 0;
    const subscriptionId = isWhole ? await endPeriod(tx, ending, by) : undefined;
    await end(tx, ending, { state: 'lost', takenUtok, by });
    await tell(tx, ending, { template: 'dispute.lost' });
    return { subscriptionId };
  });
}

interface Deed {
  readonly actor: NonNullable<AuditEntry['actor']>;
  readonly reason: string;
}

function bank({ provider }: Dispute): Deed {
  return { actor: { kind: 'provider', id: provider }, reason: 'the bank decided' };
}

function actorOf(dispute: Dispute, { concession }: LostDispute): Deed {
  if (!concession) return bank(dispute);
  const { operatorId: id, reason } = concession;
  return { actor: { kind: 'operator', id }, reason };
}

async function bookMoney(
  tx: Transaction,
  { sold, asOf }: Ending,
  { step, legs }: { step: string; legs: readonly Leg[] },
): Promise<void> {
  await postTransfer(tx, {
    key: stepKey(step),
    kind: 'dispute',
    legs,
    userId: sold.userId,
    paymentId: sold.payment.id,
    asOf,
    ...(sold.order ? { invoiceId: sold.order.invoice.id } : {}),
  });
}

/** What the bank took of money we had is no income any more; what it took beyond that is ours to fight for. */
async function bookLoss(tx: Transaction, ending: Ending, lossMinor: number): Promise<void> {
  const { sold, dispute, settings, asOf } = ending;
  const { currency, exponent } = dispute;
  if (lossMinor > 0) {
    await bookMoney(tx, ending, {
      step: 'lost',
      legs: [
        { account: moneyAccount('deferred', currency), amount: -lossMinor },
        { account: moneyAccount('disputes', currency), amount: lossMinor },
      ],
    });
  }
  const beyondMinor = dispute.amountMinor - lossMinor;
  if (beyondMinor === 0) return;
  await openItem(tx, settings, {
    key: stepKey('beyond'),
    kind: 'break',
    reason: 'the bank took more than was left of the payment; it stands in sys:disputes',
    asOf,
    userId: sold.userId,
    paymentId: sold.payment.id,
    invoiceId: sold.order?.invoice.id,
    amount: { minor: beyondMinor, currency, exponent },
  });
}

async function endPeriod(
  tx: Transaction,
  { sold, asOf }: Ending,
  { actor, reason }: Deed,
): Promise<string | undefined> {
  const { subscription, order, isFulfilling } = sold;
  if (!order || !isFulfilling) return undefined;
  if (order.quote.purpose === 'gift') await withdrawGift(tx, order.invoice.id, asOf);
  if (!subscription) return undefined;
  return revokePeriod(tx, {
    key: stepKey('revoke'),
    subscriptionId: subscription.subscriptionId,
    periodN: subscription.periodN ?? (subscription.change === 'started' ? 0 : -1),
    bonusDays: order.quote.bonusDays,
    ...{ actor, reason, asOf },
  });
}

/** The payment is again what it was before the dispute: paid, or partly or wholly refunded by us. */
async function restorePayment(tx: Transaction, sold: SoldPayment): Promise<void> {
  const goneMinor = refundedMinor(sold);
  const whole = goneMinor >= sold.payment.amountMinor ? 'refunded' : 'partially_refunded';
  const state = goneMinor === 0 ? 'paid' : whole;
  await tx
    .update(payments)
    .set({ state, rank: FACT_RANK[state] })
    .where(eq(payments.id, sold.payment.id));
}

async function end(
  tx: Transaction,
  { sold, dispute, asOf }: Ending,
  ended: { state: 'won' | 'lost'; takenUtok: number; by: Deed },
): Promise<void> {
  const { state, takenUtok, by } = ended;
  await tx.update(disputes).set({ state, takenUtok }).where(eq(disputes.id, dispute.id));
  await thaw(tx, sold.userId, dispute);
  await writeAudit(tx, {
    action: `dispute.${state}`,
    entity: 'dispute',
    entityId: dispute.id,
    ...by,
    before: { state: dispute.state },
    after: { state, takenUtok },
    asOf,
  });
}

/** Another open dispute of the person goes on freezing them. */
async function thaw(tx: Transaction, userId: number, ended: Dispute): Promise<void> {
  const [other] = await tx
    .select({ id: disputes.id })
    .from(disputes)
    .where(
      and(
        eq(disputes.userId, userId),
        ne(disputes.id, ended.id),
        inArray(disputes.state, ['opened', 'evidence_sent']),
      ),
    )
    .orderBy(desc(disputes.id))
    .limit(1);
  await tx
    .update(users)
    .set({ moneyFrozenBy: other?.id ?? null })
    .where(and(eq(users.id, userId), eq(users.moneyFrozenBy, ended.id)));
  noteFunds(tx, userId);
}

async function tell(
  tx: Transaction,
  { sold, dispute, settings, asOf }: Ending,
  { template }: { template: 'dispute.won' | 'dispute.lost' },
): Promise<void> {
  const { userId, order } = sold;
  await promiseToUser(tx, userId, {
    key: `${userId}:${template}:${dispute.id}`,
    template,
    params: {
      no: order?.invoice.no ?? 0,
      ...moneyOf(dispute),
      balanceUtok: await balanceOf(tx, userId),
    },
    category: 'money',
    asOf,
    settings,
  });
}

/** The bank says the opposite of what was booked: only a human can tell what happened to the money. */
export async function noteContradiction(
  deps: ActivityDeps,
  told: DisputeName & { readonly stage: DisputeStage },
): Promise<void> {
  await inTransaction(deps.db, async (tx) => {
    const { sold, dispute, settings, asOf } = await lockEnding(tx, deps, told);
    const { amountMinor: minor, currency, exponent } = dispute;
    await openItem(tx, settings, {
      key: stepKey(`contradiction:${told.stage}`),
      kind: 'break',
      reason: `the bank calls the dispute ${told.stage} after it was booked as ${dispute.state}`,
      asOf,
      userId: sold.userId,
      paymentId: sold.payment.id,
      invoiceId: sold.order?.invoice.id,
      amount: { minor, currency, exponent },
    });
  });
}
