import { isMore } from './cost';

/** Days after a job was settled in which a report may still correct its charge (TC-7). */
export const CORRECTION_DAYS = 2;

const DAY_MS = 86_400_000;

export interface ReportedTotal {
  /** Decimal text in the currency of the job. */
  readonly rawCost: string;
}

/**
 * The report that decides what a job cost: the highest total, whatever order reports arrive in, and the first of equal
 * ones. A total that starts again from zero lowers nothing. Undefined when nothing was reported.
 */
export function decidingReport<R extends ReportedTotal>(reports: readonly R[]): R | undefined {
  return reports.reduce<R | undefined>(
    (highest, report) =>
      highest === undefined || isMore(report.rawCost, highest.rawCost) ? report : highest,
    undefined,
  );
}

/** What to do about a job that was settled when its cost turns out to be another. */
export type Correction =
  | { readonly kind: 'none' }
  | { readonly kind: 'charge'; readonly amountUtok: number }
  | { readonly kind: 'give_back'; readonly amountUtok: number }
  | { readonly kind: 'too_late'; readonly amountUtok: number };

/** The difference between what a job cost and what was charged for it, while there is time to correct it. */
export function correctionOf(job: {
  readonly costUtok: number;
  readonly chargedUtok: number;
  readonly settledAtMs: number;
  readonly atMs: number;
}): Correction {
  const differenceUtok = job.costUtok - job.chargedUtok;
  if (differenceUtok === 0) return { kind: 'none' };
  const amountUtok = Math.abs(differenceUtok);
  if (job.atMs > job.settledAtMs + CORRECTION_DAYS * DAY_MS)
    return { kind: 'too_late', amountUtok };
  return { kind: differenceUtok > 0 ? 'charge' : 'give_back', amountUtok };
}
