import { and, asc, desc, eq, inArray, ne } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { invoices, reconLines, reconRuns } from '../../../drizzle/schema';
import { assert } from '../../../src/domain/assert';
import { instantOf, localDays, localTimeOf } from '../../../src/domain/calendar';
import { dayAfter, daysToCompare, type Day } from '../../../src/domain/billing/reconciliation';
import type { ActivityDeps } from '../../deps';
import { inTransaction, stepKey } from '../../transactions';

/** When providers are asked for their lists, in the zone of the books. */
const NIGHT = '04:00:00.000';

export interface ReconciliationQuestion {
  readonly provider: string;
  readonly asOf: string;
  /** Since when an operator wants everything compared, up to now; otherwise what is closed and new. */
  readonly since?: string;
}

/** A day of a list, or the part of it that is asked for: from inclusive, to exclusive, ISO 8601. */
export interface ListedDay {
  readonly from: string;
  readonly to: string;
}

export interface ReconciliationPlan {
  /** Undefined when no day was closed since the last run. */
  readonly run: { readonly runId: string; readonly days: readonly ListedDay[] } | undefined;
  /** ISO 8601: when to look again. */
  readonly nextAt: string;
}

/**
 * Opens the run that is due, and says which days of the provider's list it needs. Up to when the books were compared
 * stands in the books themselves, so books restored to an earlier day are compared from that day on (OPS-18).
 * Repeating it with the same instant opens the same run.
 */
export async function planReconciliation(
  { db, settings, providers }: ActivityDeps,
  question: ReconciliationQuestion,
): Promise<ReconciliationPlan> {
  const { billingTimeZone: zone } = settings;
  const { provider, asOf, since } = question;
  const { statementLagDays: lagDays = 1 } = providers.get(provider)?.capabilities ?? {};
  const today = localTimeOf(Date.parse(asOf), zone).slice(0, 10);
  return inTransaction(db, async (tx) => {
    const span =
      since === undefined
        ? await closedSpan(tx, { provider, today, lagDays, zone })
        : { from: new Date(since), to: new Date(asOf) };
    const run = span && { runId: await openRun(tx, question, span), days: daysOf(span, zone) };
    return { run, nextAt: nextNight(asOf, zone) };
  });
}

interface Span {
  readonly from: Date;
  readonly to: Date;
}

async function closedSpan(
  tx: Transaction,
  asked: {
    readonly provider: string;
    readonly today: Day;
    readonly lagDays: number;
    readonly zone: string;
  },
): Promise<Span | undefined> {
  const { provider, today, lagDays, zone } = asked;
  const dayOf = (instant: Date | undefined) =>
    instant && localTimeOf(instant.getTime(), zone).slice(0, 10);
  const days = daysToCompare({
    ...{ today, lagDays },
    nextDay: dayOf(await comparedUpTo(tx, provider)),
    firstDay: dayOf(await firstOrder(tx, provider)),
  });
  const startOf = (day: Day) => new Date(instantOf(`${day}T00:00:00.000`, zone));
  return days && { from: startOf(days.from), to: startOf(days.to) };
}

async function comparedUpTo(tx: Transaction, provider: string): Promise<Date | undefined> {
  const [run] = await tx
    .select({ toAt: reconRuns.toAt })
    .from(reconRuns)
    .where(and(eq(reconRuns.provider, provider), eq(reconRuns.state, 'matched')))
    .orderBy(desc(reconRuns.toAt))
    .limit(1);
  return run?.toAt;
}

async function firstOrder(tx: Transaction, provider: string): Promise<Date | undefined> {
  const [first] = await tx
    .select({ at: invoices.createdAsOf })
    .from(invoices)
    .where(eq(invoices.provider, provider))
    .orderBy(asc(invoices.no))
    .limit(1);
  return first?.at;
}

async function openRun(
  tx: Transaction,
  { provider, asOf }: ReconciliationQuestion,
  { from, to }: Span,
): Promise<string> {
  const key = stepKey(asOf);
  await tx
    .insert(reconRuns)
    .values({ key, provider, fromAt: from, toAt: to, asOf: new Date(asOf) })
    .onConflictDoNothing({ target: reconRuns.key });
  const [run] = await tx.select({ id: reconRuns.id }).from(reconRuns).where(eq(reconRuns.key, key));
  assert(run, `run ${key} was just written`);
  await forgetLists(tx, provider, run.id);
  return run.id;
}

/** Lists of runs that somebody ended before they were compared. */
async function forgetLists(tx: Transaction, provider: string, runId: string): Promise<void> {
  const others = tx
    .select({ id: reconRuns.id })
    .from(reconRuns)
    .where(and(eq(reconRuns.provider, provider), ne(reconRuns.id, runId)));
  await tx.delete(reconLines).where(inArray(reconLines.runId, others));
}

/** One question for each day, so that no answer grows with the standstill before it. */
function daysOf(span: Span, zone: string): readonly ListedDay[] {
  const begins = localDays(span, zone).map(({ beginsMs }) => beginsMs);
  return begins.map((beginsMs, index) => ({
    from: new Date(Math.max(beginsMs, span.from.getTime())).toISOString(),
    to: new Date(begins[index + 1] ?? span.to.getTime()).toISOString(),
  }));
}

function nextNight(asOf: string, zone: string): string {
  const local = localTimeOf(Date.parse(asOf), zone);
  const today = local.slice(0, 10);
  const day = local.slice(11) < NIGHT ? today : dayAfter(today, 1);
  return new Date(instantOf(`${day}T${NIGHT}`, zone)).toISOString();
}
