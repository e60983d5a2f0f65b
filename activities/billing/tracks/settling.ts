import { and, desc, eq, sql } from 'drizzle-orm';
import { trackJobs, usageEvents } from '../../../drizzle/schema';
import { assert, assertNever } from '../../../src/domain/assert';
import { costUtok, ROUNDING_STEP_UTOK } from '../../../src/domain/billing/cost';
import {
  correctionOf,
  decidingReport,
  type Correction,
} from '../../../src/domain/billing/track-job';
import { tokenText } from '../../../src/domain/tokens';
import { openItem } from '../open-items';
import { chargeHold, chargeTrack, giveBack } from './charging';
import { countReport, reportsOf, type JobRow, type TrackDesk } from './jobs';
import { costTerms } from './pricing';
import { shareAnew, type ReportRow } from './recording';

/** What a settlement leaves to tell others. */
export interface Settlement {
  /** The keeper of the hold that was settled. */
  readonly holdWorkflowId?: string;
}

/** Charges a job by its highest report, or corrects what was charged before by the difference (TC-7). */
export async function settleJob(desk: TrackDesk, job: JobRow): Promise<Settlement> {
  const deciding = await decidingOf(desk, job);
  if (!deciding) return {};
  if (job.state !== 'open') return correct(desk, job, deciding);
  return conclude(desk, job, { deciding, amountUtok: deciding.costUtok, state: 'settled' });
}

/** Charges a job whose last report never came, by policy (TC-7). */
export async function settleMissing(desk: TrackDesk, job: JobRow): Promise<Settlement> {
  const deciding = await decidingOf(desk, job);
  if (!deciding) return {};
  const amountUtok = await dueWithoutFinal(desk, job, deciding);
  const { trackMissingPolicy } = desk.settings;
  if (trackMissingPolicy === 'last_reported' && Number(deciding.rawCost) === 0) {
    const reason = 'its last report never came and none before said a cost; nothing was charged';
    await showMissing(desk, job, { step: 'nothing-reported', reason });
  }
  return conclude(desk, job, { deciding, amountUtok, state: 'missing' });
}

async function dueWithoutFinal(desk: TrackDesk, job: JobRow, deciding: ReportRow): Promise<number> {
  const { trackMissingPolicy: policy, trackMissingFlatTokens: flat } = desk.settings;
  switch (policy) {
    case 'last_reported':
      return deciding.costUtok;
    case 'flat':
      return costUtok({ rawCost: flat, multiplier: '1', rounding: 'exact' });
    case 'estimate':
      return Math.max(deciding.costUtok, await usualCost(desk, job));
    case 'zero':
      return 0;
    default:
      return assertNever(policy);
  }
}

/** How many of the latest jobs of a track an estimate looks at. */
const LATEST_JOBS = 100;

/** What the latest jobs of the track cost on average, rounded down to a step of the rounding; zero without any. */
async function usualCost(
  { tx, settings }: TrackDesk,
  { clientId, track }: JobRow,
): Promise<number> {
  const latest = tx
    .select({ cost: usageEvents.costUtok })
    .from(usageEvents)
    .where(
      and(
        eq(usageEvents.clientId, clientId),
        eq(usageEvents.track, track),
        eq(usageEvents.isCounted, true),
        eq(usageEvents.final, true),
      ),
    )
    .orderBy(desc(usageEvents.id))
    .limit(LATEST_JOBS)
    .as('latest');
  const step = ROUNDING_STEP_UTOK[settings.costRounding];
  const [row] = await tx
    .select({
      usual: sql<number>`coalesce(floor(avg(${latest.cost}) / ${step}) * ${step}, 0)`.mapWith(
        Number,
      ),
    })
    .from(latest);
  return row?.usual ?? 0;
}

/** The report that decides, with its cost; undefined while that cannot be computed, which operators are told. */
async function decidingOf(desk: TrackDesk, job: JobRow): Promise<ReportRow | undefined> {
  const deciding = decidingReport(await reportsOf(desk.tx, job.id));
  assert(deciding, `job ${job.key} began with a report`);
  if (Number(deciding.rubPerUnit) > 0) return deciding;
  return priceAnew(desk, job, deciding);
}

