import { inArray } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { charges } from '../../../drizzle/schema';
import { assert } from '../../../src/domain/assert';
import {
  decideSpends,
  type SpendDecision,
  type Spender,
} from '../../../src/domain/billing/spend-batch';
import type { SpendAnswer, SpendRequest } from '../../../workflows/billing/token-spend/contract';
import type { ActivityDeps } from '../../deps';
import { inTransaction } from '../../transactions';
import { bookSpends, type BookedSpend, type ChargedSpend, type SpendToBook } from './booking';
import { fillLimits, lockLimits, type LimitSubject, type OpenLimit } from './limits';
import { standingsOf, type Standing } from './people';
import { openWallets, type OpenWallet } from './wallets';

/** What a spend needs of the process that carries it. */
export type SpendDeps = Pick<ActivityDeps, 'db' | 'settings'>;

/** Side effects of the `tokenSpend` workflow. */
export function spendActivities(deps: SpendDeps) {
  return {
    applySpends: (batch: { spends: readonly SpendRequest[] }) => applySpends(deps, batch.spends),
  };
}

/** Lowest available balance that post-paid work may leave (LG-8), in micro-tokens. */
const FLOOR_UTOK = -1_000_000_000;

/**
 * Applies spends that arrived together in one PostgreSQL transaction, each with its own key, checks and outcome: one
 * refused spend never fails a neighbour. A key that was charged before is answered with its first charge. Answers come
 * in the order of the requests.
 */
async function applySpends(
  { db }: SpendDeps,
  spends: readonly SpendRequest[],
): Promise<SpendAnswer[]> {
  return inTransaction(db, async (tx) => {
    const standings = await standingsOf(tx, distinct(spends.map(({ userId }) => userId)), {
      needsSubscription: true,
    });
    const known = spends.filter(({ userId }) => standings.has(userId));
    const wallets = await openWallets(tx, peopleOf(known));
    // Only now: whoever holds the same key for the same person has waited for these locks.
    const earlier = await earlierCharges(tx, spends);
    const fresh = spends.filter(({ key }) => !earlier.has(key));
    const limits = await lockLimits(
      tx,
      fresh.flatMap((spend) => subjectsOf(spend, standings)),
    );
    const decisions = decide(fresh, { standings, wallets, limits });
    const answers = await write(tx, { fresh, decisions, wallets, limits });
    return spends.map(({ key }) => {
      const answer = earlier.get(key) ?? answers.get(key);
      assert(answer, `spend ${key} has an answer`);
      return answer;
    });
  });
}

interface World {
  readonly standings: ReadonlyMap<number, Standing>;
  readonly wallets: ReadonlyMap<number, OpenWallet>;
  readonly limits: readonly OpenLimit[];
}

function decide(fresh: readonly SpendRequest[], world: World): SpendDecision[] {
  const spenders = [...world.wallets.values()].map((wallet): [number, Spender] => {
    const refusal = world.standings.get(wallet.userId)?.refusal;
    return [wallet.userId, { ...wallet, refusal }];
  });
  const wishes = fresh.map((spend) => ({
    key: spend.key,
    userId: spend.userId,
    amountUtok: spend.amountUtok,
    isPostPaid: spend.isPostPaid ?? false,
    limitIds: limitsOf(spend, world).map(({ limitId }) => limitId),
  }));
  return decideSpends(wishes, {
    spenders: new Map(spenders),
    limits: new Map(world.limits.map((limit) => [limit.limitId, limit])),
    floorUtok: FLOOR_UTOK,
  });
}

function limitsOf(spend: SpendRequest, { standings, limits }: World): readonly OpenLimit[] {
  const subjects = subjectsOf(spend, standings);
  const atMs = Date.parse(spend.asOf);
  return limits.filter(
    ({ scope, scopeId, windowStart, resetsAt }) =>
      subjects.some((subject) => subject.scope === scope && subject.scopeId === scopeId) &&
      windowStart.getTime() <= atMs &&
      atMs < Date.parse(resetsAt),
  );
}

/** The person's own limits on their calendar; those of a key and of its client on ours. */
function subjectsOf(
  spend: SpendRequest,
  standings: ReadonlyMap<number, Standing>,
): readonly LimitSubject[] {
  const asOf = new Date(spend.asOf);
  const zone = standings.get(spend.userId)?.timeZone ?? 'UTC';
  return [
    { scope: 'user', scopeId: String(spend.userId), zone, asOf },
    { scope: 'client', scopeId: spend.clientId, zone: 'UTC', asOf },
    ...(spend.keyId === undefined
      ? []
      : [{ scope: 'key', scopeId: spend.keyId, zone: 'UTC', asOf } as const]),
  ];
}

