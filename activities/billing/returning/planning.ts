import { eq, sql } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { invoices, payments, refunds, users } from '../../../drizzle/schema';
import { assert } from '../../../src/domain/assert';
import {
  approvalsNeeded,
  claimEndsMs,
  planRefund,
  type RefundCase,
  type RefundPlan,
  type RefundPlanning,
  type RefundRefusal,
} from '../../../src/domain/billing/refund';
import type { BillingSettings } from '../../../src/domain/billing/settings';
import type { RefundInput } from '../../../workflows/billing/refund/contract';
import { writeAudit } from '../../audit';
import type { ActivityDeps } from '../../deps';
import { promiseToOperators, promiseToUser } from '../../outbox';
import { inTransaction, readSettings, workflowId } from '../../transactions';
import { openItem } from '../open-items';
import { claimRequest, completeRequest } from './requests';
import { figuresOf, lockSoldPayment, refundedMinor, type Refund, type SoldPayment } from './case';

/** What somebody asks for, without how it is carried out. */
export type RefundWish = Pick<
  RefundInput,
  | 'paymentId'
  | 'origin'
  | 'requestedBy'
  | 'reason'
  | 'policy'
  | 'amountMinor'
  | 'returnedMinor'
  | 'request'
> & {
  /** Figures that were shown before: never more than this goes back. */
  readonly capMinor?: number;
  readonly asOf: string;
};

export type ProposedRefund =
  | {
      readonly kind: 'proposed';
      readonly plan: RefundPlan;
      readonly approvals: number;
      readonly userId: number;
      readonly provider: string;
      readonly providerPaymentId: string;
      readonly invoiceId: string | null;
    }
  | { readonly kind: 'refused'; readonly reason: RefundRefusal; readonly mostMinor: number };

/** Whose clock a refund lives by: that of the person who paid. */
export async function locateRefund(
  { db }: ActivityDeps,
  { paymentId }: { paymentId: string },
): Promise<{ clockOffsetMs: number }> {
  const [row] = await db
    .select({ clockOffsetMs: users.clockOffsetMs })
    .from(payments)
    .leftJoin(invoices, eq(invoices.id, payments.invoiceId))
    .innerJoin(users, eq(users.id, sql`coalesce(${invoices.userId}, ${payments.payerUserId})`))
    .where(eq(payments.id, paymentId));
  return { clockOffsetMs: row?.clockOffsetMs ?? 0 };
}

/** Plans a refund and records nothing of it: what its asker sees before they decide (RF-4). */
export async function previewRefund(deps: ActivityDeps, wish: RefundWish): Promise<ProposedRefund> {
  return inTransaction(deps.db, async (tx) => {
    const asked = await lockAsked(tx, deps, wish);
    if (asked.kind === 'refused') return asked;
    const planning = planAsked(asked, wish);
    if (planning.kind === 'refused') return refusePlan(tx, { asked, wish, planning });
    return proposalOf(asked, wish, planning.plan);
  });
}

/** Records a refund with its plan before anybody agrees to it. Repeating it returns what was recorded first. */
export async function proposeRefund(deps: ActivityDeps, wish: RefundWish): Promise<ProposedRefund> {
  return inTransaction(deps.db, async (tx) => {
    const asked = await lockAsked(tx, deps, wish);
    if (asked.kind === 'refused') return asked;
    const before = await ownRefund(tx);
    if (before?.plan) return proposalOf(asked, wish, before.plan);
    const planning = planAsked(asked, wish);
    if (planning.kind === 'refused') return refusePlan(tx, { asked, wish, planning });
    const proposal = proposalOf(asked, wish, planning.plan);
    if (!(await claimRequest(tx, wish))) return refused('idempotency_mismatch');
    await record(tx, asked, { wish, plan: planning.plan, approvals: proposal.approvals });
    return proposal;
  });
}

/** What the provider's protocol cannot give back only people can: they see it, once for each payment (RF-2). */
async function refusePlan(
  tx: Transaction,
  { asked, wish, planning }: { asked: Asked; wish: RefundWish; planning: Refused },
): Promise<Refused> {
  if (planning.reason !== 'provider_cannot') return planning;
  const { payment, userId, order } = asked.sold;
  const { amountMinor: minor, currency, exponent, provider } = payment;
  await openItem(tx, asked.settings, {
    key: `payment:${payment.id}:refund_by_hand`,
    kind: 'refund_stuck',
    reason: `${provider} gives nothing back by itself, and somebody wants a refund: ${wish.reason}`,
    ...{ userId, paymentId: payment.id, invoiceId: order?.invoice.id },
    ...{ amount: { minor, currency, exponent }, asOf: new Date(wish.asOf) },
  });
  return planning;
}

/** The row of the refund on whose behalf the running activity acts. */
export async function ownRefund(tx: Transaction): Promise<Refund | undefined> {
  const [row] = await tx.select().from(refunds).where(eq(refunds.key, workflowId()));
  return row;
}

/** Everything a refund is about, locked, and the rules it is judged by. */
export interface Asked {
  readonly kind: 'asked';
  readonly sold: SoldPayment;
  readonly settings: BillingSettings;
  readonly canRefund: RefundCase['canRefund'];
}

