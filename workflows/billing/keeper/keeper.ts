import {
  allHandlersFinished,
  condition,
  continueAsNew,
  currentUpdateInfo,
  patched,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { createShowcase, describeRepair } from '../../visibility';
import { wakeNotifier } from '../activities';
import type { Repair } from '../contract';
import { recordRepair } from '../operation/stubs';
import { requireRepair } from '../repair-rules';
import type { Trace } from '../repairs/trace';
import {
  checkBooksUpdate,
  keeperStateQuery,
  type ChainCursor,
  type DigestProgress,
  type KeeperInput,
  type SealHorizon,
} from './contract';
import {
  applyRetention,
  checkInvariants,
  checkSeals,
  promiseDigest,
  recoverWork,
  sealAudit,
} from './stubs';

/** Rows younger than this are not sealed (AU-1): a horizon is used one round after it was taken. */
const SEAL_EVERY_MS = 5 * 60_000;
/** The daily round is done at three in the morning UTC, when little else is. */
const ROUND_AT_MS = 3 * 3_600_000;

interface Desk {
  horizon: SealHorizon | undefined;
  checkedOn: string | undefined;
  isRoundAskedFor: boolean;
  /** Who asked for a round, still to be written down. */
  readonly askedBy: (Repair & { readonly updateId: string })[];
  sealAtMs: number;
  digest: DigestProgress | undefined;
}

/**
 * Keeps the books honest: seals the audit every five minutes and starts what lost its keeper, and once a day checks the seals and the invariants and
 * empties what may not be kept longer. Every morning it tells the operators of the day before. It never ends; a long
 * history continues as new.
 */
export async function keeper(input: KeeperInput): Promise<void> {
  const desk = layDesk(input);
  const show = createShowcase(() => ({
    who: 'everybody',
    what: 'the audit and the books',
    repairs: ['checkBooks'],
  }));
  for (;;) {
    if (Date.now() >= desk.sealAtMs) await keepWatch(desk);
    if (isRoundDue(desk)) await doRound(desk);
    const hasDigest = patched('ops-digest');
    if (hasDigest && isDigestDue(desk)) await tellDigest(desk);
    if (workflowInfo().continueAsNewSuggested) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof keeper>(carried(desk));
    }
    show({ state: 'keeping', waitingFor: 'the next audit rows to seal' });
    await condition(() => desk.isRoundAskedFor, untilNext(desk, hasDigest), {
      summary: 'Until audit rows are sealed again',
    });
  }
}

function layDesk(input: KeeperInput): Desk {
  const desk: Desk = {
    horizon: input.horizon,
    checkedOn: input.checkedOn,
    isRoundAskedFor: false,
    askedBy: [],
    // A run that continues took its horizon just now.
    digest: input.digest,
    sealAtMs: input.horizon === undefined ? 0 : Date.now() + SEAL_EVERY_MS,
  };
  setHandler(
    checkBooksUpdate,
    ({ operatorId, reason }) => {
      desk.isRoundAskedFor = true;
      desk.askedBy.push({ operatorId, reason, updateId: currentUpdateInfo()?.id ?? 'unnamed' });
      return { accepted: 'the books are checked now; what is broken becomes an open item' };
    },
    { validator: requireRepair, ...describeRepair('keeper', 'checkBooks') },
  );
  setHandler(keeperStateQuery, () => ({
    horizon: desk.horizon,
    checkedOn: desk.checkedOn,
    digest: desk.digest,
    waitingFor: 'the next audit rows to seal',
  }));
  return desk;
}

/** What is done every few minutes. */
async function keepWatch(desk: Desk): Promise<void> {
  await seal(desk);
  if (!patched('recover-work')) return;
  await recoverWork({ asOf: new Date(Date.now()).toISOString() });
}

async function seal(desk: Desk): Promise<void> {
  const sealed = await sealAudit(desk.horizon === undefined ? {} : { horizon: desk.horizon });
  desk.horizon = sealed.horizon;
  desk.sealAtMs = Date.now() + SEAL_EVERY_MS;
}

function isRoundDue(desk: Desk): boolean {
  return desk.isRoundAskedFor || desk.checkedOn !== roundDay();
}

/** The day whose round is the newest one due. */
function roundDay(): string {
  return new Date(Date.now() - ROUND_AT_MS).toISOString().slice(0, 10);
}

async function doRound(desk: Desk): Promise<void> {
  desk.isRoundAskedFor = false;
  const asOf = new Date(Date.now()).toISOString();
  const trace = { before: { checkedOn: desk.checkedOn ?? null }, after: { checkedOn: roundDay() } };
  desk.checkedOn = roundDay();
  await writeDown(desk, asOf, trace);
  let cursor: ChainCursor | undefined;
  do {
    cursor = (await checkSeals(cursor === undefined ? { asOf } : { asOf, cursor })).cursor;
  } while (cursor);
  await checkInvariants({ asOf });
  await applyRetention({ asOf });
}

/** A look changes no row by itself, so nothing else would remember who wanted it (OPS-3). */
async function writeDown({ askedBy }: Desk, asOf: string, trace: Trace): Promise<void> {
  if (askedBy.length === 0 || !patched('audit-book-checks')) return;
  const { workflowId: entityId } = workflowInfo();
  for (const { updateId, operatorId, reason } of askedBy.splice(0)) {
    const named = { step: `check:${updateId}`, action: 'books.checked', entityId };
    await recordRepair({ ...named, entity: 'keeper', operatorId, reason, asOf, ...trace });
  }
}

function isDigestDue({ digest }: Desk): boolean {
  return digest === undefined || Date.now() >= Date.parse(digest.nextAt);
}

/** What was due while nobody worked is told now: late is not lost (NT-4). */
async function tellDigest(desk: Desk): Promise<void> {
  const asOf = new Date(Date.now()).toISOString();
  const { toldOf } = desk.digest ?? {};
  desk.digest = await promiseDigest(toldOf === undefined ? { asOf } : { asOf, toldOf });
  await wakeNotifier();
}

function untilNext({ sealAtMs, digest }: Desk, hasDigest: boolean): number {
  const digestAtMs = hasDigest && digest ? Date.parse(digest.nextAt) : Infinity;
  return Math.max(1, Math.min(sealAtMs, digestAtMs) - Date.now());
}

function carried({ horizon, checkedOn, digest }: Desk): KeeperInput {
  return {
    ...(horizon === undefined ? {} : { horizon }),
    ...(checkedOn === undefined ? {} : { checkedOn }),
    ...(digest === undefined ? {} : { digest }),
  };
}
