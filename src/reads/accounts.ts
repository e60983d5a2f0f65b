import { and, eq, gt, sql } from 'drizzle-orm';
import type { Database, Transaction } from '../../drizzle/client';
import { accounts, lots, settings, users, type LotOrigin } from '../../drizzle/schema';
import { BURN_ORDER, spenderRows, type SpenderRow } from '../../drizzle/spenders';
import { mergeSettings, type BillingSettings } from '../domain/billing/settings';
import { refusalOfSpender, type SpendLimit, type Spender } from '../domain/billing/spend-batch';
import { limitsAt, type LimitSubject } from './limits';
import { subscriptionQuery, toSubscription, type SubscriptionRow } from './subscriptions';
import type { SubscriptionView } from './billing';

/** What other services see of a person's tokens. */
export interface AccountReads {
  /**
   * Everything a spend of this person by this caller is decided by, as it stands at an instant; undefined for somebody
   * unknown. It locks nothing: the spend itself decides anew.
   */
  spendMoment(question: SpendQuestion): Promise<SpendMoment | undefined>;
  /** A person's own limits in the windows of an instant; undefined for somebody unknown. */
  userLimits(person: { userId: number; asOf: Date }): Promise<readonly SpendLimit[] | undefined>;
  /** The limits a caller of the API has: those of its client, and those of its key. */
  callerLimits(caller: {
    clientId: string;
    keyId: string;
    asOf: Date;
  }): Promise<readonly SpendLimit[]>;
  /** Whether such a person has ever written to the bot. */
  isKnownUser(userId: number): Promise<boolean>;
  /** How far a person's business clock runs ahead, in milliseconds; undefined for somebody unknown. */
  clockOffset(userId: number): Promise<number | undefined>;
}

export interface SpendQuestion {
  readonly userId: number;
  /** Absent where no caller's limits matter. */
  readonly caller?: { readonly clientId: string; readonly keyId: string };
  /** Wall clock; a test customer's own clock is added. */
  readonly asOf: Date;
  /** Defaults of the environment, under the live rows. */
  readonly defaults: BillingSettings;
}

export interface SpendMoment {
  readonly spender: Spender;
  /** Own ones, then those of the caller. */
  readonly limits: readonly SpendLimit[];
  readonly settings: BillingSettings;
  /** Lots that end some day, the soonest first. */
  readonly expiring: readonly ExpiringLotView[];
  readonly subscription: SubscriptionView | undefined;
  readonly clockOffsetMs: number;
}

export interface ExpiringLotView {
  readonly lotId: string;
  readonly origin: LotOrigin;
  /** Held ones included. */
  readonly amountUtok: number;
  readonly heldUtok: number;
  readonly expiresAt: string;
}

const SHOWN_EXPIRING = 50;

export function accountReads(db: Database): AccountReads {
  return {
    spendMoment: (question) =>
      db.transaction((tx) => spendMoment(tx, question), {
        isolationLevel: 'repeatable read',
        accessMode: 'read only',
      }),
    userLimits: ({ userId, asOf }) => userLimits(db, userId, asOf),
    callerLimits: ({ clientId, keyId, asOf }) =>
      limitsAt(db, callerSubjects({ clientId, keyId, asOf })),
    clockOffset: async (userId) => {
      const [row] = await db
        .select({ clockOffsetMs: users.clockOffsetMs })
        .from(users)
        .where(eq(users.id, userId));
      return row?.clockOffsetMs;
    },
    isKnownUser: async (userId) => {
      const rows = await db.select({ id: users.id }).from(users).where(eq(users.id, userId));
      return rows.length > 0;
    },
  };
}

