import { inArray } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { charges, trackJobs } from '../../../drizzle/schema';
import { plainDecimalText } from '../../../src/domain/billing/cost';
import {
  trackLabel,
  type TrackAnswer,
  type TrackCharge,
} from '../../../src/domain/billing/track-event';
import { nodesOf, type ReportRow } from './recording';

/**
 * What is said of reports, read from the books alone, so that a repeat hears years later what stands in them. Answers
 * come in the order of the reports.
 */
export async function answersFor(
  tx: Transaction,
  reports: readonly { row: ReportRow; isReplay: boolean }[],
): Promise<readonly TrackAnswer[]> {
  const rows = reports.map(({ row }) => row);
  const nodes = await nodesOf(
    tx,
    rows.map(({ id }) => id),
  );
  const jobs = await jobsOf(tx, rows);
  const paid = await chargesOf(tx, rows, jobs);
  return reports.map(({ row, isReplay }) => {
    const job = row.jobId === null ? undefined : jobs.get(row.jobId);
    const chargeId = row.chargeId ?? (row.final ? job?.chargeId : undefined) ?? undefined;
    const charge = chargeId === undefined ? undefined : paid.get(chargeId);
    return {
      kind: 'recorded',
      eventId: row.eventId,
      isReplay,
      status: statusOf(row, job),
      charge,
      rawCost: plainDecimalText(row.rawCost),
      currency: row.currency,
      rubPerUnit: plainDecimalText(row.rubPerUnit),
      multiplier: plainDecimalText(row.multiplier),
      costUtok: row.costUtok,
      nodes: (nodes.get(row.id) ?? []).map(({ node, rawCost, costUtok }) => ({
        node,
        rawCost: plainDecimalText(rawCost),
        costUtok,
      })),
      isOverstated: row.isOverstated,
      label: trackLabel(row),
      jobChargedUtok: job?.chargedUtok ?? row.costUtok,
    };
  });
}

type Job = typeof trackJobs.$inferSelect;
type Recorded = Extract<TrackAnswer, { kind: 'recorded' }>;

function statusOf(row: ReportRow, job: Job | undefined): Recorded['status'] {
  if (row.chargeId !== null) return 'charged';
  if (Number(row.rubPerUnit) === 0) return 'pending';
  if (job === undefined || job.state === 'open') return 'reported';
  if (row.costUtok > job.chargedUtok) return 'late';
  return row.final && job.chargeId !== null ? 'charged' : 'reported';
}

async function jobsOf(tx: Transaction, rows: readonly ReportRow[]): Promise<Map<string, Job>> {
  const ids = rows.flatMap(({ jobId }) => jobId ?? []);
  if (ids.length === 0) return new Map();
  const jobs = await tx.select().from(trackJobs).where(inArray(trackJobs.id, ids));
  return new Map(jobs.map((job) => [job.id, job]));
}

async function chargesOf(
  tx: Transaction,
  rows: readonly ReportRow[],
  jobs: ReadonlyMap<string, Job>,
): Promise<ReadonlyMap<string, TrackCharge>> {
  const ids = [
    ...rows.flatMap(({ chargeId }) => chargeId ?? []),
    ...[...jobs.values()].flatMap(({ chargeId }) => chargeId ?? []),
  ];
  if (ids.length === 0) return new Map();
  const found = await tx.select().from(charges).where(inArray(charges.id, ids));
  return new Map(
    found.map(({ id, transferId, chargedUtok, uncollectedUtok }) => [
      id,
      { chargeId: id, transferId, chargedUtok, uncollectedUtok },
    ]),
  );
}
