import type { SpendAnswer } from '../../commands/spend-gate';
import type { TrackAnswer, TrackEvent } from '../../commands/tracks-contract';
import { trackChargeKey, trackJobKey } from '../../domain/billing/track-event';
import type { Caller } from './access';
import { mismatchProblem } from './idempotency';
import type { ApiParts } from './parts';
import { inTime } from './patience';
import { ApiProblem, problemSummary, type Problem } from './problems';
import { route, type Answer } from './route';
import { amountOut } from './schemas';
import { readReport, type ReadReport } from './track-events';
import { trackAnswer, trackReport } from './track-schemas';

/** Reports of what jobs have cost: written down and charged before they are answered. */
export const trackRoutes = [
  route({
    method: 'post',
    path: '/track-costs',
    operationId: 'reportTrackCosts',
    tag: 'Track costs',
    summary: 'Report what jobs have cost, one event or up to 1,000',
    description:
      'Every event is named by its source and event_id and needs no Idempotency-Key: a repeat changes nothing and is answered from the books, another body under the same name is refused. Totals are those of the job so far: the highest counts. Delivered work is charged whatever the balance, down to the overdraft limit.',
    scopes: ['track:write'],
    body: trackReport,
    bodyLimit: '2mb',
    answers: { 200: { description: 'What became of every event', schema: trackAnswer } },
    refusals: [
      'user_not_found',
      'hold_not_found',
      'invalid_amount',
      'idempotency_mismatch',
      'conflict',
    ],
    handle: async (parts, { body, caller, asOf }) => {
      const isBatch = body.events !== undefined;
      const reports = (body.events ?? [body]).map((given) => readReport(given, asOf));
      const answers = await answerAll(parts, reports, { caller, arrivedAt: asOf });
      if (isBatch) return { status: 200, body: { results: answers.map(itemView) } };
      return answerOne(answers[0]);
    },
  }),
] as const;

type Outcome = TrackAnswer | Extract<ReadReport, { kind: 'unreadable' }> | Unknown;

/** Nobody answered in time: it may be in the books or not. */
interface Unknown {
  readonly kind: 'unknown';
  readonly eventId: string;
}

interface Sender {
  readonly caller: Caller;
  readonly arrivedAt: string;
}

async function answerAll(
  parts: ApiParts,
  reports: readonly ReadReport[],
  sender: Sender,
): Promise<readonly Outcome[]> {
  const events = reports.flatMap((report) => (report.kind === 'read' ? [report.event] : []));
  const jobs = jobsOf(sender.caller.clientId, events);
  const answers = new Map<TrackEvent, TrackAnswer | Unknown>(
    await chargeTogether(parts, jobs.filter(isAlone).flat(), sender),
  );
  const left = jobs.filter((job) => job.some((event) => !answers.has(event)));
  await eachAtOnce(left, async (job) => {
    const said = await answersOfJob(parts, job, sender);
    job.forEach((event, index) => answers.set(event, said[index] ?? unknown(event)));
  });
  return reports.map((report) =>
    report.kind === 'read' ? (answers.get(report.event) ?? unknown(report.event)) : report,
  );
}

/** Nearly every report is the only one of its job: such ones leave with the spends, many in one transaction. */
function isAlone(job: readonly TrackEvent[]): boolean {
  const [first] = job;
  return job.length === 1 && first?.isFinal === true && first.holdId === undefined;
}

/** What was charged with the spends; what belongs to a job that is known, or was seen before, is left out. */
async function chargeTogether(
  parts: ApiParts,
  events: readonly TrackEvent[],
  { caller: { clientId, keyId }, arrivedAt }: Sender,
): Promise<ReadonlyMap<TrackEvent, TrackAnswer>> {
  const asked = parts.spending.spendAll(
    events.map((event) => ({
      key: trackChargeKey(clientId, event),
      ...{ clientId, keyId, userId: event.userId },
      amountUtok: 0,
      kind: 'track' as const,
      isPostPaid: true,
      track: event.track,
      description: event.track,
      report: event,
      asOf: arrivedAt,
    })),
  );
  const outcomes = await Promise.allSettled(asked.map((answer) => inTime(parts, () => answer)));
  return new Map(
    outcomes.flatMap((outcome, index): [TrackEvent, TrackAnswer][] => {
      const event = events[index];
      const answer = outcome.status === 'fulfilled' ? outcome.value : undefined;
      const said = event && answer && saidOf(event, answer);
      return said ? [[event, said]] : [];
    }),
  );
}

