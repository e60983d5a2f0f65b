import type { SQL } from 'drizzle-orm';
import { v7 } from 'uuid';
import type { Transaction } from '../../../drizzle/client';
import type { BillingSettings } from '../../../src/domain/billing/settings';
import type { SpendDecision } from '../../../src/domain/billing/spend-batch';
import { tokenText } from '../../../src/domain/tokens';
import { auditInsert, type AuditEntry } from '../../audit';
import { requestTopups } from '../auto-topups/noting';
import { openItem } from '../open-items';
import { noticeFalls, type WalletFall } from './notices';
import type { OpenWallet } from './wallets';
import { writeTogether } from './writing';

export type ChargedSpend = Extract<SpendDecision, { kind: 'charged' }>;

/** What is written for a spend. */
export interface SpendIds {
  readonly chargeId: string;
  /** Null for a charge of nothing, which moves no tokens (LG-9). */
  readonly transferId: string | null;
}

/** Ids for what a decided spend is about to leave in the books. */
export function newIds({ chargedUtok }: ChargedSpend): SpendIds {
  return { chargeId: v7(), transferId: chargedUtok > 0 ? v7() : null };
}

/** A decided spend with what its charge remembers. */
export interface SpendToBook {
  readonly decision: ChargedSpend;
  readonly ids: SpendIds;
  readonly wallet: OpenWallet;
  readonly kind: 'spend' | 'track';
  readonly clientId: string | null;
  /** The API key that was used. */
  readonly keyId: string | null;
  readonly track: string | null;
  readonly description: string;
  readonly meta: Readonly<Record<string, unknown>>;
  readonly asOf: Date;
}

export interface SpendsToBook {
  readonly spends: readonly SpendToBook[];
  readonly settings: BillingSettings;
  /** What else is written in the statement of the bookings; it may read nothing of what they write. */
  readonly alongside?: readonly SQL[];
}

/**
 * Books decided spends with all that belongs to them: the trail of the audit, an open item for what could not be
 * collected (LG-8), and the word to people whose balance falls past a threshold (SP-8).
 */
export async function recordCharges(
  tx: Transaction,
  { spends, settings, alongside = [] }: SpendsToBook,
): Promise<void> {
  if (spends.length === 0) return;
  for (const spend of spends) await showUncollected(tx, spend, settings);
  await noticeFalls(tx, { falls: spends.flatMap(fallOf), settings });
  // The second reads the balances that the first has written, and none of its words: they leave together, in this order.
  await Promise.all([
    writeTogether(tx, spends, [auditInsert(spends.map(auditOf)), ...alongside]),
    requestTopups(tx, { ...debitedBy(spends), settings }),
  ]);
}

/** Whose wallets these spends made smaller, and when. */
function debitedBy(spends: readonly SpendToBook[]): { userIds: number[]; asOf: Date } {
  const moving = spends.filter(({ decision }) => decision.chargedUtok > 0);
  const userIds = new Set(moving.map(({ decision }) => decision.wish.userId));
  return { userIds: [...userIds], asOf: spends[0]?.asOf ?? new Date(0) };
}

function auditOf({ decision, ids, asOf }: SpendToBook): AuditEntry {
  const { chargeId, transferId } = ids;
  const { wish, chargedUtok, uncollectedUtok } = decision;
  const amounts = { requestedUtok: wish.amountUtok, chargedUtok, uncollectedUtok };
  return {
    action: 'tokens.spent',
    entity: 'transfer',
    entityId: transferId ?? chargeId,
    after: { userId: wish.userId, chargeId, ...amounts },
    asOf,
  };
}

async function showUncollected(
  tx: Transaction,
  { decision, description, asOf }: SpendToBook,
  settings: BillingSettings,
): Promise<void> {
  const { wish, uncollectedUtok } = decision;
  if (uncollectedUtok === 0) return;
  const [missing, asked] = [tokenText(uncollectedUtok), tokenText(wish.amountUtok)];
  await openItem(tx, settings, {
    key: `${wish.key}:uncollected`,
    kind: 'uncollected',
    userId: wish.userId,
    reason: `${missing} of ${asked} tokens could not be collected: ${description}`,
    asOf,
  });
}

function fallOf({ decision, ids: { chargeId }, asOf }: SpendToBook): WalletFall[] {
  const { wish, chargedUtok, balanceBeforeUtok, balanceAfterUtok } = decision;
  if (chargedUtok === 0) return [];
  return [{ userId: wish.userId, balanceBeforeUtok, balanceAfterUtok, chargeId, asOf }];
}
