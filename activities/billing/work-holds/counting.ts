import type { Transaction } from '../../../drizzle/client';
import type { holds } from '../../../drizzle/schema';
import { spenderRows } from '../../../drizzle/spenders';
import { assert } from '../../../src/domain/assert';
import { memoryOf, type FilledCounter } from '../../../src/domain/billing/hold';
import type { BillingSettings } from '../../../src/domain/billing/settings';
import { countDelivered } from '../delivered-limits';
import { filledWindows, lowerCounter } from '../spend-refunds/limits';

type Hold = typeof holds.$inferSelect;

/**
 * Sets right what a hold counted for when it was placed: what was not taken is given back to the same windows, as far
 * as they are still there; what was taken beyond it is a debit of now, which no limit refuses (SP-7).
 */
export async function countSettled(
  tx: Transaction,
  hold: Hold,
  settled: { readonly takenUtok: number; readonly asOf: Date; readonly settings: BillingSettings },
): Promise<void> {
  const { userId, clientId, keyId, amountUtok } = hold;
  const { takenUtok, asOf, settings } = settled;
  if (takenUtok > amountUtok) {
    const byUtok = takenUtok - amountUtok;
    await countDelivered(tx, { userId, clientId, keyId, byUtok, asOf, settings });
    return;
  }
  if (takenUtok === amountUtok) return;
  for (const counter of await countersOf(tx, hold)) {
    await lowerCounter(tx, counter, amountUtok - takenUtok);
  }
}

/**
 * The counters filled when the hold was placed, and those that began while it stood: a limit that is set counts what is
 * reserved in its window already. In the order in which debits lock them.
 */
async function countersOf(tx: Transaction, hold: Hold): Promise<readonly FilledCounter[]> {
  const [person] = await spenderRows(tx, [hold.userId]);
  assert(person, `user ${hold.userId} has a wallet`);
  const filled = memoryOf(hold).counters ?? [];
  const known = new Set(filled.map(nameOf));
  assert(hold.asOf, `hold ${hold.id} was placed at an instant`);
  const windows = filledWindows({ ...hold, asOf: hold.asOf }, person);
  const begun = windows.filter((window) => !known.has(nameOf(window)));
  return [...filled, ...begun].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

function nameOf({ scope, scopeId, window }: FilledCounter): string {
  return [scope, scopeId, window].join('|');
}
