import { and, eq, sql } from 'drizzle-orm';
import type { Transaction } from '../../drizzle/client';
import {
  accounts,
  charges,
  entries,
  holds,
  limitCounters,
  spendLimits,
  transfers,
  type LimitWindow,
} from '../../drizzle/schema';
import { spenderRows } from '../../drizzle/spenders';
import { windowOf } from '../../src/domain/billing/spend-window';
import type {
  LimitChangeInput,
  LimitChangeOutcome,
  LimitWish,
} from '../../workflows/billing/limit-change/contract';
import { writeAudit } from '../audit';
import type { ActivityDeps } from '../deps';
import { inTransaction } from '../transactions';
import { tokenAccount } from './accounts';
import { lockWallet } from './ledger';

type LimitChange = Omit<LimitChangeInput, 'changeId'> & {
  /** Wall clock of the workflow; a test customer's own clock is added. */
  readonly asOf: string;
};

/** Side effects of the `limitChange` workflow. */
export function limitActivities({ db }: ActivityDeps) {
  return {
    /**
     * Sets or removes limits and audits what changed; repeating it changes nothing. A limit that begins within a window
     * counts what was spent in it before.
     */
    setLimits: (change: LimitChange): Promise<LimitChangeOutcome> =>
      inTransaction(db, (tx) => setLimits(tx, change)),
  };
}

async function setLimits(
  tx: Transaction,
  { wishes, actor, asOf }: LimitChange,
): Promise<LimitChangeOutcome> {
  for (const wish of wishes) {
    const calendar = await calendarOf(tx, wish, new Date(asOf));
    if (!calendar) return { kind: 'refused', reason: 'user_not_found' };
    const before = await limitsOf(tx, wish);
    const after = { day: wish.dayUtok, month: wish.monthUtok };
    if (before.day === after.day && before.month === after.month) continue;
    for (const window of ['day', 'month'] as const) {
      await setOne(tx, wish, { window, calendar, limitUtok: after[window], was: before[window] });
    }
    await writeAudit(tx, {
      action: 'limits.set',
      entity: 'limit',
      entityId: `${wish.scope}:${wish.scopeId}`,
      actor,
      before,
      after,
      asOf: calendar.asOf,
    });
  }
  return { kind: 'set' };
}

interface Calendar {
  readonly zone: string;
  readonly asOf: Date;
}

/** Undefined for a person nobody knows. Debits of the person wait for the wallet's lock, so that none goes uncounted. */
async function calendarOf(
  tx: Transaction,
  { scope, scopeId }: LimitWish,
  asOf: Date,
): Promise<Calendar | undefined> {
  if (scope !== 'user') return { zone: 'UTC', asOf };
  const userId = Number(scopeId);
  const [person] = await spenderRows(tx, [userId]);
  if (!person) return undefined;
  await lockWallet(tx, userId);
  return { zone: person.timeZone, asOf: new Date(asOf.getTime() + person.clockOffsetMs) };
}

async function limitsOf(tx: Transaction, { scope, scopeId }: LimitWish) {
  const rows = await tx
    .select({ window: spendLimits.window, limitUtok: spendLimits.limitUtok })
    .from(spendLimits)
    .where(and(eq(spendLimits.scope, scope), eq(spendLimits.scopeId, scopeId)))
    .for('update');
  const of = (wanted: LimitWindow) =>
    rows.find(({ window }) => window === wanted)?.limitUtok ?? null;
  return { day: of('day'), month: of('month') };
}

interface OneLimit {
  readonly window: LimitWindow;
  readonly calendar: Calendar;
  readonly limitUtok: number | null;
  readonly was: number | null;
}

async function setOne(tx: Transaction, wish: LimitWish, one: OneLimit): Promise<void> {
  const { scope, scopeId } = wish;
  const { window, limitUtok, was } = one;
  if (limitUtok === was) return;
  if (limitUtok === null) {
    await tx
      .delete(spendLimits)
      .where(
        and(
          eq(spendLimits.scope, scope),
          eq(spendLimits.scopeId, scopeId),
          eq(spendLimits.window, window),
        ),
      );
    return;
  }
  await tx
    .insert(spendLimits)
    .values({ scope, scopeId, window, limitUtok })
    .onConflictDoUpdate({
      target: [spendLimits.scope, spendLimits.scopeId, spendLimits.window],
      set: { limitUtok },
    });
  if (was === null) await beginCounting(tx, wish, one);
}

async function beginCounting(
  tx: Transaction,
  wish: LimitWish,
  { window, calendar }: OneLimit,
): Promise<void> {
  const { scope, scopeId } = wish;
  const { zone, asOf } = calendar;
  const { startsMs, endsMs } = windowOf(window, { zone, atMs: asOf.getTime() });
  const windowStart = new Date(startsMs);
  const usedUtok = await usedWithin(tx, wish, { from: windowStart, until: new Date(endsMs) });
  await tx
    .insert(limitCounters)
    .values({ scope, scopeId, window, windowStart, usedUtok })
    .onConflictDoUpdate({
      target: [
        limitCounters.scope,
        limitCounters.scopeId,
        limitCounters.window,
        limitCounters.windowStart,
      ],
      set: { usedUtok },
    });
}

/** What was charged in a time, less what was given back of it, and what is reserved for work since. */
async function usedWithin(
  tx: Transaction,
  { scope, scopeId }: LimitWish,
  { from, until }: { from: Date; until: Date },
): Promise<number> {
  const column = COLUMNS[scope];
  const [start, end] = [from.toISOString(), until.toISOString()];
  const [row] = await tx.execute<{ used: string }>(sql`
    with spent as (
      select c.id, c.charged_utok from ${charges} c
      where ${sql.identifier('c')}.${sql.identifier(column)} = ${scopeId}::${sql.raw(TYPES[scope])}
        and c.as_of >= ${start}::timestamptz and c.as_of < ${end}::timestamptz)
    select (
      (select coalesce(sum(charged_utok), 0) from spent)
      + (select coalesce(sum(e.amount), 0)
         from spent join ${transfers} t on t.charge_id = spent.id and t.kind = 'reversal'
         join ${entries} e on e.transfer_id = t.id
         join ${accounts} a on a.id = e.account_id and a.code = ${tokenAccount('spend').code})
      + (select coalesce(sum(h.amount_utok), 0) from ${holds} h
         where ${sql.identifier('h')}.${sql.identifier(column)} = ${scopeId}::${sql.raw(TYPES[scope])}
           and h.purpose = 'work' and h.state = 'active'
           and h.as_of >= ${start}::timestamptz and h.as_of < ${end}::timestamptz)
    )::text as used`);
  return Math.max(0, Number(row?.used ?? 0));
}

const COLUMNS = { user: 'user_id', client: 'client_id', key: 'key_id' } as const;
const TYPES = { user: 'bigint', client: 'uuid', key: 'uuid' } as const;
