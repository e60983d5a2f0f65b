import { and, eq } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { referrals } from '../../../drizzle/schema';
import { rewardUtok } from '../../../src/domain/billing/referral';
import { writeAudit } from '../../audit';
import { promiseToUser } from '../../outbox';
import type { Order } from '../orders';
import { totalOf, type Receipt } from '../sales';

const DAY = 86_400_000;

/**
 * Puts the reward for bringing this payer on hold, in the transaction of their first payment that earns one. Returns
 * the payer when it did; later payments find the reward taken and change nothing.
 */
export async function holdReward(
  tx: Transaction,
  { invoice, quote }: Order,
  receipt: Receipt,
): Promise<number | undefined> {
  const { userId: refereeId } = invoice;
  const [joined] = await tx
    .select()
    .from(referrals)
    .where(and(eq(referrals.refereeId, refereeId), eq(referrals.state, 'joined')))
    .for('update');
  if (!joined) return undefined;
  const { settings, asOf, paymentId } = receipt;
  const reward = rewardUtok({
    paidMinor: totalOf(receipt),
    utokPerMinor: quote.utokPerMinor,
    rewardPercent: settings.referralRewardPercent,
    minimumTokens: settings.referralMinPaymentTokens,
  });
  if (reward === undefined) return undefined;
  const payAt = new Date(asOf.getTime() + Math.round(settings.referralHoldDays * DAY));
  await tx
    .update(referrals)
    .set({ state: 'held', paymentId, rewardUtok: reward, payAt })
    .where(eq(referrals.refereeId, refereeId));
  await writeAudit(tx, {
    action: 'referral.held',
    entity: 'referral',
    entityId: String(refereeId),
    before: { state: 'joined' },
    after: { state: 'held', paymentId, rewardUtok: reward, payAt: payAt.toISOString() },
    asOf,
  });
  await promiseToUser(tx, joined.referrerId, {
    key: `${joined.referrerId}:referral.held:${refereeId}`,
    template: 'referral.held',
    params: { tokensUtok: reward, until: payAt.toISOString() },
    category: 'service',
    asOf,
    settings,
  });
  return refereeId;
}
