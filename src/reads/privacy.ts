import { and, count, eq, inArray, sql } from 'drizzle-orm';
import type { Database } from '../../drizzle/client';
import { dataExports, erasures, users } from '../../drizzle/schema';

/** What the screens and the server know about personal data. */
export interface PrivacyReads {
  /** Whether a person is about to be forgotten, and how often they wanted it before. */
  erasure(userId: number): Promise<ErasureView>;
  /** The archive behind a link that is not over; `now` is the wall clock's instant. */
  exportArchive(link: {
    readonly tokenHash: Buffer;
    readonly now: Date;
  }): Promise<Archive | undefined>;
}

export interface ErasureView {
  /** Wishes so far, the open one included. */
  readonly wishes: number;
  /** ISO 8601; undefined when no wish is open. */
  readonly dueAt: string | undefined;
}

export interface Archive {
  readonly tokenHash: Buffer;
  readonly bytes: Buffer;
}

export function privacyReads(db: Database): PrivacyReads {
  return {
    erasure: (userId) => erasure(db, userId),
    exportArchive: async ({ tokenHash, now }) => {
      const asOf = sql`${now.toISOString()}::timestamptz + ${users.clockOffsetMs} * interval '1 millisecond'`;
      const [row] = await db
        .select({ tokenHash: dataExports.tokenHash, bytes: dataExports.archive })
        .from(dataExports)
        .innerJoin(users, eq(users.id, dataExports.userId))
        .where(and(eq(dataExports.tokenHash, tokenHash), sql`${dataExports.linkUntil} > ${asOf}`));
      return row?.bytes && row.tokenHash
        ? { tokenHash: row.tokenHash, bytes: row.bytes }
        : undefined;
    },
  };
}

async function erasure(db: Database, userId: number): Promise<ErasureView> {
  const open = inArray(erasures.state, ['requested', 'settling', 'waiting']);
  const [row] = await db
    .select({
      wishes: count(),
      dueAt: sql<string | null>`max(${erasures.dueAt}) filter (where ${open})`,
    })
    .from(erasures)
    .where(eq(erasures.userId, userId));
  const dueAt = row?.dueAt ?? undefined;
  return {
    wishes: row?.wishes ?? 0,
    dueAt: dueAt === undefined ? undefined : new Date(dueAt).toISOString(),
  };
}
