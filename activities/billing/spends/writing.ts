import type { SQL } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { insertRows } from '../../../drizzle/rows';
import { charges } from '../../../drizzle/schema';
import { writeDebits, type WalletDebit } from '../wallet-debits';
import type { SpendToBook } from './booking';

/** Writes many decided spends with their debits, their charges and whatever else is given, in one statement. */
export async function writeTogether(
  tx: Transaction,
  spends: readonly SpendToBook[],
  alongside: readonly SQL[],
): Promise<void> {
  const charged = insertRows(charges, spends.map(chargeOf));
  await writeDebits(tx, spends.flatMap(debitOf), {
    sink: 'spend',
    alongside: [charged, ...alongside],
  });
}

/** None for a charge of nothing, which moves no tokens (LG-9). */
function debitOf({ ids, decision, wallet, asOf }: SpendToBook): WalletDebit[] {
  const { chargeId, transferId } = ids;
  if (transferId === null) return [];
  const { wish, chargedUtok, balanceAfterUtok, takes } = decision;
  return [
    {
      transfer: {
        ...{ id: transferId, key: `charge:${wish.key}`, kind: 'spend', userId: wish.userId, asOf },
        ...{ chargeId, subscriptionId: null, periodN: null },
      },
      accountId: wallet.accountId,
      amountUtok: chargedUtok,
      ...{ balanceAfterUtok, takes },
    },
  ];
}

function chargeOf(spend: SpendToBook): typeof charges.$inferInsert {
  const { decision, ids, kind, clientId, keyId, track, description, meta, asOf } = spend;
  const { wish, chargedUtok, uncollectedUtok } = decision;
  return {
    ...{ id: ids.chargeId, key: wish.key, clientId, keyId, userId: wish.userId, kind },
    ...{ requestedUtok: wish.amountUtok, chargedUtok, uncollectedUtok },
    ...{ transferId: ids.transferId, track, description, meta, asOf },
  };
}