async function priceAnew(
  desk: TrackDesk,
  job: JobRow,
  report: ReportRow,
): Promise<ReportRow | undefined> {
  const { tx, settings } = desk;
  const { rawCost: totalCost, currency, userId, track } = report;
  const question = { clientId: job.clientId, userId, track, totalCost, currency };
  const occurredAt = report.occurredAt.toISOString();
  const [terms] = await costTerms(tx, [{ ...question, occurredAt }], settings);
  if (!terms?.isPriced) {
    const reason = `no rate says what ${totalCost} ${currency} are worth, or they are beyond every wallet; add a rate, and it is charged`;
    await showMissing(desk, job, { step: 'no-rate', reason });
    return undefined;
  }
  const { multiplier, rubPerUnit, rounding, costUtok: priceUtok } = terms;
  const [row] = await tx
    .update(usageEvents)
    .set({ multiplier, rubPerUnit, rounding, costUtok: priceUtok })
    .where(eq(usageEvents.id, report.id))
    .returning();
  assert(row, `report ${report.id} exists`);
  await shareAnew(tx, row, row.costUtok);
  return row;
}

interface Conclusion {
  readonly deciding: ReportRow;
  readonly amountUtok: number;
  readonly state: 'settled' | 'missing';
}

async function conclude(
  desk: TrackDesk,
  job: JobRow,
  { deciding, amountUtok, state }: Conclusion,
): Promise<Settlement> {
  const { tx, asOf } = desk;
  const { holdId } = job;
  const paid =
    holdId === null
      ? { chargeId: await chargeTrack(desk, { job, amountUtok, step: 'charge', earlierUtok: 0 }) }
      : await chargeHold(desk, { job, holdId, amountUtok });
  const { chargeId } = paid;
  await countReport(tx, { job, report: deciding, chargeId });
  if (amountUtok !== deciding.costUtok) await shareAnew(tx, deciding, amountUtok);
  await tx
    .update(trackJobs)
    .set({ state, chargedUtok: amountUtok, chargeId, settledAt: asOf })
    .where(eq(trackJobs.id, job.id));
  return 'holdWorkflowId' in paid ? { holdWorkflowId: paid.holdWorkflowId } : {};
}

/** A job settled by a report never becomes cheaper; one charged by policy does, once its last report comes. */
async function correct(desk: TrackDesk, job: JobRow, deciding: ReportRow): Promise<Settlement> {
  const { tx, asOf } = desk;
  const hasFinal = (await reportsOf(tx, job.id)).some((report) => report.final);
  const correction = correctionOf({
    costUtok: deciding.costUtok,
    chargedUtok: job.chargedUtok,
    settledAtMs: job.settledAt?.getTime() ?? asOf.getTime(),
    atMs: asOf.getTime(),
  });
  const isCheaper = deciding.costUtok < job.chargedUtok;
  if (isCheaper && (job.state === 'settled' || !hasFinal)) return {};
  const isBooked = await bookCorrection(desk, job, { deciding, correction });
  if (!isBooked) return {};
  await tx
    .update(trackJobs)
    .set({ chargedUtok: deciding.costUtok, ...(hasFinal ? { state: 'settled' as const } : {}) })
    .where(eq(trackJobs.id, job.id));
  return {};
}

/** False when it is too late, which operators are told. */
async function bookCorrection(
  desk: TrackDesk,
  job: JobRow,
  { deciding, correction }: { deciding: ReportRow; correction: Correction },
): Promise<boolean> {
  const { tx } = desk;
  switch (correction.kind) {
    case 'none':
      return true;
    case 'charge': {
      const step = `correction:${deciding.id}`;
      const { amountUtok } = correction;
      const earlierUtok = job.chargedUtok;
      const chargeId = await chargeTrack(desk, { job, amountUtok, step, earlierUtok });
      await countReport(tx, { job, report: deciding, chargeId });
      await shareAnew(tx, deciding, deciding.costUtok);
      return true;
    }
    case 'give_back': {
      const step = `surplus:${deciding.id}`;
      const { amountUtok } = correction;
      if (job.chargeId !== null) {
        await giveBack(desk, { job, chargeId: job.chargeId, amountUtok, step });
      }
      await countReport(tx, { job, report: deciding, chargeId: null });
      await shareAnew(tx, deciding, deciding.costUtok);
      return true;
    }
    case 'too_late': {
      const [cost, charged] = [tokenText(deciding.costUtok), tokenText(job.chargedUtok)];
      const reason = `a report came too late to correct its charge: it cost ${cost} tokens and was charged ${charged}`;
      await showMissing(desk, job, { step: `late:${deciding.id}`, reason });
      return false;
    }
    default:
      return assertNever(correction);
  }
}

async function showMissing(
  desk: TrackDesk,
  job: JobRow,
  { step, reason }: { step: string; reason: string },
): Promise<void> {
  await openItem(desk.tx, desk.settings, {
    key: `${desk.key}:${step}`,
    kind: 'missing_cost',
    userId: job.userId,
    reason: `Job ${job.taskRef} of track ${job.track}: ${reason}`,
    asOf: desk.asOf,
  });
}