async function spendMoment(
  tx: Transaction,
  { userId, caller, asOf: arrivedAt, defaults }: SpendQuestion,
): Promise<SpendMoment | undefined> {
  const [[person], live] = await Promise.all([
    spenderRows(tx, [userId]),
    tx.select({ key: settings.key, value: settings.value }).from(settings),
  ]);
  if (!person) return undefined;
  const asOf = new Date(arrivedAt.getTime() + person.clockOffsetMs);
  const own = ownSubject(person, arrivedAt);
  const [purse, limits, subscription] = await Promise.all([
    purseOf(tx, userId, asOf),
    limitsAt(tx, [own, ...(caller ? callerSubjects({ ...caller, asOf: arrivedAt }) : [])]),
    subscriptionOf(tx, userId),
  ]);
  const inForce = mergeSettings(defaults, live);
  const refusal = refusalOfSpender(person, {
    needsSubscription: inForce.spendRequiresSubscription,
  });
  return {
    spender: { userId, refusal, ...purse.wallet },
    limits,
    settings: inForce,
    expiring: purse.expiring,
    subscription,
    clockOffsetMs: person.clockOffsetMs,
  };
}

async function userLimits(db: Database, userId: number, asOf: Date) {
  const [person] = await spenderRows(db, [userId]);
  if (!person) return undefined;
  return limitsAt(db, [ownSubject(person, asOf)]);
}

/** A person's own limits live on their calendar and by their clock. */
function ownSubject({ userId, timeZone, clockOffsetMs }: SpenderRow, asOf: Date): LimitSubject {
  const atMs = asOf.getTime() + clockOffsetMs;
  return { scope: 'user', scopeId: String(userId), zone: timeZone, atMs };
}

/** Limits of keys and clients are counted in UTC: they have no home. */
function callerSubjects(caller: { clientId: string; keyId: string; asOf: Date }): LimitSubject[] {
  const ours = { zone: 'UTC', atMs: caller.asOf.getTime() };
  return [
    { scope: 'client', scopeId: caller.clientId, ...ours },
    { scope: 'key', scopeId: caller.keyId, ...ours },
  ];
}

type LotRow = Awaited<ReturnType<typeof lotRows>>[number];

/** A wallet without what has expired, even where nobody has booked that yet (LG-6). */
async function purseOf(tx: Transaction, userId: number, asOf: Date) {
  const code = `wallet:${userId}:TOK`;
  const [[account], rows] = await Promise.all([
    tx
      .select({ balance: accounts.balance, held: accounts.held })
      .from(accounts)
      .where(eq(accounts.code, code)),
    lotRows(tx, code),
  ]);
  const isOver = ({ expiresAt }: LotRow) => expiresAt !== null && expiresAt <= asOf;
  const lapsedUtok = rows.filter(isOver).reduce((sum, { freeUtok }) => sum + freeUtok, 0);
  const free = rows.filter((row) => !isOver(row) && row.freeUtok > 0);
  return {
    wallet: {
      balanceUtok: (account?.balance ?? 0) - lapsedUtok,
      heldUtok: account?.held ?? 0,
      lots: free.map(({ lotId, freeUtok }) => ({ lotId, freeUtok })),
    },
    expiring: rows
      .filter((row) => !isOver(row))
      .flatMap(toExpiring)
      .sort((a, b) => (a.expiresAt < b.expiresAt ? -1 : 1))
      .slice(0, SHOWN_EXPIRING),
  };
}

function lotRows(tx: Transaction, code: string) {
  return tx
    .select({
      lotId: lots.id,
      origin: lots.origin,
      freeUtok: sql<number>`${lots.remainingUtok} - ${lots.heldUtok}`.mapWith(Number),
      remainingUtok: lots.remainingUtok,
      heldUtok: lots.heldUtok,
      expiresAt: lots.expiresAt,
    })
    .from(lots)
    .innerJoin(accounts, eq(accounts.id, lots.accountId))
    .where(and(eq(accounts.code, code), gt(lots.remainingUtok, 0)))
    .orderBy(...BURN_ORDER);
}

function toExpiring({ lotId, origin, remainingUtok, heldUtok, expiresAt }: LotRow) {
  if (expiresAt === null) return [];
  return [
    { lotId, origin, amountUtok: remainingUtok, heldUtok, expiresAt: expiresAt.toISOString() },
  ];
}

async function subscriptionOf(
  tx: Transaction,
  userId: number,
): Promise<SubscriptionView | undefined> {
  const rows = await tx.execute<{ subscription: SubscriptionRow | null }>(
    sql`select (${subscriptionQuery(userId)}) as subscription`,
  );
  const row = rows[0]?.subscription;
  return row ? toSubscription(row) : undefined;
}
