import { and, eq, sql } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { holds, trackJobs } from '../../../drizzle/schema';
import { assert } from '../../../src/domain/assert';
import { decidingReport } from '../../../src/domain/billing/track-job';
import type {
  TrackAnswer,
  TrackEvent,
  TrackRefusal,
} from '../../../src/domain/billing/track-event';
import type { JobReports, TrackJobInput } from '../../../workflows/billing/track-job/contract';
import type { ActivityDeps } from '../../deps';
import { inTransaction, readSettings, workflowId } from '../../transactions';
import { lockWallet } from '../ledger';
import { answersFor } from './answering';
import {
  clockOffsetOf,
  lockJob,
  openJob,
  reportsOf,
  snapshotOf,
  type JobRow,
  type JobSnapshot,
  type TrackDesk,
} from './jobs';
import { costTerms } from './pricing';
import { isSameReport, knownReports, recordAll, type ReportRow } from './recording';
import { settleJob, settleMissing, type Settlement } from './settling';

export interface ReportOrder extends TrackJobInput, JobReports {}

/** What became of reports, and how their job stands now. */
export interface RecordedReports extends Settlement {
  readonly answers: readonly TrackAnswer[];
  readonly job: JobSnapshot;
}

/** A job as its workflow settles it by itself. */
export interface JobOrder extends TrackJobInput {
  /** Business instant of the person, ISO 8601. */
  readonly asOf: string;
}

export interface SettledTrack extends Settlement {
  readonly job: JobSnapshot;
}

/** Side effects of the `trackJob` workflow. Repeating them changes nothing. */
export function trackActivities(deps: ActivityDeps) {
  return {
    /** Writes reports of one job down and, where they end or correct it, charges them in the same transaction. */
    recordReports: (order: ReportOrder) => recordReports(deps, order),

    /** How a job stands by the books. */
    loadTrackJob: ({ jobKey, userId }: TrackJobInput): Promise<JobSnapshot> =>
      inTransaction(deps.db, async (tx) => {
        const settings = await readSettings(tx, deps.settings);
        const clockOffsetMs = (await clockOffsetOf(tx, userId)) ?? 0;
        return snapshotOf({ tx, settings }, { jobKey, clockOffsetMs });
      }),

    /** Charges a job by policy when it has been silent for too long; one that spoke meanwhile is left alone. */
    settleMissingTrack: (order: JobOrder) =>
      settle(deps, order, async (desk, job) => {
        const { silentAt } = await snapshotOf(desk, { jobKey: job.key, clockOffsetMs: 0 });
        const isSilent = desk.asOf.getTime() >= Date.parse(silentAt);
        return job.state === 'open' && isSilent ? settleMissing(desk, job) : {};
      }),

    /** Charges a job whose cost could not be computed before, if it can be now. */
    settlePricedTrack: (order: JobOrder) => settle(deps, order, settleJob),
  };
}

async function recordReports(deps: ActivityDeps, order: ReportOrder): Promise<RecordedReports> {
  const { jobKey, userId, events } = order;
  return inTransaction(deps.db, async (tx) => {
    const settings = await readSettings(tx, deps.settings);
    const clockOffsetMs = await clockOffsetOf(tx, userId);
    if (clockOffsetMs === undefined) {
      const job = await snapshotOf({ tx, settings }, { jobKey, clockOffsetMs: 0 });
      return { answers: events.map((event) => refusal(event, 'user_not_found')), job };
    }
    await lockWallet(tx, userId);
    const asOf = new Date(Date.parse(order.arrivedAt) + clockOffsetMs);
    const desk = { tx, settings, asOf, key: workflowId(), keyId: order.keyId };
    const sorted = await sort(desk, order);
    const settlement = await take(desk, order, sorted);
    const answers = await answerAll(desk, order, sorted);
    return { answers, job: await snapshotOf(desk, { jobKey, clockOffsetMs }), ...settlement };
  });
}

interface Sorted {
  readonly fresh: readonly TrackEvent[];
  readonly refused: ReadonlyMap<TrackEvent, TrackRefusal>;
}

/** What is new, each identity once, and what cannot be taken. */
async function sort({ tx }: TrackDesk, order: ReportOrder): Promise<Sorted> {
  const { clientId, events, jobKey } = order;
  const taken = new Map<string, Pick<TrackEvent, 'bodyHash'> | 'foreign'>();
  for (const row of await knownReports(tx, events)) {
    const bodyHash = row.bodyHash?.toString('hex') ?? '';
    taken.set(identity(row), row.clientId === clientId ? { bodyHash } : 'foreign');
  }
  const job = await lockJob(tx, jobKey);
  const fresh: TrackEvent[] = [];
  const refused = new Map<TrackEvent, TrackRefusal>();
  for (const event of events) {
    const known = taken.get(identity(event));
    const isOther = known === 'foreign' || (known && known.bodyHash !== event.bodyHash);
    const problem = known ? undefined : await problemOf(tx, { event, clientId, job, fresh });
    if (isOther) refused.set(event, 'idempotency_mismatch');
    else if (problem) refused.set(event, problem);
    else if (!known) fresh.push(event);
    if (!known && !problem) taken.set(identity(event), event);
  }
  return { fresh, refused };
}

