import { and, eq, gt, ne } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { dataExports, users } from '../../../drizzle/schema';
import { assert } from '../../../src/domain/assert';
import type { ExportOpening } from '../../../workflows/billing/export/contract';
import { writeAudit } from '../../audit';
import type { ActivityDeps } from '../../deps';
import { withHeartbeat } from '../../heartbeat';
import { promiseToUser } from '../../outbox';
import { inTransaction, readSettings } from '../../transactions';
import { makeArchive } from './archive';
import { exportToken, exportTokenHash } from './links';

/** Hours between two copies of one person. */
const COPY_EVERY_HOURS = 24;
/** Hours for which the link of a copy works (AU-3). */
const LINK_HOURS = 48;
const HOUR_MS = 3_600_000;

export interface ExportWish {
  readonly exportId: string;
  readonly userId: number;
  readonly isFarewell: boolean;
  readonly asOf: string;
}

/** What the `export` workflow does. Repeating any of it changes nothing. */
export function exportActivities(deps: ActivityDeps) {
  return {
    beginExport: (wish: ExportWish) => beginExport(deps, wish),
    makeExport: (order: { readonly exportId: string; readonly asOf: string }) =>
      withHeartbeat(() => makeExport(deps, order)),
    /** The link is over: the copy is gone, that there was one stays. */
    async emptyExport({ exportId }: { readonly exportId: string }): Promise<void> {
      const gone = { state: 'gone', archive: null, tokenHash: null } as const;
      await deps.db.update(dataExports).set(gone).where(eq(dataExports.id, exportId));
    },
  };
}

/** Records the wish, unless the person had a copy within a day. */
async function beginExport({ db }: ActivityDeps, wish: ExportWish): Promise<ExportOpening> {
  return inTransaction(db, async (tx) => {
    const { exportId: id, userId, isFarewell } = wish;
    const requestedAt = new Date(wish.asOf);
    // Two wishes at once wait for each other here.
    await tx.select({ id: users.id }).from(users).where(eq(users.id, userId)).for('update');
    const last = isFarewell ? undefined : await lastWithinADay(tx, { ...wish, requestedAt });
    if (last) {
      const againAt = new Date(last.getTime() + COPY_EVERY_HOURS * HOUR_MS).toISOString();
      return { kind: 'too_soon', againAt };
    }
    const [created] = await tx
      .insert(dataExports)
      .values({ id, userId, state: 'making', requestedAt })
      .onConflictDoNothing()
      .returning({ id: dataExports.id });
    if (created) {
      await writeAudit(tx, {
        ...{ action: 'export.requested', entity: 'export', entityId: id, asOf: requestedAt },
        actor: { kind: 'user', id: String(userId) },
      });
    }
    return { kind: 'accepted' };
  });
}

async function lastWithinADay(
  tx: Transaction,
  wish: { exportId: string; userId: number; requestedAt: Date },
): Promise<Date | undefined> {
  const since = new Date(wish.requestedAt.getTime() - COPY_EVERY_HOURS * HOUR_MS);
  const [row] = await tx
    .select({ requestedAt: dataExports.requestedAt })
    .from(dataExports)
    .where(
      and(
        eq(dataExports.userId, wish.userId),
        ne(dataExports.id, wish.exportId),
        gt(dataExports.requestedAt, since),
      ),
    )
    .limit(1);
  return row?.requestedAt;
}

/** Makes the archive and promises its link; a repeat keeps the first one. */
async function makeExport(
  deps: ActivityDeps,
  order: { readonly exportId: string; readonly asOf: string },
): Promise<{ readonly linkUntil: string }> {
  const { db, settings: defaults } = deps;
  const { exportId } = order;
  const asOf = new Date(order.asOf);
  const wanted = await loadExport(db, exportId);
  if (wanted.copy.linkUntil) return { linkUntil: wanted.copy.linkUntil.toISOString() };
  const archive = await makeArchive(db, wanted.person);
  const linkUntil = new Date(asOf.getTime() + LINK_HOURS * HOUR_MS);
  return inTransaction(db, async (tx) => {
    const ready = {
      ...({ state: 'ready', archive, linkUntil } as const),
      tokenHash: exportTokenHash(exportToken(deps, exportId)),
    };
    const [made] = await tx
      .update(dataExports)
      .set(ready)
      .where(and(eq(dataExports.id, exportId), eq(dataExports.state, 'making')))
      .returning({ userId: dataExports.userId });
    if (made) {
      await promiseToUser(tx, made.userId, {
        key: `${made.userId}:export.ready:${exportId}`,
        template: 'export.ready',
        params: { exportId, until: linkUntil.toISOString() },
        category: 'money',
        asOf,
        settings: await readSettings(tx, defaults),
      });
    }
    return { linkUntil: linkUntil.toISOString() };
  });
}

async function loadExport(db: ActivityDeps['db'], exportId: string) {
  const [row] = await db
    .select({
      copy: { linkUntil: dataExports.linkUntil },
      person: { userId: users.id, locale: users.locale, visibleFrom: users.visibleFrom },
    })
    .from(dataExports)
    .innerJoin(users, eq(users.id, dataExports.userId))
    .where(eq(dataExports.id, exportId));
  assert(row, `export ${exportId} was begun before it is made`);
  return row;
}
