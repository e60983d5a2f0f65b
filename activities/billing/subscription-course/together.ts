import { AsyncLocalStorage } from 'node:async_hooks';
import { sql } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { assert } from '../../../src/domain/assert';
import { onBehalf, standpoint } from '../../../src/tracing/spans';
import type { ActivityDeps } from '../../deps';
import { gathering } from '../../gathering';
import { inTellingTransaction } from '../../telling';
import { sweepExpired } from '../ledger';
import { findWallets, walletsOf, type FoundWallets, type OpenWallet } from '../spends/wallets';
import type { Subscription } from '../timelines';
import { describeCourse } from './course';
import { evidenceAfter } from './evidence';
import { judgeFacts } from './facts';
import { hasPassedWhole } from './renewing';
import { lockStandings } from './standings';
import {
  dueTask,
  recordSteps,
  takeStepAlone,
  type DueStep,
  type StepTask,
  type StepTaken,
} from './steps';
import { feeOf } from './terms';
import { bookRenewals, type WalletRenewal, type Within } from './wallet-renewals';

/** More at once only hold more locks for longer. */
const MOST_TOGETHER = 100;

/** How long somebody whose rows another transaction holds keeps the others waiting: then each is done alone. */
const PATIENCE = sql`set local lock_timeout = '1s'`;

/** A step that is due, with where it was asked for. */
interface Asked {
  readonly due: DueStep;
  readonly within: Within;
  readonly askedAt: ReturnType<typeof standpoint>;
}

/** What a step came to; undefined when it has to be taken alone. */
type Taken = StepTaken | undefined;

/**
 * Takes due steps, each in one transaction, once for each name in a period unless its instant moved. Renewals that the
 * wallet pays share a transaction with those that come while one is under way; what cannot be done together, or failed
 * together, is taken alone, so no step fails for a neighbour.
 */
export function stepTaker(deps: ActivityDeps): (due: DueStep) => Promise<StepTaken> {
  const together = gathering<Asked, Taken>((asked) => renewOrLeave(deps, asked), MOST_TOGETHER);
  return async (due) => {
    const taken = isRenewal(due) ? await together(askHere(due)) : undefined;
    return taken ?? takeStepAlone(deps, due);
  };
}

function isRenewal({ name }: DueStep): boolean {
  return name.startsWith('renew:');
}

function askHere(due: DueStep): Asked {
  return { due, within: AsyncLocalStorage.snapshot(), askedAt: standpoint() };
}

async function renewOrLeave(
  deps: ActivityDeps,
  asked: readonly Asked[],
): Promise<readonly Taken[]> {
  const facts = { 'billing.batch_size': asked.length };
  const askers = asked.map(({ askedAt }) => askedAt);
  const [first] = asked;
  assert(first, 'somebody asked');
  try {
    return await first.within(() =>
      onBehalf({ name: 'renewals', facts, askers }, () =>
        inTellingTransaction(deps.db, (tx) => renewTogether(tx, deps, asked)),
      ),
    );
  } catch (err) {
    deps.log.warn({ err, steps: asked.length }, 'renewals failed together and are done one by one');
    return asked.map(() => undefined);
  }
}

async function renewTogether(
  tx: Transaction,
  { settings: defaults }: ActivityDeps,
  asked: readonly Asked[],
): Promise<readonly Taken[]> {
  await tx.execute(PATIENCE);
  const firsts = firstOfEach(asked, ({ due }) => due.subscriptionId);
  const questions = firsts.map(({ due }) => ({ ...due, asOf: new Date(due.asOf) }));
  const locked = await lockStandings(tx, questions, { defaults, isWanted: isOfWallet });
  const answers = new Map<Asked, StepTaken>();
  const plain = firsts.flatMap((one): Candidate[] => {
    const standing = locked.standings.get(one.due.subscriptionId);
    const task = standing && dueTask(standing, one.due.name);
    if (standing && !task) answers.set(one, { kind: 'moved' });
    return task && isPlain(task) ? [{ one, task }] : [];
  });
  // Of two subscriptions of one person the second has what the first leaves.
  const candidates = firstOfEach(plain, ({ task }) => task.row.userId);
  const wallets = await openFor(tx, locked.wallets, candidates);
  const renewals = candidates.flatMap((candidate) => payable(candidate, wallets));
  const after = await bookRenewals(tx, renewals, locked.people);
  await recordSteps(
    tx,
    renewals.map(({ standing }) => standing),
    'renewed',
  );
  for (const { one, standing } of renewals) answers.set(one, takenOf(standing, after));
  return asked.map((one) => answers.get(one));
}

interface Candidate {
  readonly one: Asked;
  readonly task: StepTask;
}

function isOfWallet({ driver }: Subscription): boolean {
  return driver === 'wallet';
}

/** A renewal that nothing but an empty wallet can keep from being paid. */
function isPlain(task: StepTask): boolean {
  const { step, terms, refusal, isUndecided } = task;
  if (step.kind !== 'renew' || refusal !== undefined || isUndecided) return false;
  return terms.period !== undefined && !hasPassedWhole(task);
}

function firstOfEach<T>(all: readonly T[], keyOf: (one: T) => unknown): readonly T[] {
  const firsts = new Map<unknown, T>();
  for (const one of all) if (!firsts.has(keyOf(one))) firsts.set(keyOf(one), one);
  return [...firsts.values()];
}

/** The wallets as they may be spent: what has expired by each one's own instant is booked first. */
async function openFor(
  tx: Transaction,
  found: FoundWallets,
  candidates: readonly Candidate[],
): Promise<ReadonlyMap<number, OpenWallet>> {
  const stale = candidates.filter(({ task }) => hasExpired(found, task));
  for (const { one, task } of stale) {
    await one.within(() => sweepExpired(tx, { userId: task.row.userId, asOf: task.asOf }));
  }
  if (stale.length === 0) return walletsOf(found);
  return walletsOf(
    await findWallets(
      tx,
      candidates.map(({ task }) => task.row.userId),
    ),
  );
}

function hasExpired({ locked, lots }: FoundWallets, { row, asOf }: StepTask): boolean {
  const account = locked.find(({ userId }) => userId === row.userId);
  return lots.some(
    ({ accountId, expiresAt }) =>
      accountId === account?.id && expiresAt !== null && expiresAt <= asOf,
  );
}

type PayableRenewal = WalletRenewal & Candidate & { readonly standing: StepTask };

/** None for a wallet that cannot pay. */
function payable(
  candidate: Candidate,
  wallets: ReadonlyMap<number, OpenWallet>,
): readonly PayableRenewal[] {
  const { one, task } = candidate;
  const wallet = wallets.get(task.row.userId);
  const feeUtok = feeOf(task.terms);
  if (!wallet || feeUtok === undefined) return [];
  const isEnough = wallet.balanceUtok - wallet.heldUtok >= feeUtok;
  return isEnough ? [{ ...candidate, standing: task, wallet, feeUtok, within: one.within }] : [];
}

/** What comes next follows from what was read and what was written: nothing is read again. */
function takenOf(
  { row, evidence, settings, asOf }: StepTask,
  after: ReadonlyMap<string, Subscription>,
): StepTaken {
  const moved = after.get(row.id);
  assert(moved, `subscription ${row.id} was renewed`);
  const moment = { settings, asOf };
  const course = describeCourse(judgeFacts(moved, evidenceAfter(evidence), moment), moment);
  return { kind: 'done', course };
}