async function problemOf(
  tx: Transaction,
  asked: {
    event: TrackEvent;
    clientId: string;
    job: JobRow | undefined;
    fresh: readonly TrackEvent[];
  },
): Promise<TrackRefusal | undefined> {
  const { event, clientId, job, fresh } = asked;
  const currency = job?.currency ?? fresh[0]?.currency ?? event.currency;
  if (currency !== event.currency) return 'conflict';
  if (event.holdId === undefined) return undefined;
  const [hold] = await tx
    .select({ clientId: holds.clientId, userId: holds.userId, purpose: holds.purpose })
    .from(holds)
    .where(eq(holds.id, event.holdId));
  const isTheirs = hold?.clientId === clientId && hold.userId === event.userId;
  return isTheirs && hold.purpose === 'work' ? undefined : 'hold_not_found';
}

function identity({ source, eventId }: { source: string; eventId: string }): string {
  return JSON.stringify([source, eventId]);
}

async function take(
  desk: TrackDesk,
  { jobKey, clientId }: ReportOrder,
  { fresh }: Sorted,
): Promise<Settlement> {
  const [first] = fresh;
  if (!first) return {};
  const { tx, settings, asOf } = desk;
  const job = await openJob(desk, { jobKey, clientId, event: first });
  const terms = await costTerms(
    tx,
    fresh.map((event) => ({ ...event, clientId })),
    settings,
  );
  await recordAll(
    tx,
    fresh.map((event, index) => {
      const term = terms[index];
      assert(term, `report ${event.eventId} has its terms`);
      return { event, terms: term, clientId, jobId: job.id, chargeId: null, isCounted: false };
    }),
  );
  const reports = await reportsOf(tx, job.id);
  const heldBy = fresh.find(({ holdId }) => holdId !== undefined)?.holdId;
  const [moved] = await tx
    .update(trackJobs)
    .set({
      reportedCost: decidingReport(reports)?.rawCost ?? '0',
      lastSeenAt: asOf,
      holdId: job.holdId ?? heldBy ?? null,
    })
    .where(eq(trackJobs.id, job.id))
    .returning();
  assert(moved, `job ${job.key} exists`);
  const isOver = moved.state !== 'open' || reports.some((report) => report.final);
  if (isOver) return settleJob(desk, moved);
  await reportToHold(tx, moved, reports);
  return {};
}

/** What a job has cost so far is what its hold charges if the client falls silent (SP-4). */
async function reportToHold(
  tx: Transaction,
  { holdId }: JobRow,
  reports: readonly ReportRow[],
): Promise<void> {
  if (holdId === null) return;
  const reportedUtok = Math.max(0, ...reports.map((report) => report.costUtok));
  await tx
    .update(holds)
    .set({ reportedUtok: sql`greatest(${holds.reportedUtok}, ${reportedUtok})` })
    .where(and(eq(holds.id, holdId), eq(holds.state, 'active')));
}

async function answerAll(
  { tx }: TrackDesk,
  { clientId, events }: ReportOrder,
  { fresh, refused }: Sorted,
): Promise<readonly TrackAnswer[]> {
  const rows = new Map((await knownReports(tx, events)).map((row) => [identity(row), row]));
  const standing = events.flatMap((event) => {
    const row = refused.has(event) ? undefined : rows.get(identity(event));
    if (!row) return [];
    assert(isSameReport(row, { event, clientId }), `report ${event.eventId} is the one taken`);
    return [{ event, row, isReplay: !fresh.includes(event) }];
  });
  const answers = await answersFor(tx, standing);
  const said = new Map(standing.map(({ event }, index) => [event, answers[index]]));
  return events.map((event) => {
    const answer = said.get(event) ?? refusal(event, refused.get(event) ?? 'conflict');
    return answer;
  });
}

function refusal({ eventId }: TrackEvent, code: TrackRefusal): TrackAnswer {
  return { kind: 'refused', eventId, code };
}

async function settle(
  deps: ActivityDeps,
  { jobKey, userId, asOf }: JobOrder,
  act: (desk: TrackDesk, job: JobRow) => Promise<Settlement>,
): Promise<SettledTrack> {
  return inTransaction(deps.db, async (tx) => {
    const settings = await readSettings(tx, deps.settings);
    const clockOffsetMs = (await clockOffsetOf(tx, userId)) ?? 0;
    await lockWallet(tx, userId);
    const job = await lockJob(tx, jobKey);
    const desk = { tx, settings, asOf: new Date(asOf), key: workflowId() };
    const settlement = job ? await act(desk, job) : {};
    return { job: await snapshotOf(desk, { jobKey, clockOffsetMs }), ...settlement };
  });
}
