import { and, desc, eq, inArray, isNull, ne, notInArray } from 'drizzle-orm';
import type { Database } from '../../drizzle/client';
import {
  autoTopups,
  consents,
  invoices,
  paymentMethods,
  payments,
  subscriptions,
  tariffVersions,
} from '../../drizzle/schema';

export interface MethodReads {
  /** The ways to pay that a person has left with us and not taken back, the newest first. */
  savedMethods(userId: number): Promise<readonly SavedMethodView[]>;
}

export interface SavedMethodView {
  readonly methodId: string;
  readonly label: string;
  readonly provider: string;
  /** `YYYY-MM-DD`; null where the provider does not say. */
  readonly expiresOn: string | null;
  /** ISO 8601. */
  readonly savedAt: string;
  /** Telegram renews by it: it ends with its subscription and cannot be removed by us. */
  readonly isStars: boolean;
  /** The plan it renews. */
  readonly renews: RenewedPlan | undefined;
  /** It makes the automatic top-ups. */
  readonly topsUp: boolean;
  /** What its owner agreed to, the newest first; consents that stand only. */
  readonly consents: readonly ConsentView[];
}

export interface RenewedPlan {
  readonly planName: { readonly ru: string; readonly en: string };
  /** ISO 8601. */
  readonly periodEnd: string;
}

export interface ConsentView {
  readonly textVersion: string;
  /** SHA-256 of the words, hexadecimal. */
  readonly textHash: string;
  /** ISO 8601. */
  readonly givenAt: string;
}

export function methodReads(db: Database): MethodReads {
  return { savedMethods: (userId) => savedMethods(db, userId) };
}

type Method = typeof paymentMethods.$inferSelect;

async function savedMethods(db: Database, userId: number): Promise<readonly SavedMethodView[]> {
  const methods = await db
    .select()
    .from(paymentMethods)
    .where(
      and(
        eq(paymentMethods.userId, userId),
        inArray(paymentMethods.state, ['active', 'expired']),
        ne(paymentMethods.label, ''),
      ),
    )
    .orderBy(desc(paymentMethods.id));
  return Promise.all(methods.map((method) => viewOf(db, method)));
}

async function viewOf(db: Database, method: Method): Promise<SavedMethodView> {
  const { id: methodId, label, provider, expiresOn, recordedAt } = method;
  const [renewed, topup, ordered] = await Promise.all([
    renewedBy(db, methodId),
    toppingUp(db, methodId),
    orderedWith(db, methodId),
  ]);
  const ids = [renewed?.consentId, topup?.consentId, ordered].filter((id) => id != null);
  return {
    ...{ methodId, label, provider, expiresOn },
    savedAt: recordedAt.toISOString(),
    isStars: method.subscriptionId !== null,
    renews: renewed && {
      planName: renewed.planName,
      periodEnd: renewed.periodEnd.toISOString(),
    },
    topsUp: topup?.isActive ?? false,
    consents: await consentsOf(db, ids),
  };
}

async function renewedBy(db: Database, methodId: string) {
  const [row] = await db
    .select({
      planName: tariffVersions.nameI18n,
      periodEnd: subscriptions.periodEnd,
      consentId: subscriptions.consentId,
    })
    .from(subscriptions)
    .innerJoin(tariffVersions, eq(tariffVersions.id, subscriptions.tariffVersionId))
    .where(
      and(
        eq(subscriptions.methodId, methodId),
        inArray(subscriptions.driver, ['saved_method', 'stars']),
        notInArray(subscriptions.state, ['expired', 'ended']),
      ),
    )
    .limit(1);
  return row;
}

async function toppingUp(db: Database, methodId: string) {
  const [row] = await db
    .select({ isActive: autoTopups.isActive, consentId: autoTopups.consentId })
    .from(autoTopups)
    .where(eq(autoTopups.methodId, methodId));
  return row;
}

/** The consent given with the order whose payment left the method. */
async function orderedWith(db: Database, methodId: string): Promise<string | null | undefined> {
  const [row] = await db
    .select({ consentId: invoices.consentId })
    .from(payments)
    .innerJoin(invoices, eq(invoices.id, payments.invoiceId))
    .where(eq(payments.methodId, methodId))
    .orderBy(payments.recordedAt)
    .limit(1);
  return row?.consentId;
}

async function consentsOf(db: Database, ids: readonly string[]): Promise<readonly ConsentView[]> {
  const rows = await db
    .select()
    .from(consents)
    .where(and(inArray(consents.id, [...ids]), isNull(consents.withdrawnAt)))
    .orderBy(desc(consents.givenAt));
  return rows.map(({ textVersion, textHash, givenAt }) => ({
    ...{ textVersion, textHash },
    givenAt: givenAt.toISOString(),
  }));
}
