import type { Transaction } from '../../drizzle/client';
import { spenderRows, type SpenderRow } from '../../drizzle/spenders';
import { assert } from '../../src/domain/assert';
import type { BillingSettings } from '../../src/domain/billing/settings';
import { fillLimits, lockLimits, type LimitSubject } from './spends/limits';
import { noticeLimits } from './spends/notices';

/** A debit for delivered work: no limit refuses it, and it counts in all of them. */
export interface DeliveredDebit {
  readonly userId: number;
  readonly clientId: string | null;
  readonly keyId: string | null;
  readonly byUtok: number;
  /** By the person's clock. */
  readonly asOf: Date;
  readonly settings: BillingSettings;
}

/** Counts a debit in the limits of its person, client and key, in the transaction that books it (SP-7). */
export async function countDelivered(tx: Transaction, debit: DeliveredDebit): Promise<void> {
  const { userId, byUtok, asOf, settings } = debit;
  if (byUtok === 0) return;
  const [person] = await spenderRows(tx, [userId]);
  assert(person, `user ${userId} has a wallet`);
  const limits = await lockLimits(tx, subjectsOf(debit, person));
  const fills = limits.map((limit) => ({ limit, byUtok, isPostPaid: true, asOf }));
  await fillLimits(tx, fills);
  await noticeLimits(tx, { fills, settings });
}

/** The person's own limits on their calendar; those of a key and of its client on ours. */
function subjectsOf(
  { userId, clientId, keyId, asOf }: DeliveredDebit,
  { timeZone: zone, clockOffsetMs }: SpenderRow,
): readonly LimitSubject[] {
  const ours = { zone: 'UTC', asOf: new Date(asOf.getTime() - clockOffsetMs) };
  return [
    { scope: 'user', scopeId: String(userId), zone, asOf },
    ...(clientId === null ? [] : [{ scope: 'client', scopeId: clientId, ...ours } as const]),
    ...(keyId === null ? [] : [{ scope: 'key', scopeId: keyId, ...ours } as const]),
  ];
}
