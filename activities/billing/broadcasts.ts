import { and, asc, eq, exists, gt, isNull, not, sql, type SQL } from 'drizzle-orm';
import type { Transaction } from '../../drizzle/client';
import { broadcasts, outboxMessages, subscriptions, users } from '../../drizzle/schema';
import {
  movedTo,
  type Audience,
  type BroadcastMove,
  type BroadcastState,
} from '../../src/domain/broadcast';
import type { SteerOutcome } from '../../workflows/billing/broadcast/contract';
import { writeAudit } from '../audit';
import type { ActivityDeps } from '../deps';
import { promiseToEach, promiseToUser } from '../outbox';
import { inTransaction, readSettings } from '../transactions';
import { hasRole } from './operations/people';

/** Messages of a broadcast that may wait for the sender: some seconds of its work. */
const MOST_DUE = 100;
/** Messages that may wait for the morning of people who sleep; they are due one day and then go slowly, too. */
const MOST_ASLEEP = 2_000;
/** People walked past at once; most of them may not be in the audience. */
const PAGE = 100;

/** Where a broadcast stands after a step. */
export interface BroadcastProgress {
  readonly state: BroadcastState | 'unknown';
  /** Rows this step queued. */
  readonly added: number;
  readonly total: number;
  readonly queued: number;
  /** Queued and neither sent nor given up; those of them who do not sleep. */
  readonly inOutbox: number;
  readonly due: number;
  /** Everybody was walked past. */
  readonly isWalked: boolean;
}

type Broadcast = typeof broadcasts.$inferSelect;

/** Side effects of the `broadcast` workflow. Each is one transaction; repeating it queues nobody twice. */
export function broadcastActivities(deps: ActivityDeps) {
  return {
    /** Queues the message for as many of the next people as the outbox has room for. */
    queueBroadcast: (step: { broadcastId: string; asOf: string }) =>
      inTransaction(deps.db, (tx) => queueNext(tx, deps, step)),
    steerBroadcast: (order: SteerOrder) => inTransaction(deps.db, (tx) => steer(tx, order)),
    finishBroadcast: (end: { broadcastId: string; asOf: string }) =>
      inTransaction(deps.db, (tx) => finish(tx, deps, end)),
  };
}

async function queueNext(
  tx: Transaction,
  deps: ActivityDeps,
  step: { broadcastId: string; asOf: string },
): Promise<BroadcastProgress> {
  const row = await lock(tx, step.broadcastId);
  if (!row) {
    return { state: 'unknown', added: 0, total: 0, queued: 0, inOutbox: 0, due: 0, isWalked: true };
  }
  const waiting = await countWaiting(tx, row.id);
  const room = Math.min(MOST_DUE - waiting.due, MOST_ASLEEP - waiting.asleep, PAGE);
  if (row.state !== 'running' || room <= 0) return progressOf(row, { waiting, added: 0 });
  const people = await nextPeople(tx, row, room);
  await promiseToEach(tx, people, {
    broadcastId: row.id,
    settings: await readSettings(tx, deps.settings),
    asOf: new Date(step.asOf),
    texts: { ru: row.textRu, en: row.textEn },
  });
  const afterUserId = people.at(-1)?.id ?? row.afterUserId;
  const queued = row.queued + people.length;
  await tx.update(broadcasts).set({ afterUserId, queued }).where(eq(broadcasts.id, row.id));
  const isWalked = people.length < room;
  return progressOf({ ...row, queued }, { waiting, added: people.length, isWalked });
}

function progressOf(
  row: Broadcast,
  step: { waiting: Waiting; added: number; isWalked?: boolean },
): BroadcastProgress {
  const { state, total, queued } = row;
  const { waiting, added, isWalked = false } = step;
  const inOutbox = waiting.due + waiting.asleep + added;
  return { state, added, total, queued, inOutbox, due: waiting.due + added, isWalked };
}

interface Waiting {
  readonly due: number;
  readonly asleep: number;
}

async function countWaiting(tx: Transaction, broadcastId: string): Promise<Waiting> {
  const isAsleep = sql`coalesce(${outboxMessages.notBefore} > now(), false)`;
  const [row] = await tx
    .select({
      due: sql<number>`count(*) filter (where not ${isAsleep})`.mapWith(Number),
      asleep: sql<number>`count(*) filter (where ${isAsleep})`.mapWith(Number),
    })
    .from(outboxMessages)
    .where(and(eq(outboxMessages.broadcastId, broadcastId), eq(outboxMessages.state, 'queued')));
  return row ?? { due: 0, asleep: 0 };
}

function nextPeople(tx: Transaction, row: Broadcast, limit: number) {
  return tx
    .select()
    .from(users)
    .where(and(gt(users.id, row.afterUserId), mayBeWrittenTo(), isIn(row.audience)))
    .orderBy(asc(users.id))
    .limit(limit);
}

