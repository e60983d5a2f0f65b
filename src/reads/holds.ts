import { and, desc, eq } from 'drizzle-orm';
import type { Database } from '../../drizzle/client';
import { holds, idempotencyKeys } from '../../drizzle/schema';
import { holdView, type HoldView } from '../domain/billing/hold';

/** Tokens reserved for jobs, as PostgreSQL has them while they last and ever after. */
export interface HoldReads {
  /** A hold of a client; undefined also for that of another one. */
  hold(question: { holdId: string; clientId: string }): Promise<KeyedHold | undefined>;
  /** What a request about a hold was told when it had its effect. */
  holdAnswer(name: { caller: string; key: string }): Promise<HoldView | undefined>;
  /** A hold for a job, whoever its client is: for operators. */
  jobHold(holdId: string): Promise<HoldView | undefined>;
  /** Holds for jobs of a person that still run, the newest first. */
  openHolds(userId: number): Promise<readonly HoldView[]>;
}

/** A hold with the unique key of its row, by which its keeper is found. */
export interface KeyedHold {
  readonly holdKey: string;
  readonly view: HoldView;
}

const MOST_SHOWN = 20;

export function holdReads(db: Database): HoldReads {
  return {
    hold: async ({ holdId, clientId }) => {
      const [row] = await db
        .select()
        .from(holds)
        .where(and(eq(holds.id, holdId), eq(holds.clientId, clientId)));
      return row && { holdKey: row.key, view: holdView(row) };
    },
    holdAnswer: async ({ caller, key }) => {
      const [row] = await db
        .select({ response: idempotencyKeys.response })
        .from(idempotencyKeys)
        .where(and(eq(idempotencyKeys.caller, caller), eq(idempotencyKeys.key, key)));
      return row?.response as HoldView | undefined;
    },
    jobHold: async (holdId) => {
      const [row] = await db
        .select()
        .from(holds)
        .where(and(eq(holds.id, holdId), eq(holds.purpose, 'work')));
      return row && holdView(row);
    },
    openHolds: async (userId) => {
      const rows = await db
        .select()
        .from(holds)
        .where(and(eq(holds.userId, userId), eq(holds.state, 'active'), eq(holds.purpose, 'work')))
        .orderBy(desc(holds.id))
        .limit(MOST_SHOWN);
      return rows.map(holdView);
    },
  };
}
