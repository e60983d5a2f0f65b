import { and, eq } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { charges, transfers } from '../../../drizzle/schema';
import { spenderRows, type SpenderRow } from '../../../drizzle/spenders';
import { assert } from '../../../src/domain/assert';
import { planSpendRefund, type SpendRefundPlan } from '../../../src/domain/billing/spend-refund';
import type {
  SpendRefundFigures,
  SpendRefundInput,
  SpendRefundOutcome,
} from '../../../workflows/billing/spend-refund/contract';
import { writeAudit } from '../../audit';
import type { ActivityDeps } from '../../deps';
import { inTransaction, stepKey } from '../../transactions';
import { tokenAccount, wallet } from '../accounts';
import { lockWallet, postTransfer } from '../ledger';
import { totalUtok } from '../lots';
import { closeItem } from '../open-items';
import { earlierAnswer, keepAnswer } from '../requests';
import { refundable } from './burned';
import { emptyLimits } from './limits';

type Charge = typeof charges.$inferSelect;
type RefundOrder = SpendRefundInput & {
  /** Wall clock of the workflow; a test customer's own clock is added. */
  readonly asOf: string;
};

/** Side effects of the `spendRefund` workflow. */
export function spendRefundActivities({ db }: ActivityDeps) {
  return {
    /**
     * Gives tokens of a charge back to the lots they came from, in one transaction with the answer to the request. A
     * repeat of the name is answered with the first refund; parts never sum to more than the charge (LG-2).
     */
    refundSpend: (order: RefundOrder): Promise<SpendRefundOutcome> =>
      inTransaction(db, (tx) => refundSpend(tx, order)),
  };
}

const OK = 200;

async function refundSpend(tx: Transaction, order: RefundOrder): Promise<SpendRefundOutcome> {
  const known = await ownCharge(tx, order);
  if (known) await lockWallet(tx, known.userId);
  const earlier = await earlierRefund(tx, order);
  if (earlier) return earlier;
  const charge = known && (await ownCharge(tx, order));
  const [person] = charge ? await spenderRows(tx, [charge.userId]) : [];
  if (!charge || !person) return { kind: 'refused', reason: 'not_found' };
  const asOf = new Date(Date.parse(order.asOf) + person.clockOffsetMs);
  const plan = planSpendRefund(await refundable(tx, charge, asOf), order.amountUtok);
  if (plan.kind === 'too_much') return { ...plan, kind: 'refused', reason: 'too_much' };
  const figures = await giveBack(tx, order, { charge, person, plan, asOf });
  const { request } = order;
  const resourceId = figures.transferId ?? charge.id;
  await keepAnswer(tx, { request, status: OK, response: figures, resourceId, asOf });
  return { kind: 'refunded', isReplay: false, ...figures };
}

async function ownCharge(
  tx: Transaction,
  { chargeId, clientId }: RefundOrder,
): Promise<Charge | undefined> {
  const [charge] = await tx
    .select()
    .from(charges)
    .where(and(eq(charges.id, chargeId), eq(charges.clientId, clientId)));
  return charge;
}

/** The first answer under this name: kept for a while as it was said, and for ever with the transfer. */
async function earlierRefund(
  tx: Transaction,
  order: RefundOrder,
): Promise<SpendRefundOutcome | undefined> {
  const kept = await earlierAnswer<SpendRefundFigures>(tx, order.request);
  if (kept?.kind === 'other') return { kind: 'refused', reason: 'mismatch' };
  if (kept) return { kind: 'refunded', isReplay: true, ...kept.response };
  const [posted] = await tx
    .select({ transferId: transfers.id, meta: transfers.meta })
    .from(transfers)
    .where(eq(transfers.key, transferKey()));
  if (!posted) return undefined;
  const { fingerprint, figures } = posted.meta as PostedMeta;
  if (fingerprint !== order.request.bodyHash) return { kind: 'refused', reason: 'mismatch' };
  const { transferId } = posted;
  return { kind: 'refunded', isReplay: true, ...figures, transferId };
}