interface Decided {
  readonly fresh: readonly SpendRequest[];
  readonly decisions: readonly SpendDecision[];
  readonly wallets: ReadonlyMap<number, OpenWallet>;
  readonly limits: readonly OpenLimit[];
}

async function write(tx: Transaction, decided: Decided): Promise<ReadonlyMap<string, SpendAnswer>> {
  const charged = decided.decisions.flatMap((decision, index) =>
    decision.kind === 'charged' ? [toBook(decided, decision, index)] : [],
  );
  const booked = charged.length === 0 ? [] : await bookSpends(tx, charged);
  await fillLimits(tx, filledBy(decided));
  const bookings = new Map(
    charged.map(({ decision }, index) => [decision.wish.key, booked[index]]),
  );
  return new Map(
    decided.decisions.map((decision) => [
      decision.wish.key,
      answerOf(decision, bookings.get(decision.wish.key)),
    ]),
  );
}

function toBook({ fresh, wallets }: Decided, decision: ChargedSpend, index: number): SpendToBook {
  const request = fresh[index];
  const wallet = wallets.get(decision.wish.userId);
  assert(request && wallet, `spend ${decision.wish.key} was asked for`);
  const { balanceBeforeUtok, balanceAfterUtok, availableAfterUtok, takes } = decision;
  return {
    decision,
    wallet,
    kind: request.kind,
    clientId: request.clientId,
    track: request.track ?? null,
    description: request.description,
    meta: {
      ...(request.metadata === undefined ? {} : { metadata: request.metadata }),
      answer: { balanceBeforeUtok, balanceAfterUtok, availableAfterUtok, lots: takes },
    },
    asOf: new Date(request.asOf),
  };
}

function filledBy({ decisions, limits }: Decided) {
  return limits.map((limit) => ({
    limit,
    byUtok: decisions.reduce(
      (sum, one) =>
        one.kind === 'charged' && one.wish.limitIds.includes(limit.limitId)
          ? sum + one.chargedUtok
          : sum,
      0,
    ),
  }));
}

function answerOf(decision: SpendDecision, booked: BookedSpend | undefined): SpendAnswer {
  const { key } = decision.wish;
  if (decision.kind === 'refused') return { kind: 'refused', key, ...decision.refusal };
  assert(booked, `charged spend ${key} was booked`);
  const { chargedUtok, uncollectedUtok, takes: lots } = decision;
  const { balanceBeforeUtok, balanceAfterUtok, availableAfterUtok } = decision;
  const balances = { balanceBeforeUtok, balanceAfterUtok, availableAfterUtok };
  return {
    kind: 'charged',
    key,
    isReplay: false,
    ...booked,
    chargedUtok,
    uncollectedUtok,
    ...balances,
    lots,
  };
}

/** What was charged under these keys before, by whichever workflow. */
async function earlierCharges(
  tx: Transaction,
  spends: readonly SpendRequest[],
): Promise<ReadonlyMap<string, SpendAnswer>> {
  const keys = spends.map(({ key }) => key);
  const rows = await tx.select().from(charges).where(inArray(charges.key, keys));
  return new Map(
    rows.map((row) => {
      const { answer } = row.meta as { answer: StoredAnswer };
      const { id: chargeId, key, transferId, chargedUtok, uncollectedUtok } = row;
      const charge = { chargeId, key, transferId, chargedUtok, uncollectedUtok };
      return [key, { kind: 'charged' as const, isReplay: true, ...charge, ...answer }];
    }),
  );
}

type StoredAnswer = Pick<
  Extract<SpendAnswer, { kind: 'charged' }>,
  'balanceBeforeUtok' | 'balanceAfterUtok' | 'availableAfterUtok' | 'lots'
>;

function peopleOf(spends: readonly SpendRequest[]): { userId: number; asOf: Date }[] {
  const people = new Map<number, Date>();
  for (const { userId, asOf } of spends) people.set(userId, new Date(asOf));
  return [...people].map(([userId, asOf]) => ({ userId, asOf }));
}

function distinct(ids: readonly number[]): number[] {
  return [...new Set(ids)];
}
