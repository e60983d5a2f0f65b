import { and, desc, eq, inArray, isNull, notInArray, or } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { costMultipliers, costRates, subscriptions, tariffVersions } from '../../../drizzle/schema';
import {
  costUtokIfSafe,
  plainDecimalText,
  type CostRounding,
} from '../../../src/domain/billing/cost';
import {
  multiplierOf,
  rubPerUnitAt,
  type MultiplierRow,
} from '../../../src/domain/billing/multiplier';
import type { BillingSettings } from '../../../src/domain/billing/settings';

/** A cost that wants to be computed. */
export interface CostQuestion {
  readonly clientId: string;
  readonly userId: number;
  readonly track: string;
  /** Decimal text. */
  readonly totalCost: string;
  readonly currency: string;
  /** ISO 8601: the terms in force then hold. */
  readonly occurredAt: string;
}

/** What a report is multiplied by, and what comes of it; kept with the report. */
export interface CostTerms {
  readonly multiplier: string;
  /** Decimal text; zero while the cost cannot be computed. */
  readonly rubPerUnit: string;
  readonly rounding: CostRounding;
  /** Zero while it cannot be computed. */
  readonly costUtok: number;
  readonly isPriced: boolean;
}

/**
 * Computes costs by the terms in force when they arose (TC-1), in the order of the questions: two queries for any
 * number of them, a third where a multiplier is bound to a tariff and a fourth where a cost is not in rubles.
 */
export async function costTerms(
  tx: Transaction,
  questions: readonly CostQuestion[],
  settings: BillingSettings,
): Promise<readonly CostTerms[]> {
  const rows = await multiplierRows(tx, questions);
  const tariffs = rows.some(({ tariffId }) => tariffId !== null)
    ? await tariffsOf(tx, questions)
    : new Map<number, string>();
  const rates = await rateRows(tx, questions);
  return questions.map((question) => {
    const atMs = Date.parse(question.occurredAt);
    const asked = { ...question, tariffId: tariffs.get(question.userId), atMs };
    const multiplier = plainDecimalText(multiplierOf(rows, asked) ?? settings.costMultiplier);
    const rubPerUnit = rubPerUnitAt(rates, asked);
    return termsOf(question, { multiplier, rubPerUnit, rounding: settings.costRounding });
  });
}

function termsOf(
  { totalCost: rawCost }: CostQuestion,
  {
    multiplier,
    rubPerUnit,
    rounding,
  }: Pick<CostTerms, 'multiplier' | 'rounding'> & {
    rubPerUnit: string | undefined;
  },
): CostTerms {
  const costUtok =
    rubPerUnit === undefined
      ? undefined
      : costUtokIfSafe({ rawCost, rubPerUnit, multiplier, rounding });
  if (rubPerUnit === undefined || costUtok === undefined) {
    return { multiplier, rounding, rubPerUnit: '0', costUtok: 0, isPriced: false };
  }
  return { multiplier, rounding, rubPerUnit, costUtok, isPriced: true };
}

async function multiplierRows(
  tx: Transaction,
  questions: readonly CostQuestion[],
): Promise<readonly MultiplierRow[]> {
  const tracks = distinct(questions.map(({ track }) => track));
  const clients = distinct(questions.map(({ clientId }) => clientId));
  const rows = await tx
    .select()
    .from(costMultipliers)
    .where(
      and(
        or(isNull(costMultipliers.track), inArray(costMultipliers.track, tracks)),
        or(isNull(costMultipliers.clientId), inArray(costMultipliers.clientId, clients)),
      ),
    );
  return rows.map(({ validFrom, validUntil, ...row }) => ({
    ...row,
    validFromMs: validFrom.getTime(),
    validUntilMs: validUntil?.getTime() ?? null,
  }));
}

/** The tariff of each person's live subscription, the latest where there are several. */
async function tariffsOf(
  tx: Transaction,
  questions: readonly CostQuestion[],
): Promise<ReadonlyMap<number, string>> {
  const people = distinct(questions.map(({ userId }) => userId));
  const rows = await tx
    .selectDistinctOn([subscriptions.userId], {
      userId: subscriptions.userId,
      tariffId: tariffVersions.tariffId,
    })
    .from(subscriptions)
    .innerJoin(tariffVersions, eq(tariffVersions.id, subscriptions.tariffVersionId))
    .where(
      and(
        inArray(subscriptions.userId, people),
        notInArray(subscriptions.state, ['expired', 'ended']),
      ),
    )
    .orderBy(subscriptions.userId, desc(subscriptions.id));
  return new Map(rows.map(({ userId, tariffId }) => [userId, tariffId]));
}

async function rateRows(tx: Transaction, questions: readonly CostQuestion[]) {
  const currencies = distinct(questions.map(({ currency }) => currency)).filter(
    (currency) => currency !== 'RUB',
  );
  if (currencies.length === 0) return [];
  const rows = await tx.select().from(costRates).where(inArray(costRates.currency, currencies));
  return rows.map(({ validFrom, ...row }) => ({ ...row, validFromMs: validFrom.getTime() }));
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