/** Agreed to marketing, reachable, not blocked and not erased (NT-5). */
function mayBeWrittenTo(): SQL | undefined {
  return and(
    eq(users.marketingOk, true),
    eq(users.isBlocked, false),
    isNull(users.unreachableSince),
    isNull(users.pseudonymisedAt),
  );
}

function isIn(audience: Audience): SQL | undefined {
  const isTheirs = sql`${subscriptions.userId} = ${users.id}`;
  const isLive = sql`${subscriptions.state} not in ('expired', 'ended')`;
  const some = (condition: SQL) => exists(sql`(select 1 from ${subscriptions} where ${condition})`);
  const hasLive = some(sql`${isTheirs} and ${isLive}`);
  switch (audience) {
    case 'all':
      return undefined;
    case 'active':
      return hasLive;
    case 'lapsed':
      return and(some(isTheirs), not(hasLive));
  }
}

/** How many people a broadcast would go to now. */
export async function countAudience(tx: Transaction, audience: Audience): Promise<number> {
  return tx.$count(users, and(mayBeWrittenTo(), isIn(audience)));
}

export interface SteerOrder {
  readonly broadcastId: string;
  readonly move: BroadcastMove;
  readonly operatorId: number;
  readonly reason: string;
  readonly asOf: string;
}

/** Pauses, resumes or cancels; a cancelled one takes back what the sender has not begun with. */
async function steer(tx: Transaction, order: SteerOrder): Promise<SteerOutcome> {
  const row = await lock(tx, order.broadcastId);
  if (!row) return { kind: 'refused', reason: 'unknown' };
  if (!(await hasRole(tx, order.operatorId, ['admin']))) {
    return { kind: 'refused', reason: 'no_role' };
  }
  const state = movedTo(row.state, order.move);
  if (state === undefined) {
    // A repeat of a move that was made finds it made.
    const isThere = movedTo(OPPOSITE[order.move], order.move) === row.state;
    return isThere
      ? { kind: 'moved', state: row.state }
      : { kind: 'refused', reason: 'not_possible' };
  }
  await tx.update(broadcasts).set({ state }).where(eq(broadcasts.id, row.id));
  if (state === 'cancelled') await dropWaiting(tx, row.id);
  await writeAudit(tx, {
    action: `broadcast.${state}`,
    entity: 'broadcast',
    entityId: row.id,
    actor: { kind: 'operator', id: String(order.operatorId) },
    before: { state: row.state },
    after: { state, queued: row.queued, total: row.total },
    reason: order.reason,
    asOf: new Date(order.asOf),
  });
  return { kind: 'moved', state };
}

const OPPOSITE = { pause: 'running', resume: 'paused', cancel: 'running' } as const;

async function dropWaiting(tx: Transaction, broadcastId: string): Promise<void> {
  await tx
    .update(outboxMessages)
    .set({ state: 'dropped' })
    .where(
      and(
        eq(outboxMessages.broadcastId, broadcastId),
        eq(outboxMessages.state, 'queued'),
        isNull(outboxMessages.sendingSince),
      ),
    );
}

/** Marks a broadcast that reached everybody as done and tells its author how it went; once. */
async function finish(
  tx: Transaction,
  deps: ActivityDeps,
  end: { broadcastId: string; asOf: string },
): Promise<{ state: BroadcastState | 'unknown' }> {
  const row = await lock(tx, end.broadcastId);
  if (!row) return { state: 'unknown' };
  const asOf = new Date(end.asOf);
  const state = row.state === 'running' ? 'done' : row.state;
  if (row.state === 'running') {
    await tx.update(broadcasts).set({ state }).where(eq(broadcasts.id, row.id));
    await writeAudit(tx, {
      action: 'broadcast.done',
      entity: 'broadcast',
      entityId: row.id,
      before: { state: row.state },
      after: { state, queued: row.queued, total: row.total },
      asOf,
    });
  }
  await promiseToUser(tx, row.createdBy, {
    key: `${row.createdBy}:broadcast.over:${row.id}`,
    template: 'broadcast.over',
    params: { broadcastId: row.id, state, total: row.total, ...(await countEnds(tx, row.id)) },
    category: 'ops',
    asOf,
    settings: await readSettings(tx, deps.settings),
  });
  return { state };
}

async function countEnds(tx: Transaction, broadcastId: string) {
  const of = (state: string) =>
    sql<number>`count(*) filter (where ${outboxMessages.state} = ${state})`.mapWith(Number);
  const [row] = await tx
    .select({ sent: of('sent'), failed: of('failed'), unreachable: of('unreachable') })
    .from(outboxMessages)
    .where(eq(outboxMessages.broadcastId, broadcastId));
  return row ?? { sent: 0, failed: 0, unreachable: 0 };
}

async function lock(tx: Transaction, broadcastId: string): Promise<Broadcast | undefined> {
  const [row] = await tx
    .select()
    .from(broadcasts)
    .where(eq(broadcasts.id, broadcastId))
    .for('update');
  return row;
}
