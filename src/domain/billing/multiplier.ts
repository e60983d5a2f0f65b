/** A row that says what costs are multiplied by; what it leaves open it says for everybody (TC-1). */
export interface MultiplierRow {
  readonly track: string | null;
  readonly clientId: string | null;
  readonly tariffId: string | null;
  /** Decimal text. */
  readonly multiplier: string;
  readonly validFromMs: number;
  /** Null while no later row has closed it. */
  readonly validUntilMs: number | null;
}

export interface MultiplierQuestion {
  readonly track: string;
  readonly clientId: string;
  /** Of the person's subscription; undefined without one. */
  readonly tariffId: string | undefined;
  readonly atMs: number;
}

/**
 * The multiplier in force at an instant: that of the row that names most of track, client and tariff; of rows that name
 * equally many a track goes before a client, a client before a tariff, and the later row before the earlier. Undefined
 * when no row speaks of it: the setting COST_MULTIPLIER holds.
 */
export function multiplierOf(
  rows: readonly MultiplierRow[],
  question: MultiplierQuestion,
): string | undefined {
  const [first] = rows
    .filter((row) => speaksOf(row, question))
    .sort((a, b) => weight(b) - weight(a) || b.validFromMs - a.validFromMs);
  return first?.multiplier;
}

function speaksOf(row: MultiplierRow, question: MultiplierQuestion): boolean {
  const { atMs } = question;
  const isInForce =
    row.validFromMs <= atMs && (row.validUntilMs === null || atMs < row.validUntilMs);
  const isMeant = (['track', 'clientId', 'tariffId'] as const).every(
    (name) => row[name] === null || row[name] === question[name],
  );
  return isInForce && isMeant;
}

function weight({ track, clientId, tariffId }: MultiplierRow): number {
  const named = [track, clientId, tariffId].filter((name) => name !== null).length;
  const order =
    (track === null ? 0 : 4) + (clientId === null ? 0 : 2) + (tariffId === null ? 0 : 1);
  return named * 8 + order;
}

export interface CostRateRow {
  readonly currency: string;
  /** Decimal text. */
  readonly rubPerUnit: string;
  readonly validFromMs: number;
}

/** What a unit of a currency was worth in rubles at an instant; undefined when no row says so. Rubles are worth one. */
export function rubPerUnitAt(
  rows: readonly CostRateRow[],
  { currency, atMs }: { currency: string; atMs: number },
): string | undefined {
  if (currency === 'RUB') return '1';
  const [latest] = rows
    .filter((row) => row.currency === currency && row.validFromMs <= atMs)
    .sort((a, b) => b.validFromMs - a.validFromMs);
  return latest?.rubPerUnit;
}
