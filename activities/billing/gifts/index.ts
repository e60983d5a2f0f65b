import { eq } from 'drizzle-orm';
import { gifts, invoices } from '../../../drizzle/schema';
import type { GiftState } from '../../../workflows/billing/gift/contract';
import type { ActivityDeps } from '../../deps';
import { promiseToUser } from '../../outbox';
import { inTransaction, readSettings } from '../../transactions';
import { claimGift, type GiftClaim } from './claiming';
import { returnGift, type GiftReturn } from './returning';
import { giftParams, lockGift } from './rows';

/** What a gift's workflow lives by; instants are ISO 8601. */
export interface GiftSnapshot {
  readonly state: GiftState;
  readonly paidAt: string;
  readonly expiresAt: string;
}

/** Side effects of the `gift` workflow. Each is one transaction; repeating it changes nothing. */
export function giftActivities(deps: ActivityDeps) {
  return {
    loadGift: (asked: { giftId: string }) => loadGift(deps, asked),
    remindGift: (reminder: GiftReminder) => remindGift(deps, reminder),
    claimGift: (claim: GiftClaim) => claimGift(deps, claim),
    returnGift: (step: GiftReturn) => returnGift(deps, step),
  };
}

/** Reads where the gift stands. */
async function loadGift(
  { db }: ActivityDeps,
  { giftId }: { giftId: string },
): Promise<GiftSnapshot | null> {
  const [row] = await db
    .select({ state: gifts.state, expiresAt: gifts.expiresAt, paidAt: invoices.paidAt })
    .from(gifts)
    .innerJoin(invoices, eq(invoices.id, gifts.invoiceId))
    .where(eq(gifts.id, giftId));
  if (!row) return null;
  const { state, expiresAt } = row;
  return {
    state,
    paidAt: (row.paidAt ?? expiresAt).toISOString(),
    expiresAt: expiresAt.toISOString(),
  };
}

interface GiftReminder {
  readonly giftId: string;
  readonly daysLeft: number;
  readonly asOf: string;
}

/** Reminds the buyer once per distance that nobody has claimed their gift (SB-21). */
async function remindGift(
  { db, settings: defaults }: ActivityDeps,
  reminder: GiftReminder,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const gift = await lockGift(tx, reminder.giftId);
    if (gift?.state !== 'paid') return;
    await promiseToUser(tx, gift.buyerId, {
      key: `${gift.buyerId}:gift.reminder:${gift.id}:${reminder.daysLeft}`,
      template: 'gift.reminder',
      params: {
        ...(await giftParams(tx, gift)),
        giftId: gift.id,
        until: gift.expiresAt.toISOString(),
      },
      category: 'service',
      asOf: new Date(reminder.asOf),
      settings: await readSettings(tx, defaults),
    });
  });
}
