import { and, eq, isNull } from 'drizzle-orm';
import type { Database } from '../../drizzle/client';
import { autoTopups, consents, paymentMethods } from '../../drizzle/schema';

export interface AutoTopupReads {
  /** A person's standing order and saved cards. */
  autoTopup(userId: number): Promise<AutoTopupView>;
}

export interface AutoTopupView {
  readonly standing: StandingTopupView | undefined;
  /** Cards that may be charged, the newest first. */
  readonly cards: readonly SavedCardView[];
}

export interface StandingTopupView {
  readonly isActive: boolean;
  readonly hasConsent: boolean;
  readonly thresholdUtok: number;
  readonly targetUtok: number;
  readonly dailyCapMinor: number;
  readonly currency: string;
  /** ISO 8601, while a cap or a declined card holds it back. */
  readonly deferredUntil: string | undefined;
  readonly cardLabel: string;
}

export interface SavedCardView {
  readonly methodId: string;
  readonly label: string;
  readonly provider: string;
}

export function autoTopupReads(db: Database): AutoTopupReads {
  return {
    autoTopup: async (userId) => {
      const [standing, cards] = await Promise.all([standingOf(db, userId), cardsOf(db, userId)]);
      return { standing, cards };
    },
  };
}

async function standingOf(db: Database, userId: number): Promise<StandingTopupView | undefined> {
  const [row] = await db
    .select({ order: autoTopups, consentId: consents.id, label: paymentMethods.label })
    .from(autoTopups)
    .innerJoin(paymentMethods, eq(paymentMethods.id, autoTopups.methodId))
    .leftJoin(consents, and(eq(consents.id, autoTopups.consentId), isNull(consents.withdrawnAt)))
    .where(eq(autoTopups.userId, userId));
  if (!row) return undefined;
  const { isActive, thresholdUtok, targetUtok, dailyCapMinor, currency } = row.order;
  return {
    ...{ isActive, thresholdUtok, targetUtok, dailyCapMinor, currency },
    hasConsent: row.consentId !== null,
    deferredUntil: row.order.deferredUntil?.toISOString(),
    cardLabel: row.label,
  };
}

async function cardsOf(db: Database, userId: number): Promise<readonly SavedCardView[]> {
  const rows = await db
    .select({
      methodId: paymentMethods.id,
      label: paymentMethods.label,
      provider: paymentMethods.provider,
    })
    .from(paymentMethods)
    .where(
      and(
        eq(paymentMethods.userId, userId),
        eq(paymentMethods.state, 'active'),
        // What Telegram renews cannot be charged by us.
        isNull(paymentMethods.subscriptionId),
      ),
    )
    .orderBy(paymentMethods.id);
  return rows.reverse();
}
