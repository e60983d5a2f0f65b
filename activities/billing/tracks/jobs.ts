import { asc, eq, inArray } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { trackJobs, usageEvents, users } from '../../../drizzle/schema';
import { assert } from '../../../src/domain/assert';
import type { BillingSettings } from '../../../src/domain/billing/settings';
import type { TrackEvent } from '../../../src/domain/billing/track-event';
import type { TrackJobState } from '../../../workflows/billing/track-job/contract';
import type { ReportRow } from './recording';

export type JobRow = typeof trackJobs.$inferSelect;

/** Where a job's transaction works, once the wallet of its person is locked. */
export interface TrackDesk {
  readonly tx: Transaction;
  readonly settings: BillingSettings;
  readonly asOf: Date;
  /** The job's workflow id: keys of its effects begin with it (P-5). */
  readonly key: string;
  readonly keyId?: string | undefined;
}

/** How a job stands, for the workflow that watches over it. */
export interface JobSnapshot {
  readonly state: TrackJobState;
  /** When silence becomes a missing report, ISO 8601 in business time. */
  readonly silentAt: string;
  /** Test customers only: how far their business clock is ahead. */
  readonly clockOffsetMs: number;
}

/** The job of a key under its lock; undefined when nothing of it was taken yet. */
export async function lockJob(tx: Transaction, key: string): Promise<JobRow | undefined> {
  const [row] = await tx.select().from(trackJobs).where(eq(trackJobs.key, key)).for('update');
  return row;
}

/** The job of a key under its lock, begun by its first report. */
export async function openJob(
  { tx, asOf }: TrackDesk,
  { jobKey, clientId, event }: { jobKey: string; clientId: string; event: TrackEvent },
): Promise<JobRow> {
  const { userId, source, track, taskRef, currency } = event;
  await tx
    .insert(trackJobs)
    .values({
      key: jobKey,
      ...{ clientId, userId, source, track, taskRef, currency },
      state: 'open',
      lastSeenAt: asOf,
    })
    .onConflictDoNothing();
  const job = await lockJob(tx, jobKey);
  assert(job, `job ${jobKey} exists`);
  return job;
}

/** All reports of a job in the order they arrived. */
export async function reportsOf(tx: Transaction, jobId: string): Promise<readonly ReportRow[]> {
  return tx
    .select()
    .from(usageEvents)
    .where(eq(usageEvents.jobId, jobId))
    .orderBy(asc(usageEvents.id));
}

/** Makes one report the one that counts for its job, with the charge it decided. */
export async function countReport(
  tx: Transaction,
  { job, report, chargeId }: { job: JobRow; report: ReportRow; chargeId: string | null },
): Promise<void> {
  const counted = (await reportsOf(tx, job.id)).filter(({ isCounted }) => isCounted);
  const superseded = counted.map(({ id }) => id).filter((id) => id !== report.id);
  if (superseded.length > 0) {
    await tx
      .update(usageEvents)
      .set({ isCounted: false })
      .where(inArray(usageEvents.id, superseded));
  }
  await tx
    .update(usageEvents)
    .set({ isCounted: true, ...(chargeId === null ? {} : { chargeId }) })
    .where(eq(usageEvents.id, report.id));
}

/** How far the business clock of a test customer is ahead; undefined for somebody unknown. */
export async function clockOffsetOf(tx: Transaction, userId: number): Promise<number | undefined> {
  const [person] = await tx
    .select({ clockOffsetMs: users.clockOffsetMs })
    .from(users)
    .where(eq(users.id, userId));
  return person?.clockOffsetMs;
}

/** A job whose last report is there, and which is open all the same, waits for its cost to be computable. */
export async function snapshotOf(
  { tx, settings }: Pick<TrackDesk, 'tx' | 'settings'>,
  { jobKey, clockOffsetMs }: { jobKey: string; clockOffsetMs: number },
): Promise<JobSnapshot> {
  const job = await lockJob(tx, jobKey);
  if (!job) return { state: 'unknown', silentAt: new Date(0).toISOString(), clockOffsetMs };
  const silentMs = settings.trackMissingTimeoutMinutes * 60_000;
  const silentAt = new Date(job.lastSeenAt.getTime() + silentMs).toISOString();
  const reports = await reportsOf(tx, job.id);
  const isPricedLater = job.state === 'open' && reports.some((report) => report.final);
  return { state: isPricedLater ? 'priced_later' : job.state, silentAt, clockOffsetMs };
}
