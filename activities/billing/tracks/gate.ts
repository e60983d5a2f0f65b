import { inArray } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { trackJobs } from '../../../drizzle/schema';
import { assert } from '../../../src/domain/assert';
import type { BillingSettings } from '../../../src/domain/billing/settings';
import { trackJobKey, type TrackEvent } from '../../../src/domain/billing/track-event';
import type { SpendAnswer, SpendRequest } from '../../../workflows/billing/token-spend/contract';
import { answersFor } from './answering';
import { costTerms, type CostTerms } from './pricing';
import { knownReports, recordAll } from './recording';

/** A spend of a batch, under the lock of its person's wallet. */
interface Arrived {
  readonly spend: SpendRequest;
  readonly asOf: Date;
}

interface PricedReport {
  readonly spend: SpendRequest;
  readonly event: TrackEvent;
  readonly jobKey: string;
  readonly terms: CostTerms;
  readonly asOf: Date;
}

/** Spends of a batch with the amounts that their reports cost. */
export interface PricedSpends<A extends Arrived> {
  readonly fresh: readonly A[];
  /** Reports that only the workflow of their job can take: of a job that is known, or of a cost without a rate. */
  readonly diverted: ReadonlyMap<string, SpendAnswer>;
  readonly reports: readonly PricedReport[];
}

/**
 * Computes what the reports of costs among new spends cost, for the whole batch at once. A report alone in its job is
 * charged with the batch; any other goes back to its sender, who brings it to the job's workflow.
 */
export async function priceReports<A extends Arrived>(
  tx: Transaction,
  { fresh, settings }: { fresh: readonly A[]; settings: BillingSettings },
): Promise<PricedSpends<A>> {
  const asked = fresh.flatMap(({ spend, asOf }) =>
    spend.report
      ? [{ spend, asOf, event: spend.report, jobKey: trackJobKey(spend.clientId, spend.report) }]
      : [],
  );
  if (asked.length === 0) return { fresh, diverted: new Map(), reports: [] };
  const terms = await costTerms(
    tx,
    asked.map(({ spend, event }) => ({ ...event, clientId: spend.clientId })),
    settings,
  );
  const taken = await takenAlready(tx, asked);
  const reports: PricedReport[] = [];
  asked.forEach((one, index) => {
    const term = terms[index];
    assert(term, `report ${one.event.eventId} has its terms`);
    const names = [one.jobKey, identity(one.event)];
    const isTaken = names.some((name) => taken.has(name));
    for (const name of names) taken.add(name);
    if (!isTaken && term.isPriced) reports.push({ ...one, terms: term });
  });
  const costs = new Map(reports.map(({ spend, terms: { costUtok } }) => [spend.key, costUtok]));
  const away = asked.filter(({ spend }) => !costs.has(spend.key));
  const diverted = new Map(
    away.map(({ spend: { key } }) => [key, { kind: 'diverted', key } as const]),
  );
  return {
    fresh: fresh
      .filter(({ spend }) => !diverted.has(spend.key))
      .map((one) => ({ ...one, spend: withCost(one.spend, costs.get(one.spend.key)) })),
    diverted,
    reports,
  };
}

/** Writes the reports of charged spends with their jobs, and adds to each answer what became of its report. */
export async function recordSpentReports(
  tx: Transaction,
  {
    reports,
    answers,
  }: {
    reports: readonly PricedReport[];
    answers: ReadonlyMap<string, SpendAnswer>;
  },
): Promise<ReadonlyMap<string, SpendAnswer>> {
  const charged = reports.flatMap((report) => {
    const answer = answers.get(report.spend.key);
    return answer?.kind === 'charged' ? [{ report, answer }] : [];
  });
  if (charged.length === 0) return answers;
  const jobs = await tx
    .insert(trackJobs)
    .values(charged.map(({ report, answer }) => jobOf(report, answer.chargeId)))
    .returning({ id: trackJobs.id, key: trackJobs.key });
  const jobIds = new Map(jobs.map(({ id, key }) => [key, id]));
  const rows = await recordAll(
    tx,
    charged.map(({ report: { event, terms, spend, jobKey }, answer: { chargeId } }) => {
      const { clientId } = spend;
      return {
        event,
        terms,
        clientId,
        jobId: jobIds.get(jobKey) ?? null,
        chargeId,
        isCounted: true,
      };
    }),
  );
  const said = await answersFor(
    tx,
    rows.map((row) => ({ row, isReplay: false })),
  );
  const told = charged.map(({ answer }, index): [string, SpendAnswer] => {
    const report = said[index];
    return [answer.key, report ? { ...answer, report } : answer];
  });
  return new Map([...answers, ...told]);
}

function jobOf({ spend, event, jobKey, terms, asOf }: PricedReport, chargeId: string) {
  const { userId, source, track, taskRef, currency, totalCost: reportedCost } = event;
  return {
    key: jobKey,
    clientId: spend.clientId,
    ...{ userId, source, track, taskRef, currency, reportedCost, chargeId },
    state: 'settled' as const,
    chargedUtok: terms.costUtok,
    lastSeenAt: asOf,
    settledAt: asOf,
  };
}

async function takenAlready(
  tx: Transaction,
  asked: readonly { event: TrackEvent; jobKey: string }[],
): Promise<Set<string>> {
  const jobs = await tx
    .select({ key: trackJobs.key })
    .from(trackJobs)
    .where(
      inArray(
        trackJobs.key,
        asked.map(({ jobKey }) => jobKey),
      ),
    );
  const known = await knownReports(
    tx,
    asked.map(({ event }) => event),
  );
  return new Set([...jobs.map(({ key }) => key), ...known.map(identity)]);
}

function identity({ source, eventId }: { source: string; eventId: string }): string {
  return JSON.stringify([source, eventId]);
}

function withCost(spend: SpendRequest, amountUtok: number | undefined): SpendRequest {
  return amountUtok === undefined ? spend : { ...spend, amountUtok };
}
