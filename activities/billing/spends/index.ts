import type { Transaction } from '../../../drizzle/client';
import { assert } from '../../../src/domain/assert';
import type { BillingSettings } from '../../../src/domain/billing/settings';
import { decideSpends } from '../../../src/domain/billing/spend-batch';
import type { SpendAnswer, SpendRequest } from '../../../workflows/billing/token-spend/contract';
import type { ActivityDeps } from '../../deps';
import { inTransaction, readSettings, sqlState } from '../../transactions';
import { priceReports, recordSpentReports } from '../tracks/gate';
import { fillsOf, subjectsOf, toBook, wishesOf, worldOf, type Admission } from './admission';
import { chargedAnswer, refusedAnswers } from './answers';
import { recordCharges } from './booking';
import { fillLimits, lockLimits } from './limits';
import { claimNames, earlierAnswers } from './names';
import { noticeLimits } from './notices';
import { standingsOf } from './people';
import { openWallets } from './wallets';

/** What a spend needs of the process that carries it. */
export type SpendDeps = Pick<ActivityDeps, 'db' | 'settings'>;

/** Side effects of the `tokenSpend` workflow. */
export function spendActivities(deps: SpendDeps) {
  return {
    applySpends: (batch: { spends: readonly SpendRequest[] }) => applySpends(deps, batch.spends),
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
    inTransaction(db, async (tx) => {
      const settings = await readSettings(tx, defaults);
      const answers = await answersOf(tx, { spends, settings });
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
  { spends, settings }: { spends: readonly SpendRequest[]; settings: BillingSettings },
): Promise<ReadonlyMap<string, SpendAnswer>> {
  const standings = await standingsOf(tx, [...new Set(spends.map(({ userId }) => userId))], {
    needsSubscription: settings.spendRequiresSubscription,
  });
  const arrived = spends.map((spend) => {
    const standing = standings.get(spend.userId);
    return { spend, standing, asOf: ownInstant(spend, standing?.clockOffsetMs ?? 0) };
  });
  const wallets = await openWallets(
    tx,
    arrived.flatMap(({ standing, asOf }) => (standing ? [{ userId: standing.userId, asOf }] : [])),
  );
  // Only now: whoever holds the same key for the same person has waited for these locks.
  const earlier = await earlierAnswers(tx, spends);
  const unseen = arrived.filter(({ spend }) => !earlier.has(spend.key));
  const { fresh, diverted, reports } = await priceReports(tx, { fresh: unseen, settings });
  const limits = await lockLimits(tx, fresh.flatMap(subjectsOf));
  const settled = await settle(tx, { fresh, wallets, limits, settings });
  const answers = await recordSpentReports(tx, { reports, answers: settled });
  return new Map([...earlier, ...diverted, ...answers]);
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
  const booked = await recordCharges(tx, { spends: charged, settings });
  const fills = fillsOf(admission, charged);
  await fillLimits(tx, fills);
  await noticeLimits(tx, { fills, settings });
  const answers = charged.map(({ decision }, index) => chargedAnswer(decision, booked[index]));
  await claimNames(tx, { spends: admission.fresh.map(({ spend }) => spend), answers });
  const refused = await refusedAnswers(tx, decisions);
  return new Map([...answers, ...refused].map((answer) => [answer.key, answer]));
}
