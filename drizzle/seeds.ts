import { and, desc, eq } from 'drizzle-orm';
import type { Database, Transaction } from './client';
import {
  tariffPrices,
  tariffs,
  tariffVersions,
  topupRates,
  type LocalisedText,
  type PeriodUnit,
  type TariffKind,
} from './schema';

interface SeedTariff {
  readonly slug: string;
  readonly kind: TariffKind;
  readonly sortOrder: number;
  readonly isExample: boolean;
  readonly name: LocalisedText;
  readonly description: LocalisedText;
  readonly tokens?: number;
  /** Days after which the tokens lapse; a trial's end with it, whatever the number. */
  readonly tokenTtlDays?: number;
  readonly feeTokens?: number;
  readonly period?: readonly [count: number, unit: PeriodUnit];
  readonly minRub?: number;
  readonly maxRub?: number;
  /** Kopecks and whole Stars. */
  readonly prices?: { readonly RUB: number; readonly XTR: number };
}

const UTOK = 1_000_000;
const KOPECKS = 100;
const EXPONENTS = { RUB: 2, XTR: 0 } as const;

/** The catalogue of specification section 5.1: one top-up on sale, the rest as examples that wait to be switched on. */
const TARIFFS: readonly SeedTariff[] = [
  {
    slug: 'topup-main',
    kind: 'topup',
    sortOrder: 0,
    isExample: false,
    name: { ru: 'Пополнение', en: 'Top-up' },
    description: {
      ru: '1 ₽ = 1 токен. Первое пополнение открывает месяц доступа за 100 токенов.',
      en: '₽1 = 1 token. The first top-up opens a month of access for 100 tokens.',
    },
    feeTokens: 100,
    period: [1, 'month'],
    minRub: 200,
    maxRub: 100_000,
  },
  {
    slug: 'basic',
    kind: 'pack',
    sortOrder: 10,
    isExample: true,
    name: { ru: 'Базовый', en: 'Basic' },
    description: { ru: '20 токенов, чтобы попробовать.', en: '20 tokens to try things out.' },
    tokens: 20,
    prices: { RUB: 9_900, XTR: 75 },
  },
  {
    slug: 'standard',
    kind: 'pack',
    sortOrder: 20,
    isExample: true,
    name: { ru: 'Стандарт', en: 'Standard' },
    description: { ru: '50 токенов на каждый день.', en: '50 tokens for every day.' },
    tokens: 50,
    prices: { RUB: 24_900, XTR: 190 },
  },
  {
    slug: 'premium',
    kind: 'mixed',
    sortOrder: 30,
    isExample: true,
    name: { ru: 'Премиум', en: 'Premium' },
    description: {
      ru: '100 токенов и 30 дней доступа вместе.',
      en: '100 tokens and 30 days of access together.',
    },
    tokens: 100,
    period: [30, 'day'],
    prices: { RUB: 49_900, XTR: 380 },
  },
  {
    slug: 'access-30',
    kind: 'subscription',
    sortOrder: 40,
    isExample: true,
    name: { ru: 'Доступ на 30 дней', en: '30 days of access' },
    description: { ru: 'Месяц доступа без токенов.', en: 'A month of access, without tokens.' },
    period: [30, 'day'],
    prices: { RUB: 19_900, XTR: 150 },
  },
  {
    slug: 'trial-30-7',
    kind: 'trial',
    sortOrder: 50,
    isExample: true,
    name: { ru: 'Пробная неделя', en: 'Trial week' },
    description: { ru: '30 токенов на 7 дней.', en: '30 tokens for 7 days.' },
    tokens: 30,
    tokenTtlDays: 7,
    period: [7, 'day'],
    prices: { RUB: 0, XTR: 0 },
  },
];

/** Terms of the seeds hold from here on; any past instant does. */
const SINCE = new Date('2025-01-01T00:00:00Z');

export interface SeedOptions {
  /** Puts the example packs and subscriptions on sale, such as for the sandbox. Trials stay hidden. */
  readonly hasCatalogue?: boolean;
  /** Adds a new version of every seeded tariff; existing ones are never edited. */
  readonly isForced?: boolean;
}

/** Writes the seed data; what is there already stays as it is. */
export async function seedDatabase(db: Database, options: SeedOptions = {}): Promise<void> {
  await db.transaction(async (tx) => {
    for (const seed of TARIFFS) await seedTariff(tx, seed, options);
    await tx
      .insert(topupRates)
      .values({ currency: 'RUB', utokPerMinor: 10_000, validFrom: SINCE })
      .onConflictDoNothing();
  });
}

async function seedTariff(tx: Transaction, seed: SeedTariff, options: SeedOptions): Promise<void> {
  const isActive = !seed.isExample || (options.hasCatalogue === true && seed.kind !== 'trial');
  const { slug, kind, sortOrder } = seed;
  const [created] = await tx
    .insert(tariffs)
    .values({ slug, kind, sortOrder, isActive })
    .onConflictDoNothing({ target: tariffs.slug })
    .returning({ id: tariffs.id });
  if (created) return addVersion(tx, seed, { tariffId: created.id, version: 1 });
  if (options.hasCatalogue === true && isActive) await activate(tx, slug);
  if (options.isForced === true) await addNextVersion(tx, seed);
}

async function activate(tx: Transaction, slug: string): Promise<void> {
  await tx
    .update(tariffs)
    .set({ isActive: true })
    .where(and(eq(tariffs.slug, slug), eq(tariffs.isActive, false)));
}

async function addNextVersion(tx: Transaction, seed: SeedTariff): Promise<void> {
  const [latest] = await tx
    .select({ tariffId: tariffs.id, version: tariffVersions.version })
    .from(tariffs)
    .innerJoin(tariffVersions, eq(tariffVersions.tariffId, tariffs.id))
    .where(eq(tariffs.slug, seed.slug))
    .orderBy(desc(tariffVersions.version))
    .limit(1);
  if (latest) await addVersion(tx, seed, { ...latest, version: latest.version + 1 });
}

async function addVersion(
  tx: Transaction,
  seed: SeedTariff,
  place: { tariffId: string; version: number },
): Promise<void> {
  const [row] = await tx
    .insert(tariffVersions)
    .values({
      ...place,
      nameI18n: seed.name,
      descriptionI18n: seed.description,
      tokensUtok: (seed.tokens ?? 0) * UTOK,
      feeUtok: (seed.feeTokens ?? 0) * UTOK,
      tokenTtlDays: seed.tokenTtlDays ?? null,
      periodCount: seed.period?.[0] ?? null,
      periodUnit: seed.period?.[1] ?? null,
      renewable: seed.period !== undefined && seed.kind !== 'trial',
      minAmountMinor: seed.minRub === undefined ? null : seed.minRub * KOPECKS,
      maxAmountMinor: seed.maxRub === undefined ? null : seed.maxRub * KOPECKS,
      validFrom: SINCE,
    })
    .returning({ id: tariffVersions.id });
  if (row && seed.prices) await addPrices(tx, row.id, seed.prices);
}

async function addPrices(
  tx: Transaction,
  tariffVersionId: string,
  prices: { readonly RUB: number; readonly XTR: number },
): Promise<void> {
  await tx.insert(tariffPrices).values(
    (['RUB', 'XTR'] as const).map((currency) => ({
      tariffVersionId,
      currency,
      exponent: EXPONENTS[currency],
      amountMinor: prices[currency],
    })),
  );
}