export async function lockAsked(
  tx: Transaction,
  { settings: defaults, providers }: ActivityDeps,
  wish: RefundWish,
): Promise<Asked | Refused> {
  const sold = await lockSoldPayment(tx, { ...wish, asOf: new Date(wish.asOf) });
  if (!sold) return refused('never_granted');
  const { kind, id } = wish.requestedBy;
  if (kind === 'user' && id !== String(sold.userId)) return refused('not_yours');
  // The bank may take the money by itself; sending it too would lose it twice.
  if (sold.isDisputed && wish.origin !== 'provider') return refused('disputed');
  const canRefund = providers.get(sold.payment.provider)?.capabilities.canRefund ?? 'none';
  return { kind: 'asked', sold, settings: await readSettings(tx, defaults), canRefund };
}

type Refused = Extract<ProposedRefund, { kind: 'refused' }>;

function refused(reason: RefundRefusal): Refused {
  return { kind: 'refused', reason, mostMinor: 0 };
}

/** The plan of this moment; of what was shown before never more, and less when something was spent meanwhile. */
export function planAsked(asked: Asked, wish: RefundWish): RefundPlanning {
  if (wish.origin === 'provider') return planReturned(asked, wish);
  const { sold, settings, canRefund } = asked;
  const feeMinor = settings.refundDeductProviderFee ? (sold.payment.feeMinor ?? 0) : 0;
  const chosen = wish.origin === 'user' ? undefined : wish.policy;
  const policy = chosen ?? settings.refundPolicy;
  const refundCase = { ...figuresOf(sold, new Date(wish.asOf)), policy, feeMinor, canRefund };
  if (wish.capMinor === undefined) {
    return planRefund({ ...refundCase, wishMinor: wish.amountMinor });
  }
  const most = planRefund(refundCase);
  const isLess = most.kind === 'refused' || most.plan.refundMinor <= wish.capMinor;
  return isLess ? most : planRefund({ ...refundCase, wishMinor: wish.capMinor });
}

/** The provider gave money back by itself: what of it we do not know of is taken back, with debt where it is spent. */
function planReturned({ sold }: Asked, wish: RefundWish): RefundPlanning {
  const known = refundedMinor(sold);
  const returned = Math.min(wish.returnedMinor ?? Infinity, sold.payment.amountMinor);
  if (returned <= known) return { kind: 'refused', reason: 'all_refunded', mostMinor: 0 };
  return planRefund({
    ...figuresOf(sold, new Date(wish.asOf)),
    policy: 'full_with_debt',
    canRefund: 'partial',
    feeMinor: 0,
    keptFeeMinor: 0,
    // The money is gone already, so no floor forbids it; what fits nowhere becomes an open item.
    debtRoomUtok: Number.MAX_SAFE_INTEGER,
    wishMinor: returned - known,
  });
}

function proposalOf(
  { sold, settings }: Asked,
  wish: RefundWish,
  plan: RefundPlan,
): Extract<ProposedRefund, { kind: 'proposed' }> {
  const { payment } = sold;
  const paidMs = (payment.paidAt ?? payment.recordedAt).getTime();
  return {
    kind: 'proposed',
    plan,
    approvals: approvalsNeeded({
      origin: wish.origin,
      refundMinor: plan.refundMinor,
      isWithinClaimTerm: Date.parse(wish.asOf) <= claimEndsMs(paidMs, settings.refundClaimDays),
      autoLimitMinor: settings.refundAutoLimitMinor,
      fourEyesLargeMinor: settings.fourEyesLargeMinor,
    }),
    userId: sold.userId,
    provider: payment.provider,
    providerPaymentId: payment.providerPaymentId,
    invoiceId: sold.order?.invoice.id ?? null,
  };
}

async function record(
  tx: Transaction,
  asked: Asked,
  { wish, plan, approvals }: { wish: RefundWish; plan: RefundPlan; approvals: number },
): Promise<void> {
  const { payment } = asked.sold;
  const by = wish.requestedBy;
  const [row] = await tx
    .insert(refunds)
    .values({
      key: workflowId(),
      paymentId: payment.id,
      amountMinor: plan.refundMinor,
      state: 'proposed',
      policy: plan.policy,
      reason: wish.reason,
      plan,
      requestedBy: `${by.kind}:${by.id}`,
    })
    .returning({ id: refunds.id });
  assert(row, 'an inserted refund has an id');
  await completeRequest(tx, wish, row.id);
  await writeAudit(tx, {
    action: 'refund.proposed',
    entity: 'refund',
    entityId: row.id,
    actor: by,
    after: { ...plan, approvals },
    reason: wish.reason,
    asOf: new Date(wish.asOf),
  });
  if (approvals > 0) await askOperators(tx, asked, { wish, plan });
}

/** Somebody has to agree, so somebody is told; the person sees that their claim is in good hands. */
async function askOperators(
  tx: Transaction,
  { sold, settings }: Asked,
  { wish, plan }: { wish: RefundWish; plan: RefundPlan },
): Promise<void> {
  const { currency, exponent, refundMinor: amountMinor } = plan;
  const no = sold.order?.invoice.no ?? 0;
  const asOf = new Date(wish.asOf);
  const amount = { no, amountMinor, currency, exponent };
  await promiseToOperators(tx, settings, {
    key: `ops:ops.refund:${workflowId()}`,
    template: 'ops.refund',
    params: { ...amount, key: workflowId(), userId: sold.userId, reason: wish.reason },
    asOf,
  });
  await promiseToUser(tx, sold.userId, {
    key: `${sold.userId}:refund.considered:${workflowId()}`,
    template: 'refund.considered',
    params: amount,
    category: 'money',
    asOf,
    settings,
  });
}
