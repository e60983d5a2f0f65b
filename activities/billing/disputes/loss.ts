import { eq } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { holdLots, lots } from '../../../drizzle/schema';
import type { BillingSettings } from '../../../src/domain/billing/settings';
import { stepKey, workflowId } from '../../transactions';
import { placeHold, releaseHold } from '../holds';
import { figuresOf, sum, type SoldPayment } from '../returning/case';
import { sharesOf, takeBack } from '../returning/tokens';
import { lockDisputed, type Dispute } from './opening';

/** A dispute that is being decided, with everything it is about. */
export interface Ending {
  readonly sold: SoldPayment;
  readonly dispute: Dispute;
  readonly settings: BillingSettings;
  readonly asOf: Date;
}

/** Tokens in the proportion of the loss, rounded up; all that is left of the order when all of the money is gone. */
export async function takeTokens(
  tx: Transaction,
  ending: Ending,
  { lossMinor, leftMinor }: { lossMinor: number; leftMinor: number },
): Promise<number> {
  const { sold, asOf, settings } = ending;
  const { boughtUtok, takenBackUtok } = figuresOf(sold, asOf);
  const leftUtok = Math.max(0, boughtUtok - takenBackUtok);
  const share = { partMinor: lossMinor, wholeMinor: leftMinor };
  const wantedUtok = proportion(leftUtok, share);
  const frozen = await frozenBy(tx, ending);
  const paidUtok = Math.min(wantedUtok, frozen.paidUtok);
  const bonusUtok = proportion(frozen.bonusUtok, share);
  const isAll = paidUtok === frozen.paidUtok && bonusUtok === frozen.bonusUtok;
  const holdId = isAll
    ? ending.dispute.holdId
    : await narrowHold(tx, ending, { paidUtok, bonusUtok });
  const taken = await takeBack(tx, sold, {
    key: workflowId(),
    ...{ holdId, paidUtok, bonusUtok, asOf, settings },
    debtUtok: wantedUtok - paidUtok,
  });
  return taken.takenUtok + taken.uncollectedUtok;
}

function proportion(utok: number, share: { partMinor: number; wholeMinor: number }): number {
  if (share.partMinor === share.wholeMinor) return share.wholeMinor === 0 ? 0 : utok;
  const part = BigInt(utok) * BigInt(share.partMinor);
  return Number((part + BigInt(share.wholeMinor) - 1n) / BigInt(share.wholeMinor));
}

/** How much of the hold lies on bought and how much on bonus lots. */
async function frozenBy(
  tx: Transaction,
  { dispute }: Ending,
): Promise<{ paidUtok: number; bonusUtok: number }> {
  if (dispute.holdId === null) return { paidUtok: 0, bonusUtok: 0 };
  const rows = await tx
    .select({ isPaid: lots.paid, amountUtok: holdLots.amountUtok })
    .from(holdLots)
    .innerJoin(lots, eq(lots.id, holdLots.lotId))
    .where(eq(holdLots.holdId, dispute.holdId));
  const of = (isPaid: boolean) =>
    sum(rows.filter((row) => row.isPaid === isPaid).map(({ amountUtok }) => amountUtok));
  return { paidUtok: of(true), bonusUtok: of(false) };
}

/** Only a part is lost: the rest is free again, and the part lies under a hold of exactly its lots. */
async function narrowHold(
  tx: Transaction,
  { sold, dispute, asOf }: Ending,
  wanted: { paidUtok: number; bonusUtok: number },
): Promise<string | null> {
  if (dispute.holdId === null) return null;
  await releaseHold(tx, { holdId: dispute.holdId, key: stepKey('release'), asOf });
  const fresh = await lockDisputed(tx, { ...nameOf(dispute, sold), asOf: asOf.toISOString() });
  const shares = sharesOf(fresh ?? sold, wanted);
  if (shares.length === 0) return null;
  const placed = await placeHold(tx, {
    key: stepKey('part'),
    userId: sold.userId,
    purpose: 'dispute',
    lots: shares,
    asOf,
    meta: { disputeId: dispute.id },
  });
  return placed.holdId;
}

function nameOf({ provider, providerRef: ref }: Dispute, { payment }: SoldPayment) {
  return { provider, ref, providerPaymentId: payment.providerPaymentId };
}