/** Undefined for what only the workflow of its job can answer. */
function saidOf({ eventId }: TrackEvent, answer: SpendAnswer): TrackAnswer | undefined {
  if (answer.kind === 'charged' && !answer.isReplay) return answer.report;
  const isUnknown = answer.kind === 'refused' && answer.code === 'user_not_found';
  return isUnknown ? { kind: 'refused', eventId, code: 'user_not_found' } : undefined;
}

async function answersOfJob(
  { commands }: ApiParts,
  events: readonly TrackEvent[],
  { caller: { clientId, keyId }, arrivedAt }: Sender,
): Promise<readonly (TrackAnswer | Unknown)[]> {
  try {
    return await commands.reportTrack({ clientId, keyId, events, arrivedAt });
  } catch {
    return events.map(unknown);
  }
}

function unknown({ eventId }: TrackEvent): Unknown {
  return { kind: 'unknown', eventId };
}

/** Reports of one job go together, in the order they were sent. */
function jobsOf(
  clientId: string,
  events: readonly TrackEvent[],
): readonly (readonly TrackEvent[])[] {
  const jobs = new Map<string, TrackEvent[]>();
  for (const event of events) {
    const key = trackJobKey(clientId, event);
    jobs.set(key, [...(jobs.get(key) ?? []), event]);
  }
  return [...jobs.values()];
}

/** Workflows of jobs that one request keeps busy at a time. */
const AT_ONCE = 20;

async function eachAtOnce<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const worker = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, left.length) }, worker));
}

function answerOne(outcome: Outcome | undefined): Answer {
  if (!outcome) throw new Error('one event has one answer');
  if (outcome.kind !== 'recorded') throw new ApiProblem(problemOf(outcome));
  return { status: 200, body: outcomeView(outcome), isReplay: outcome.isReplay };
}

function itemView(outcome: Outcome) {
  if (outcome.kind === 'recorded') return outcomeView(outcome);
  const problem = problemSummary(problemOf(outcome));
  return { event_id: outcome.eventId, status: 'refused', problem };
}

function problemOf(outcome: Exclude<Outcome, { kind: 'recorded' }>): Problem {
  switch (outcome.kind) {
    case 'unreadable':
      return outcome.problem;
    case 'unknown':
      return { code: 'unavailable', detail: 'The outcome is unknown; send the event again.' };
    case 'refused':
      if (outcome.code === 'idempotency_mismatch') return REUSED;
      return { code: outcome.code, detail: DETAIL[outcome.code] };
  }
}

const REUSED: Problem = {
  ...mismatchProblem,
  detail: 'This source and event_id belong to another report; use a new event_id.',
};

const DETAIL = {
  user_not_found: 'No such user is known.',
  hold_not_found: 'The user has no such hold of this client.',
  conflict: 'The job reports in another currency.',
} as const;

type Recorded = Extract<TrackAnswer, { kind: 'recorded' }>;

function outcomeView(answer: Recorded) {
  const { charge } = answer;
  return {
    event_id: answer.eventId,
    status: answer.status,
    replayed: answer.isReplay,
    charge_id: charge?.chargeId ?? null,
    transfer_id: charge?.transferId ?? null,
    raw_cost: answer.rawCost,
    currency: answer.currency,
    rub_per_unit: answer.rubPerUnit,
    multiplier: answer.multiplier,
    ...amountOut('cost', answer.costUtok),
    ...amountOut('charged', charge?.chargedUtok ?? 0),
    ...amountOut('uncollected', charge?.uncollectedUtok ?? 0),
    ...amountOut('job_charged', answer.jobChargedUtok),
    nodes: answer.nodes.map(({ node, rawCost, costUtok }) => ({
      node,
      raw_cost: rawCost,
      ...amountOut('cost', costUtok),
    })),
    nodes_overstated: answer.isOverstated,
    label: answer.label ?? null,
  };
}
