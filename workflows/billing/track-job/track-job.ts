import {
  allHandlersFinished,
  condition,
  continueAsNew,
  currentUpdateInfo,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { JobSnapshot } from '../../../activities/billing/tracks/jobs';
import type { TrackAnswer } from '../../../src/domain/billing/track-event';
import { businessClock, type BusinessClock } from '../../clock';
import { ask, type Pending } from '../../requests';
import { createShowcase, describeRepair } from '../../visibility';
import { wakeNotifier } from '../activities';
import type { Repair } from '../contract';
import { tellHoldSettled } from '../hold/telling';
import { recordRepair } from '../operation/stubs';
import { requirePhase, requireRepair } from '../repair-rules';
import { onlyEarlier } from '../repairs/trace';
import {
  costTermsChangedSignal,
  priceNowUpdate,
  reportTrackUpdate,
  trackJobQuery,
  type JobReports,
  type TrackJobCard,
  type TrackJobInput,
  type TrackJobResult,
} from './contract';
import { loadTrackJob, recordReports, settleMissingTrack, settlePricedTrack } from './stubs';

interface JobDesk {
  readonly input: TrackJobInput;
  readonly reports: Pending<JobReports, unknown>[];
  readonly show: ReturnType<typeof createShowcase>;
  job: JobSnapshot;
  /** Found once: what its person's clock has gained since, this workflow has lived through. */
  clockOffsetMs: number | undefined;
  haveTermsChanged: boolean;
  /** Who wants it priced now, still to be written down. */
  readonly askedBy: (Repair & { readonly updateId: string })[];
  card: Omit<TrackJobCard, 'jobKey'>;
}

/** How often a job looks by itself whether its cost can be computed by now; usually somebody tells it. */
const PRICE_CHECK = '1 day';

/**
 * One job of a client service that reports its costs more than once: every report goes into the books before it is
 * answered, the last one charges, and when it never comes the policy does (TC-7). A report after the end begins a short
 * run that corrects the charge.
 */
export async function trackJob(input: TrackJobInput): Promise<TrackJobResult> {
  const desk = layDesk(input);
  await begin(desk);
  while (isWaiting(desk) || !(await isQuiet(desk))) {
    if (workflowInfo().continueAsNewSuggested && (await isQuiet(desk))) {
      return continueAsNew<typeof trackJob>({ ...input, clockOffsetMs: desk.clockOffsetMs ?? 0 });
    }
    await step(desk);
  }
  desk.card = { state: desk.job.state, waitingFor: 'nothing', nextActionAt: undefined };
  desk.show({ state: desk.job.state, waitingFor: 'nothing: this job is settled' });
  return { state: desk.job.state };
}

function layDesk(input: TrackJobInput): JobDesk {
  const waitingFor = 'its first report';
  const desk: JobDesk = {
    input,
    reports: [],
    show: createShowcase(() => ({
      who: `user ${input.userId}`,
      what: `costs of job ${input.jobKey} of client ${input.clientId}`,
      repairs: desk.job.state === 'priced_later' ? ['retryNow'] : [],
    })),
    job: { state: 'unknown', silentAt: new Date(0).toISOString(), clockOffsetMs: 0 },
    clockOffsetMs: input.clockOffsetMs,
    haveTermsChanged: false,
    askedBy: [],
    card: { state: 'unknown', waitingFor, nextActionAt: undefined },
  };
  setHandler(reportTrackUpdate, (reports) =>
    ask<JobReports, readonly TrackAnswer[]>(desk.reports, reports),
  );
  setHandler(costTermsChangedSignal, () => {
    desk.haveTermsChanged = true;
  });
  setHandler(
    priceNowUpdate,
    ({ operatorId, reason }) => {
      desk.haveTermsChanged = true;
      desk.askedBy.push({ operatorId, reason, updateId: currentUpdateInfo()?.id ?? 'unnamed' });
      return { accepted: 'its cost is computed now' };
    },
    {
      validator: (repair: Repair) => {
        requireRepair(repair);
        requirePhase(desk.job.state, ['priced_later']);
      },
      ...describeRepair('trackJob', 'retryNow'),
    },
  );
  setHandler(trackJobQuery, () => ({ jobKey: input.jobKey, ...desk.card }));
  return desk;
}

/** Nearly always a report is there already: it says how the job stands, too. */
async function begin(desk: JobDesk): Promise<void> {
  if (desk.reports.length === 0) learn(desk, await loadTrackJob(desk.input));
}

function learn(desk: JobDesk, job: JobSnapshot): void {
  desk.job = job;
  desk.clockOffsetMs ??= job.clockOffsetMs;
}

function clockOf({ clockOffsetMs = 0 }: JobDesk): BusinessClock {
  return businessClock(clockOffsetMs);
}

function isWaiting({ job, reports }: JobDesk): boolean {
  return reports.length > 0 || job.state === 'open' || job.state === 'priced_later';
}

/** Waits for the answers that are on their way; false when a report came together with the last one. */
async function isQuiet({ reports }: JobDesk): Promise<boolean> {
  await condition(() => reports.length > 0 || allHandlersFinished());
  return reports.length === 0;
}

async function step(desk: JobDesk): Promise<void> {
  const next = desk.reports.shift();
  if (next) return take(desk, next);
  if (desk.haveTermsChanged) return price(desk);
  const isPricedLater = desk.job.state === 'priced_later';
  return isPricedLater ? waitForTerms(desk) : waitForReport(desk);
}

async function take(desk: JobDesk, next: Pending<JobReports, unknown>): Promise<void> {
  const recorded = await recordReports({ ...desk.input, ...next.question });
  learn(desk, recorded.job);
  next.answer = recorded.answers;
  await tell(desk, recorded.holdWorkflowId);
}

/** Silence past the deadline ends the job by policy. */
async function waitForReport(desk: JobDesk): Promise<void> {
  const { silentAt } = desk.job;
  const clock = clockOf(desk);
  showWait(desk, { waitingFor: 'its next report', nextActionAt: silentAt });
  const isAsked = await condition(() => isAwake(desk), clock.untilMs(Date.parse(silentAt)), {
    summary: 'Until the silence of the job means that its last report is missing',
  });
  if (isAsked) return;
  const settled = await settleMissingTrack({ ...desk.input, asOf: clock.now() });
  learn(desk, settled.job);
  await tell(desk, settled.holdWorkflowId);
}

async function waitForTerms(desk: JobDesk): Promise<void> {
  showWait(desk, {
    waitingFor: 'a rate by which its cost can be computed',
    nextActionAt: undefined,
    stuck: 'missing_cost',
  });
  const isTold = await condition(() => isAwake(desk), PRICE_CHECK, {
    summary: 'Until the rates are looked at again',
  });
  if (!isTold) await price(desk);
}

async function price(desk: JobDesk): Promise<void> {
  desk.haveTermsChanged = false;
  const asOf = clockOf(desk).now();
  await writeDown(desk, asOf);
  const settled = await settlePricedTrack({ ...desk.input, asOf });
  learn(desk, settled.job);
  await tell(desk, settled.holdWorkflowId);
}

/** A look changes nothing by itself, so nothing else would remember who wanted it (OPS-3). */
async function writeDown({ askedBy, card, input }: JobDesk, asOf: string): Promise<void> {
  for (const { updateId, operatorId, reason } of askedBy.splice(0)) {
    const named = { step: `price:${updateId}`, action: 'track_job.priced', entityId: input.jobKey };
    const trace = onlyEarlier(card.nextActionAt, asOf);
    await recordRepair({ ...named, entity: 'track_job', operatorId, reason, asOf, ...trace });
  }
}

function isAwake({ reports, haveTermsChanged }: JobDesk): boolean {
  return reports.length > 0 || haveTermsChanged;
}

async function tell(desk: JobDesk, holdWorkflowId: string | undefined): Promise<void> {
  if (holdWorkflowId !== undefined) await tellHoldSettled(holdWorkflowId);
  if (desk.job.state !== 'open') await wakeNotifier();
}

function showWait(
  desk: JobDesk,
  wait: { waitingFor: string; nextActionAt: string | undefined; stuck?: string },
): void {
  const { waitingFor, nextActionAt, stuck } = wait;
  desk.card = { state: desk.job.state, waitingFor, nextActionAt };
  desk.show({ state: desk.job.state, waitingFor, nextAt: nextActionAt, stuck });
}
