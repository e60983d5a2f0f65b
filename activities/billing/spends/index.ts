import type { Transaction } from '../../../drizzle/client';
import { limitRows } from '../../../drizzle/spend-limits';
import { spenderRows } from '../../../drizzle/spenders';
import { assert } from '../../../src/domain/assert';
import type { BillingSettings } from '../../../src/domain/billing/settings';
import { decideSpends } from '../../../src/domain/billing/spend-batch';
import type { SpendAnswer, SpendRequest } from '../../../workflows/billing/token-spend/contract';
import type { ActivityDeps } from '../../deps';
import { inTellingTransaction } from '../../telling';
import { readSettings, sqlState } from '../../transactions';
import { priceReports, recordSpentReports } from '../tracks/gate';
import {
  fillsOf,
  scopesOf,
  subjectsOf,
  toBook,
  wishesOf,
  worldOf,
  type Admission,
} from './admission';
import { chargedAnswer, refusedAnswers } from './answers';
import { recordCharges } from './booking';
import { limitUpdate, lockKnownLimits } from './limits';
import { earlierAnswers, nameInsert } from './names';
import { noticeLimits } from './notices';
import { standingsFrom } from './people';
import { areReady, findWallets, walletsOf } from './wallets';

/** What a spend needs of the process that carries it. */
export interface SpendDeps extends Pick<ActivityDeps, 'db' | 'settings'> {
  /** Hears of spends and their answers once they are committed, in the process that carried them. */
  readonly onSettled?: (spends: readonly SpendRequest[], answers: readonly SpendAnswer[]) => void;
}

/** Side effects of the `tokenSpend` workflow. */
export function spendActivities(deps: SpendDeps) {
  return {
    applySpends: async ({ spends }: { spends: readonly SpendRequest[] }) => {
      const answers = await applySpends(deps, spends);
      deps.onSettled?.(spends, answers);
      return answers;
    },
  };
}

/**
 * Applies spends that arrived together in one PostgreSQL transaction, each with its own key, checks and outcome: one
 * refused spend never fails a neighbour. Claim, effect and answer are that one transaction (API-5): a key that was
 * charged before is answered with its first charge, or with `mismatch` when it asks something else. Answers come in
 * the order of the requests.
 */
async function applySpends(
  { db, settings: defaults }: SpendDeps,
  spends: readonly SpendRequest[],
): Promise<SpendAnswer[]> {
  return againWhenClaimed(() =>
    inTellingTransaction(db, async (tx) => {
      const answers = await answersOf(tx, { spends, defaults });
      return spends.map(({ key }) => {
        const answer = answers.get(key);
        assert(answer, `spend ${key} has an answer`);
        return answer;
      });
    }),
  );
}

/** Another transaction was first to write a key; the second look finds what it left. */
const UNIQUE_VIOLATION = '23505';
const TRIES = 5;

async function againWhenClaimed<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries >= TRIES || sqlState(error) !== UNIQUE_VIOLATION) throw error;
    }
  }
}

async function answersOf(
  tx: Transaction,
  { spends, defaults }: Batch,
): Promise<ReadonlyMap<string, SpendAnswer>> {
  let world = await look(tx, { spends, defaults });
  const people = world.arrived.flatMap(({ standing, asOf }) =>
    standing ? [{ userId: standing.userId, asOf }] : [],
  );
  if (!(await areReady(tx, world.found, people))) world = await look(tx, { spends, defaults });
  const { settings, found, arrived, earlier, rows } = world;
  const unseen = arrived.filter(({ spend }) => !earlier.has(spend.key));
  const { fresh, diverted, reports } = await priceReports(tx, { fresh: unseen, settings });
  const limits = await lockKnownLimits(tx, { subjects: fresh.flatMap(subjectsOf), rows });
  const settled = await settle(tx, { fresh, wallets: walletsOf(found), limits, settings });
  const answers = await recordSpentReports(tx, { reports, answers: settled });
  return new Map([...earlier, ...diverted, ...answers]);
}

interface Batch {
  readonly spends: readonly SpendRequest[];
  readonly defaults: BillingSettings;
}

/**
 * Everything a batch is decided by, in one journey to the database. The wallets are asked for first: whoever holds the
 * same key for the same person has waited for their locks before the keys are read.
 */
async function look(tx: Transaction, { spends, defaults }: Batch) {
  const ids = [...new Set(spends.map(({ userId }) => userId))];
  const [found, settings, people, earlier, rows] = await Promise.all([
    findWallets(tx, ids),
    readSettings(tx, defaults),
    spenderRows(tx, ids),
    earlierAnswers(tx, spends),
    limitRows(tx, spends.flatMap(scopesOf)),
  ]);
  const standings = standingsFrom(people, {
    needsSubscription: settings.spendRequiresSubscription,
  });
  const arrived = spends.map((spend) => {
    const standing = standings.get(spend.userId);
    return { spend, standing, asOf: ownInstant(spend, standing?.clockOffsetMs ?? 0) };
  });
  return { found, settings, arrived, earlier, rows };
}

/** A test customer lives by a clock of their own. */
function ownInstant({ asOf }: SpendRequest, clockOffsetMs: number): Date {
  return new Date(Date.parse(asOf) + clockOffsetMs);
}

/** Decides what is new and writes it: charges with all that belongs to them, counters, names and their answers. */
async function settle(
  tx: Transaction,
  admission: Admission,
): Promise<ReadonlyMap<string, SpendAnswer>> {
  const { settings } = admission;
  const decisions = decideSpends(wishesOf(admission), worldOf(admission));
  const charged = decisions.flatMap((decision, index) =>
    decision.kind === 'charged' ? [toBook(admission, decision, index)] : [],
  );
  const fills = fillsOf(admission, charged);
  const answers = charged.map(chargedAnswer);
  const asked = admission.fresh.map(({ spend }) => spend);
  const alongside = [...limitUpdate(fills), ...nameInsert(asked, answers)];
  await recordCharges(tx, { spends: charged, settings, alongside });
  await noticeLimits(tx, { fills, settings });
  const refused = await refusedAnswers(tx, decisions);
  return new Map([...answers, ...refused].map((answer) => [answer.key, answer]));
}
