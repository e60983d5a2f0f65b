import {
  allHandlersFinished,
  condition,
  continueAsNew,
  currentUpdateInfo,
  isCancellation,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { ListedDay } from '../../../activities/billing/reconciliation/planning';
import { businessClock } from '../../clock';
import { providerName } from '../../contract';
import { createShowcase, describeRepair } from '../../visibility';
import { wakeNotifier } from '../activities';
import type { Repair } from '../contract';
import { recordRepair } from '../operation/stubs';
import { requireRepair } from '../repair-rules';
import type { Trace } from '../repairs/trace';
import {
  reconcileUpdate,
  reconciliationQuery,
  retireProviderUpdate,
  type ReconcileOrder,
  type ReconciliationInput,
  type ReconciliationRound,
} from './contract';
import {
  matchStatement,
  openSilentItem,
  planReconciliation,
  pullStatement,
  startMismatches,
} from './stubs';

const MINUTE = 60_000;
/** Pauses before a silent provider is asked for its list again; the last one is repeated. */
const AGAIN_MS = [MINUTE, 5 * MINUTE, 15 * MINUTE, 60 * MINUTE] as const;
/** Silence of a provider that operators are told of. */
const LONG_SILENCE_MS = 3 * 60 * MINUTE;
/** Between two pages of differences, so that a provider is not asked about all of them at once. */
const PAGE_PAUSE = '5 seconds';

type NotedRepair = Repair & Trace & { readonly action: string; readonly updateId: string };

interface Desk {
  readonly provider: string;
  readonly show: ReturnType<typeof createShowcase>;
  readonly repairs: NotedRepair[];
  isRetired: boolean;
  isAskedFor: boolean;
  since: string | undefined;
  lastRound: ReconciliationRound | undefined;
  waitingFor: string;
  nextAt: string | undefined;
}

const clock = businessClock(0);

/**
 * Compares a provider's own list with our books every night and starts one workflow for each difference (PC-17). It
 * ends only when an operator retires the provider; a long history continues as new.
 */
export async function reconciliation(input: ReconciliationInput): Promise<void> {
  const desk = layDesk(input);
  upsertSearchAttributes([{ key: providerName, value: desk.provider }]);
  for (;;) {
    await writeDown(desk);
    if (desk.isRetired) return retire(desk);
    const { run, nextAt } = await plan(desk);
    if (run) await compare(desk, run);
    if (desk.isRetired) continue;
    await startAll(desk);
    if (workflowInfo().continueAsNewSuggested && !desk.isRetired) await startAfresh(desk);
    await rest(desk, nextAt);
  }
}

function layDesk({ provider, since }: ReconciliationInput): Desk {
  const desk: Desk = {
    provider,
    show: createShowcase(() => ({
      who: 'everybody',
      what: `the books beside the list of ${provider}`,
      repairs: ['reconcile', 'retire'],
    })),
    repairs: [],
    isRetired: false,
    isAskedFor: false,
    since,
    lastRound: undefined,
    waitingFor: 'the plan of the night',
    nextAt: undefined,
  };
  setHandler(
    reconcileUpdate,
    ({ operatorId, reason, since: wanted }) => {
      const { nextAt = null, since = null } = desk;
      note(desk, 'reconciliation.asked', {
        ...{ operatorId, reason, before: { nextAt, since } },
        after: { nextAt: clock.now(), since: wanted ?? since },
      });
      desk.isAskedFor = true;
      desk.since = wanted ?? desk.since;
      return { accepted: 'the list is compared now; every difference becomes a workflow' };
    },
    { validator: requireOrder, ...describeRepair('reconciliation', 'reconcile') },
  );
  setHandler(
    retireProviderUpdate,
    ({ operatorId, reason }) => {
      const trace = { before: { isRetired: false }, after: { isRetired: true } };
      note(desk, 'reconciliation.retired', { operatorId, reason, ...trace });
      desk.isRetired = true;
      return { accepted: 'the comparison ends; a server that uses the provider starts it again' };
    },
    { validator: requireRepair, ...describeRepair('reconciliation', 'retire') },
  );
  setHandler(reconciliationQuery, () => ({
    provider,
    waitingFor: desk.waitingFor,
    nextActionAt: desk.nextAt,
    lastRound: desk.lastRound,
    allowedRepairs: {
      reconcile: '{ operatorId, reason, since? }',
      retire: '{ operatorId, reason }',
    },
  }));
  return desk;
}

function note(desk: Desk, action: string, repair: Repair & Trace): void {
  const updateId = currentUpdateInfo()?.id ?? 'unnamed';
  desk.repairs.push({ action, updateId, ...repair });
}

function requireOrder(order: ReconcileOrder): void {
  requireRepair(order);
  const { since } = order;
  if (since === undefined) return;
  const sinceMs = Date.parse(since);
  if (Number.isNaN(sinceMs)) throw new Error('since must be an instant such as 2026-03-01T00:00Z');
  if (sinceMs >= clock.nowMs()) throw new Error('since must lie in the past');
}

async function writeDown(desk: Desk): Promise<void> {
  for (const { updateId, ...repair } of desk.repairs.splice(0)) {
    await recordRepair({
      step: `reconcile:${updateId}`,
      ...{ entity: 'reconciliation' as const, entityId: desk.provider },
      ...{ ...repair, asOf: clock.now() },
    });
  }
}

function plan(desk: Desk) {
  const { provider, since } = desk;
  desk.isAskedFor = false;
  desk.since = undefined;
  const asOf = clock.now();
  return planReconciliation(since === undefined ? { provider, asOf } : { provider, asOf, since });
}

interface Run {
  readonly runId: string;
  readonly days: readonly ListedDay[];
}

async function compare(desk: Desk, run: Run): Promise<void> {
  const { runId, days } = run;
  const silence = { sinceMs: clock.nowMs(), questions: 0, isTold: false };
  for (const day of days) {
    await pullDay(desk, { runId, day, silence });
    if (desk.isRetired) return;
  }
  const at = clock.now();
  const { found } = await matchStatement({ runId, asOf: at });
  const [from = at, to = at] = [days[0]?.from, days.at(-1)?.to];
  desk.lastRound = { at, from, to, found };
}

interface Silence {
  readonly sinceMs: number;
  questions: number;
  isTold: boolean;
}

/** A list that does not come is asked for until it does: nothing may be concluded from silence. */
async function pullDay(
  desk: Desk,
  asked: { readonly runId: string; readonly day: ListedDay; readonly silence: Silence },
): Promise<void> {
  const { runId, day, silence } = asked;
  for (;;) {
    desk.waitingFor = `the list of ${desk.provider} from ${day.from}`;
    desk.show({ state: 'comparing', waitingFor: desk.waitingFor });
    const pulled = await askForList(desk.provider, { runId, day });
    if (pulled.kind === 'listed' || desk.isRetired) return;
    await waitOutSilence(desk, { runId, silence, reason: pulled.reason });
    if (desk.isRetired) return;
  }
}

async function askForList(provider: string, asked: { runId: string; day: ListedDay }) {
  try {
    return await pullStatement({ provider, ...asked });
  } catch (error) {
    if (isCancellation(error)) throw error;
    return { kind: 'unknown' as const, reason: 'this worker could not ask the provider' };
  }
}

async function waitOutSilence(
  desk: Desk,
  { runId, silence, reason }: { runId: string; silence: Silence; reason: string },
): Promise<void> {
  const isLong = clock.nowMs() - silence.sinceMs >= LONG_SILENCE_MS;
  if (isLong && !silence.isTold) {
    silence.isTold = true;
    await openSilentItem({ runId, reason, asOf: clock.now() });
    await wakeNotifier();
  }
  const delayMs = AGAIN_MS[Math.min(silence.questions, AGAIN_MS.length - 1)] ?? MINUTE;
  silence.questions += 1;
  desk.isAskedFor = false;
  desk.waitingFor = `the list of ${desk.provider}: ${reason}`;
  desk.nextAt = new Date(clock.nowMs() + delayMs).toISOString();
  desk.show({
    ...{ state: 'silent', waitingFor: desk.waitingFor, nextAt: desk.nextAt },
    stuck: silence.isTold ? 'break' : undefined,
  });
  await condition(() => desk.isAskedFor || desk.isRetired, delayMs, {
    summary: 'Until the list is asked for again',
  });
}

/** Every difference that is open has its workflow afterwards, those of earlier nights included. */
async function startAll({ provider }: Desk): Promise<void> {
  let page = await startMismatches({ provider });
  while (page.after !== undefined) {
    await condition(() => false, PAGE_PAUSE, { summary: 'Until more differences are looked at' });
    page = await startMismatches({ provider, after: page.after });
  }
}

async function rest(desk: Desk, nextAt: string): Promise<void> {
  desk.waitingFor = 'the next night';
  desk.nextAt = nextAt;
  desk.show({ state: 'waiting', waitingFor: desk.waitingFor, nextAt });
  const delayMs = Math.max(1, clock.untilMs(Date.parse(nextAt)));
  const isCalled = () => desk.isAskedFor || desk.isRetired || desk.since !== undefined;
  await condition(isCalled, delayMs, {
    summary: 'Until the night in which lists are compared',
  });
}

/** Differences that are open already are settled by their own workflows. */
async function retire(desk: Desk): Promise<void> {
  desk.nextAt = undefined;
  desk.waitingFor = 'nothing: the provider is retired';
  desk.show({ state: 'retired', waitingFor: desk.waitingFor });
  await condition(allHandlersFinished);
}

/** What was asked for meanwhile is done by the next run. */
async function startAfresh(desk: Desk): Promise<void> {
  await condition(allHandlersFinished);
  await writeDown(desk);
  const { provider, since } = desk;
  await continueAsNew<typeof reconciliation>(
    since === undefined ? { provider } : { provider, since },
  );
}