interface PostedMeta {
  readonly fingerprint: string;
  readonly figures: SpendRefundFigures;
}

function transferKey(): string {
  return stepKey('give-back');
}

interface Settled {
  readonly charge: Charge;
  readonly person: SpenderRow;
  readonly plan: SpendRefundPlan;
  readonly asOf: Date;
}

async function giveBack(
  tx: Transaction,
  order: RefundOrder,
  settled: Settled,
): Promise<SpendRefundFigures> {
  const { charge, person, plan, asOf } = settled;
  await waive(tx, order, settled);
  const figures = await figuresOf(tx, settled);
  const transferId = await post(tx, order, { ...settled, figures });
  const byUtok = figures.returnedUtok + figures.lapsedUtok;
  await emptyLimits(tx, { charge, person, byUtok, asOf });
  await writeAudit(tx, {
    action: 'tokens.returned',
    entity: 'transfer',
    entityId: transferId ?? charge.id,
    actor: { kind: 'system', id: `api:${order.clientName}` },
    after: { ...figures, transferId, waivedUtok: plan.waivedUtok },
    reason: order.reason,
    asOf,
  });
  return { ...figures, transferId };
}

/** What was never collected is not missed any more; with its last part the open item is closed. */
async function waive(
  tx: Transaction,
  { clientName, reason }: RefundOrder,
  { charge, plan, asOf }: Settled,
): Promise<void> {
  if (plan.waivedUtok === 0) return;
  const waivedUtok = charge.waivedUtok + plan.waivedUtok;
  await tx.update(charges).set({ waivedUtok }).where(eq(charges.id, charge.id));
  if (waivedUtok < charge.uncollectedUtok) return;
  for (const key of [`${charge.key}:uncollected`, `hold:${charge.key}:uncollected`]) {
    await closeItem(tx, {
      key,
      state: 'resolved',
      resolution: 'refunded',
      reason,
      asOf,
      operatorId: `api:${clientName}`,
    });
  }
}

/** Computed from the wallet as it is locked: what the transfer will leave, so that it can remember the answer. */
async function figuresOf(tx: Transaction, { charge, plan }: Settled): Promise<SpendRefundFigures> {
  const { balance, held } = await lockWallet(tx, charge.userId);
  const { waivedUtok, owedUtok, shares, lapsed } = plan;
  const returnedUtok = owedUtok + totalUtok(shares);
  const lapsedUtok = totalUtok(lapsed);
  const amountUtok = waivedUtok + returnedUtok + lapsedUtok;
  return {
    chargeId: charge.id,
    transferId: null,
    ...{ amountUtok, waivedUtok, returnedUtok, lapsedUtok },
    leftUtok: plan.leftUtok,
    balanceAfterUtok: balance + returnedUtok,
    availableAfterUtok: balance + returnedUtok - held,
    lots: shares,
  };
}

async function post(
  tx: Transaction,
  order: RefundOrder,
  { charge, plan, asOf, figures }: Settled & { figures: SpendRefundFigures },
): Promise<string | null> {
  const { returnedUtok, lapsedUtok } = figures;
  if (returnedUtok + lapsedUtok === 0) return null;
  assert(charge.transferId !== null, `charge ${charge.id} took what it gives back`);
  const { transferId } = await postTransfer(tx, {
    key: transferKey(),
    kind: 'reversal',
    legs: [
      { account: tokenAccount('spend'), amount: -returnedUtok - lapsedUtok },
      { account: wallet(charge.userId), amount: returnedUtok },
      { account: tokenAccount('breakage'), amount: lapsedUtok },
    ],
    lot: { origin: 'refund' },
    returns: plan.shares,
    userId: charge.userId,
    chargeId: charge.id,
    reversesTransferId: charge.transferId,
    asOf,
    meta: {
      reason: order.reason,
      lapsed: plan.lapsed,
      fingerprint: order.request.bodyHash,
      figures,
    },
  });
  return transferId;
}
