import { sql } from 'drizzle-orm';
import { referralCode } from '../../drizzle/carried-codes';
import type { Database } from '../../drizzle/client';
import { referrals } from '../../drizzle/schema';
import { safeInteger } from '../domain/assert';
import type { Secrets } from '../domain/secrets';

/** What somebody sees of the people they brought. */
export interface InvitationsView {
  /** What the link carries. */
  readonly code: string;
  readonly joined: number;
  /** Micro-tokens of rewards that wait for their payments to prove themselves. */
  readonly heldUtok: number;
  readonly earnedUtok: number;
}

export interface ReferralReads {
  invitations(userId: number): Promise<InvitationsView>;
}

type Row = {
  readonly [column: string]: unknown;
  readonly joined: number;
  readonly held: string;
  readonly earned: string;
};

export function referralReads(db: Database, { apiKeyPepper }: Secrets): ReferralReads {
  return {
    invitations: async (userId) => {
      const [row] = await db.execute<Row>(sql`
        select count(*)::int as joined,
          coalesce(sum(reward_utok) filter (where state = 'held'), 0)::text as held,
          coalesce(sum(reward_utok) filter (where state = 'paid'), 0)::text as earned
        from ${referrals} where referrer_id = ${userId}`);
      return {
        code: referralCode(apiKeyPepper, userId),
        joined: row?.joined ?? 0,
        heldUtok: safeInteger(BigInt(row?.held ?? 0)),
        earnedUtok: safeInteger(BigInt(row?.earned ?? 0)),
      };
    },
  };
}
