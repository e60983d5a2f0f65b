import { and, desc, eq, isNull, lte, or, gt } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { consents, tariffs, tariffVersions } from '../../../drizzle/schema';
import type { WishOutcome, WishRefusal } from '../../../workflows/billing/subscription/contract';
import { chargeableMethod } from '../charges/methods';
import { feeOf, priceOf, renewalTerms, type RenewalTerms } from '../subscription-course/terms';
import type { Subscription } from '../timelines';
import { hasTriesLeft } from './retrying';
import { applyWish, done, refused, type GrantedWish, type Wish } from './wish';

type DriverWish = Wish<'setDriver'>;
type Chosen = Pick<Subscription, 'driver' | 'methodId' | 'consentId' | 'nextTariffVersionId'>;

/**
 * Chooses who renews a subscription, or that nobody does (SB-8). Choosing somebody takes a cancel back, and during a
 * trial it decides what follows; a new card for an unpaid renewal is tried at once.
 */
export const setDriver: GrantedWish<'setDriver'> = async (tx, wish) => {
  const { row, facts, wished, asOf } = wish;
  if (facts.attempt) return refused('confirming');
  if (wished.driver === 'none') return stopRenewing(tx, wish);
  if (wish.refusal !== undefined) return refused('money_frozen');
  if (row.cancelAtEnd && row.periodEnd <= asOf) return refused('too_late');
  const chosen = await choose(tx, wish);
  if (typeof chosen === 'string') return refused(chosen);
  const state = row.state === 'cancelling' ? 'active' : row.state;
  const after = { ...chosen, state, autoRenew: true, cancelAtEnd: false };
  if (!isStanding(row, after)) {
    const again = isNewCard(row, chosen) && hasTriesLeft(wish) ? { retryAt: asOf } : {};
    const change = { action: 'subscription.driver_set', after: { ...after, ...again } };
    await applyWish(tx, wish, change);
  }
  return done(wished.driver, row.periodEnd);
};

async function stopRenewing(tx: Transaction, wish: DriverWish): Promise<WishOutcome> {
  const nobody = { driver: 'none', autoRenew: false, methodId: null, consentId: null } as const;
  const after = { ...nobody, retryAt: null, pauseDays: null };
  if (!isStanding(wish.row, nobody)) {
    await applyWish(tx, wish, { action: 'subscription.driver_set', after });
  }
  return done('none', wish.row.periodEnd);
}

function isStanding(row: Subscription, after: Partial<Subscription>): boolean {
  return Object.entries(after).every(([name, value]) => row[name as keyof Subscription] === value);
}

function isNewCard(row: Subscription, { driver, methodId }: Chosen): boolean {
  return row.state === 'past_due' && driver === 'saved_method' && methodId !== row.methodId;
}

function choose(tx: Transaction, wish: DriverWish): Promise<Chosen | WishRefusal> {
  switch (wish.wished.driver) {
    case 'wallet':
      return chooseWallet(tx, wish);
    case 'saved_method':
      return chooseMethod(tx, wish);
    case 'stars':
    case 'none':
      return Promise.resolve(keepStars(wish));
  }
}

/** Telegram renews only what was bought as a subscription in Stars, so nobody can change to it. */
function keepStars({ row }: DriverWish): Chosen | WishRefusal {
  const { driver, methodId, consentId, nextTariffVersionId } = row;
  if (driver !== 'stars') return 'not_renewable';
  return { driver, methodId, consentId, nextTariffVersionId };
}

async function chooseWallet(tx: Transaction, wish: DriverWish): Promise<Chosen | WishRefusal> {
  const terms = await termsToCome(tx, wish);
  if (!terms || feeOf(terms) === undefined) return 'not_renewable';
  const nextTariffVersionId = nextOf(wish, terms);
  return { driver: 'wallet', methodId: null, consentId: null, nextTariffVersionId };
}

async function chooseMethod(tx: Transaction, wish: DriverWish): Promise<Chosen | WishRefusal> {
  const { terms, row, wished } = wish;
  const { methodId, consentId } = wished;
  const price = priceOf(terms, { driver: 'saved_method' });
  const goesOn = terms.version.renewable && terms.period !== undefined;
  if (!goesOn || price?.kind !== 'money') return 'not_renewable';
  const { currency } = price;
  if (methodId === undefined || !(await isChargeable(tx, wish, { methodId, currency }))) {
    return 'no_method';
  }
  if (consentId === undefined || !(await isAgreed(tx, row, consentId))) return 'no_consent';
  const { nextTariffVersionId } = row;
  return { driver: 'saved_method', methodId, consentId, nextTariffVersionId };
}

/** What the wallet would pay for: the plan that goes on or was chosen, after a trial else the month of the storefront. */
async function termsToCome(
  tx: Transaction,
  { row, terms, asOf }: DriverWish,
): Promise<RenewalTerms | undefined> {
  if (row.state !== 'trialing' || row.nextTariffVersionId !== null) return terms;
  const [first] = await tx
    .select({ id: tariffVersions.id })
    .from(tariffVersions)
    .innerJoin(tariffs, eq(tariffs.id, tariffVersions.tariffId))
    .where(
      and(
        eq(tariffs.kind, 'topup'),
        eq(tariffs.isActive, true),
        eq(tariffs.productCode, row.productCode),
        lte(tariffVersions.validFrom, asOf),
        or(isNull(tariffVersions.validUntil), gt(tariffVersions.validUntil, asOf)),
      ),
    )
    .orderBy(tariffs.sortOrder, tariffs.id, desc(tariffVersions.version))
    .limit(1);
  return first && renewalTerms(tx, { ...row, nextTariffVersionId: first.id }, asOf);
}

function nextOf({ row }: DriverWish, { version }: RenewalTerms): string | null {
  return version.id === row.tariffVersionId ? row.nextTariffVersionId : version.id;
}

/** A card of this very person that stands, of a provider that can charge it without them, in that money. */
async function isChargeable(
  tx: Transaction,
  { row, providers, asOf }: DriverWish,
  { methodId, currency }: { readonly methodId: string; readonly currency: string },
): Promise<boolean> {
  const method = await chargeableMethod(tx, methodId, asOf);
  if (method?.userId !== row.userId) return false;
  const provider = providers.get(method.provider);
  const sells = provider?.capabilities.currencies.includes(currency) ?? false;
  return sells && provider?.chargeSaved !== undefined;
}

/** Their own word, and it stands. */
async function isAgreed(
  tx: Transaction,
  { userId }: Subscription,
  consentId: string,
): Promise<boolean> {
  const [given] = await tx
    .select({ id: consents.id })
    .from(consents)
    .where(
      and(
        eq(consents.id, consentId),
        eq(consents.userId, userId),
        eq(consents.kind, 'autopay'),
        isNull(consents.withdrawnAt),
      ),
    );
  return given !== undefined;
}
