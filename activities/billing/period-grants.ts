import type { Transaction } from '../../drizzle/client';
import type { Period } from '../../src/domain/billing/subscription';
import { tokenAccount, wallet } from './accounts';
import { postTransfer } from './ledger';
import type { TariffVersion } from './orders';
import type { Subscription } from './timelines';

const DAY_MS = 86_400_000;

/**
 * Tokens that a plan gives with each period, once for each (SB-19): the key names subscription, period and version, so
 * neither a replay nor a change of plan back and forth grants them twice.
 */
export async function grantForPeriod(
  tx: Transaction,
  grant: {
    readonly row: Pick<Subscription, 'id' | 'userId'>;
    readonly version: TariffVersion;
    readonly period: Period;
    readonly asOf: Date;
  },
): Promise<void> {
  const { row, version, period, asOf } = grant;
  const tokensUtok = version.grantsPerPeriodUtok;
  if (tokensUtok === 0) return;
  const ttlDays = version.tokenTtlDays;
  const expiresAt =
    ttlDays === null ? undefined : new Date(period.startsAt.getTime() + ttlDays * DAY_MS);
  await postTransfer(tx, {
    key: `sub:${row.id}:p${period.n}:grant`,
    kind: 'grant',
    legs: [
      { account: tokenAccount('issuance'), amount: -tokensUtok },
      { account: wallet(row.userId), amount: tokensUtok },
    ],
    lot: { origin: 'grant', ...(expiresAt ? { expiresAt } : {}) },
    userId: row.userId,
    subscriptionId: row.id,
    periodN: period.n,
    asOf,
  });
}
