import { and, desc, eq, lte, sql } from 'drizzle-orm';
import { v7 } from 'uuid';
import type { Database } from '../../drizzle/client';
import {
  quotes,
  settings,
  tariffPrices,
  tariffs,
  tariffVersions,
  topupRates,
} from '../../drizzle/schema';
import { termsHash } from '../../drizzle/terms-hash';
import {
  canonicalTerms,
  priceOrder,
  type QuoteTerms,
  type VersionTerms,
} from '../domain/billing/pricing';
import { mergeSettings, type BillingSettings, type SettingRow } from '../domain/billing/settings';
import type { QuoteOutcome, QuoteRequest } from './contract';
import { findChange } from './plan-changes';
import { findPromo } from './promo';

const MINUTE = 60_000;

/** Asks the one pricing function and freezes its answer, with the term of its button and of its price (TP-7, TP-8). */
export async function createQuote(
  db: Database,
  defaults: BillingSettings,
  request: QuoteRequest,
): Promise<QuoteOutcome> {
  const offer = await loadOffer(db, request);
  if (!offer || !isOnSale(offer, request)) {
    return { kind: 'refused', reason: 'tariff_unavailable' };
  }
  const { tariffId, periodUnit } = offer.version;
  const found = await findPromo(db, request, { tariffId, periodUnit, kind: offer.kind });
  if (found.kind === 'refused') return found;
  const { promo } = found;
  const changed = await findChange(db, request, { ...offer, promo });
  if (changed.kind === 'refused') return changed;
  const { change } = changed;
  const price = priceOrder(versionTerms(offer), { ...request, promo, change });
  if (price.kind === 'refused') return price;
  const terms = mergeSettings(defaults, offer.settings);
  return { kind: 'quoted', quoteId: await freeze(db, price.terms, { terms, request }) };
}

type Offer = NonNullable<Awaited<ReturnType<typeof loadOffer>>>;

/** The version, its price in the asked currency, the newest rate and the live settings, in one query. */
async function loadOffer(db: Database, request: QuoteRequest) {
  const rate = db
    .select({ utokPerMinor: topupRates.utokPerMinor })
    .from(topupRates)
    .where(and(eq(topupRates.currency, request.currency), lte(topupRates.validFrom, request.asOf)))
    .orderBy(desc(topupRates.validFrom))
    .limit(1)
    .as('rate');
  const liveSettings = sql<SettingRow[]>`coalesce(
    (select json_agg(json_build_object('key', key, 'value', value)) from ${settings}), '[]')`;
  const [row] = await db
    .select({
      version: tariffVersions,
      kind: tariffs.kind,
      productCode: tariffs.productCode,
      isActive: tariffs.isActive,
      priceMinor: tariffPrices.amountMinor,
      utokPerMinor: rate.utokPerMinor,
      settings: liveSettings,
    })
    .from(tariffVersions)
    .innerJoin(tariffs, eq(tariffs.id, tariffVersions.tariffId))
    .leftJoin(
      tariffPrices,
      and(
        eq(tariffPrices.tariffVersionId, tariffVersions.id),
        eq(tariffPrices.currency, request.currency),
      ),
    )
    .leftJoin(rate, sql`true`)
    .where(eq(tariffVersions.id, request.tariffVersionId));
  return row;
}

/** A trial is opened by its code only (PR-3), and is on sale under no other name; money for a wallet is no gift. */
function isOnSale(offer: Offer, { asOf, purpose }: QuoteRequest): boolean {
  const { validFrom, validUntil } = offer.version;
  const isValid = validFrom <= asOf && (validUntil === null || asOf < validUntil);
  if (purpose === 'gift' && offer.kind === 'topup') return false;
  return offer.isActive && isValid && (offer.kind === 'trial') === (purpose === 'trial');
}

function versionTerms({ version, kind, priceMinor, utokPerMinor }: Offer): VersionTerms {
  return {
    tariffVersionId: version.id,
    kind,
    tokensUtok: version.tokensUtok,
    feeUtok: version.feeUtok,
    periodUnit: version.periodUnit,
    periodCount: version.periodCount,
    minAmountMinor: version.minAmountMinor,
    maxAmountMinor: version.maxAmountMinor,
    priceMinor: priceMinor ?? undefined,
    utokPerMinor: utokPerMinor ?? undefined,
    renewable: version.renewable,
  };
}

async function freeze(
  db: Database,
  quote: QuoteTerms,
  { terms, request }: { terms: BillingSettings; request: QuoteRequest },
): Promise<string> {
  const id = request.quoteId ?? v7();
  const asOfMs = request.asOf.getTime();
  const row = {
    ...quote,
    id,
    termsHash: termsHash(canonicalTerms(quote)),
    holdsUntil: new Date(asOfMs + Math.round(terms.quoteHoldHours * 60 * MINUTE)),
    buttonUntil: new Date(asOfMs + Math.round(terms.quoteButtonTtlMinutes * MINUTE)),
    asOf: request.asOf,
  };
  await db.insert(quotes).values(row).onConflictDoNothing({ target: quotes.id });
  return id;
}
