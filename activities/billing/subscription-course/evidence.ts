import { and, asc, desc, eq, inArray, or } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { oneOf } from '../../../drizzle/rows';
import { attempts, paymentMethods, subscriptionSteps, users } from '../../../drizzle/schema';
import { assert } from '../../../src/domain/assert';
import type { CourseFacts } from '../../../src/domain/billing/subscription-course';
import { isLive, LIVE, type Attempt } from '../charges/attempts';
import type { Method } from '../charges/methods';
import { isMoneySuspended } from '../charges/unknown';
import { availableOf } from '../ledger';
import type { Person } from '../standing';
import type { Subscription } from '../timelines';
import { trialCourse, type TrialCourse } from '../trial-course';
import { methodOf } from './permission';
import { feeOf, renewalTermsOf, type RenewalTerms, type TermsQuestion } from './terms';

/** Everything beside a subscription's own row that decides what it does next, as it was read. */
export interface Evidence {
  readonly terms: RenewalTerms;
  /** Undefined for an owner who is unknown. */
  readonly person: Person | undefined;
  /** All tries for the next period, and whatever is still under way, newest first. */
  readonly attempts: readonly Attempt[];
  readonly done: CourseFacts['done'];
  /** What Telegram charges, or did, for this subscription. */
  readonly stars: readonly Method[];
  /** The saved method that may be charged for it now. */
  readonly method: Method | undefined;
  readonly trial: TrialCourse | undefined;
  /** Money of the newest try waits in suspense for an operator. */
  readonly isMoneySuspended: boolean;
  /** What the wallet has for an unpaid period; undefined where nothing is to be paid from it. */
  readonly availableUtok: number | undefined;
}

/** Reads of many subscriptions at once what decides their courses; the caller locks what it wants to keep still. */
export async function readEvidence(
  tx: Transaction,
  asked: readonly TermsQuestion[],
  known?: ReadonlyMap<number, Person>,
): Promise<ReadonlyMap<string, Evidence>> {
  if (asked.length === 0) return new Map();
  const rows = asked.map(({ row }) => row);
  const [planned, tries, steps, stars, people] = await Promise.all([
    renewalTermsOf(tx, asked),
    triesOf(tx, rows),
    stepsOf(tx, rows),
    starsOf(tx, rows),
    known ?? peopleOf(tx, rows),
  ]);
  const of = async ({ row, asOf }: TermsQuestion): Promise<[string, Evidence]> => {
    const terms = planned.get(row.id);
    assert(terms, `subscription ${row.id} has a plan`);
    const own = <T extends { readonly subscriptionId: string | null }>(all: readonly T[]) =>
      all.filter(({ subscriptionId }) => subscriptionId === row.id);
    const read = {
      ...{ terms, person: people.get(row.userId), stars: own(stars) },
      attempts: own(tries).filter((one) => one.periodN === row.periodN + 1 || isLive(one)),
      done: doneIn(row, own(steps)),
    };
    return [row.id, { ...read, ...(await readRarities(tx, { row, asOf }, read)) }];
  };
  return new Map(await Promise.all(asked.map(of)));
}

/** The evidence after the next period has begun: it has seen nothing yet but what is still under way. */
export function evidenceAfter(before: Evidence): Evidence {
  return {
    ...before,
    attempts: before.attempts.filter(isLive),
    done: new Map(),
    ...{ trial: undefined, isMoneySuspended: false, availableUtok: undefined },
  };
}

/** Whether the person may be charged nothing now. */
export function isStopped(person: Person | undefined): boolean {
  return !person || person.isBlocked || person.moneyFrozenBy !== null;
}

async function triesOf(
  tx: Transaction,
  rows: readonly Subscription[],
): Promise<readonly Attempt[]> {
  return tx
    .select()
    .from(attempts)
    .where(
      and(
        // Tries are found by their owner, of whom there is an index.
        oneOf(attempts.userId, userIdsOf(rows)),
        oneOf(attempts.subscriptionId, idsOf(rows)),
        or(oneOf(attempts.periodN, periodsOf(rows, 1)), inArray(attempts.state, [...LIVE])),
      ),
    )
    .orderBy(desc(attempts.asOf), desc(attempts.id))
    .execute();
}

type StepRow = Pick<
  typeof subscriptionSteps.$inferSelect,
  'subscriptionId' | 'periodN' | 'name' | 'asOf'
>;

async function stepsOf(
  tx: Transaction,
  rows: readonly Subscription[],
): Promise<readonly StepRow[]> {
  const { subscriptionId, periodN, name, asOf } = subscriptionSteps;
  return tx
    .select({ subscriptionId, periodN, name, asOf })
    .from(subscriptionSteps)
    .where(and(oneOf(subscriptionId, idsOf(rows)), oneOf(periodN, periodsOf(rows, 0))))
    .execute();
}

function doneIn({ periodN }: Subscription, steps: readonly StepRow[]): CourseFacts['done'] {
  const current = steps.filter((step) => step.periodN === periodN);
  return new Map(current.map(({ name, asOf }) => [name, asOf.getTime()]));
}

async function starsOf(tx: Transaction, rows: readonly Subscription[]): Promise<readonly Method[]> {
  return tx
    .select()
    .from(paymentMethods)
    .where(and(oneOf(paymentMethods.subscriptionId, idsOf(rows)), isInStars))
    .orderBy(asc(paymentMethods.id))
    .execute();
}

const isInStars = eq(paymentMethods.provider, 'stars');

async function peopleOf(
  tx: Transaction,
  rows: readonly Subscription[],
): Promise<ReadonlyMap<number, Person>> {
  const people = await tx
    .select()
    .from(users)
    .where(oneOf(users.id, userIdsOf(rows)))
    .execute();
  return new Map(people.map((person) => [person.id, person]));
}

type Rarities = Pick<Evidence, 'method' | 'trial' | 'isMoneySuspended' | 'availableUtok'>;

/** What only some subscriptions have: a wallet's subscription in a paid period asks for nothing here. */
async function readRarities(
  tx: Transaction,
  { row, asOf }: TermsQuestion,
  read: Omit<Evidence, keyof Rarities>,
): Promise<Rarities> {
  const latest = read.attempts.find(({ periodN }) => periodN === row.periodN + 1);
  return {
    method: await methodOf(tx, row, asOf),
    trial: await trialCourse(tx, row),
    isMoneySuspended: latest !== undefined && (await isMoneySuspended(tx, latest)),
    availableUtok: isWalletAsked(row, read)
      ? await availableOf(tx, { userId: row.userId, asOf })
      : undefined,
  };
}

/** Money that came while the period was unpaid is used at once (SB-13). */
function isWalletAsked(
  { state, driver }: Subscription,
  { terms, person }: Pick<Evidence, 'terms' | 'person'>,
): boolean {
  if (state !== 'past_due' || driver !== 'wallet' || isStopped(person)) return false;
  return terms.period !== undefined && feeOf(terms) !== undefined;
}

function idsOf(rows: readonly Subscription[]): readonly string[] {
  return rows.map(({ id }) => id);
}

function userIdsOf(rows: readonly Subscription[]): readonly number[] {
  return [...new Set(rows.map(({ userId }) => userId))];
}

function periodsOf(rows: readonly Subscription[], ahead: number): readonly number[] {
  return [...new Set(rows.map(({ periodN }) => periodN + ahead))];
}
