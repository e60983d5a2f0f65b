import { v7 } from 'uuid';
import type { Transaction } from '../../../drizzle/client';
import { attempts } from '../../../drizzle/schema';
import { priceOrder, type QuoteTerms } from '../../../src/domain/billing/pricing';
import type { Method } from '../charges/methods';
import { placeOrder } from '../charges/orders';
import { rateOf } from '../charges/rates';
import type { StepTask } from './steps';
import { priceOf } from './terms';

/** The key of the next try for the period that a renewal would begin (SB-7). */
export function tryKey({ row, tries }: Pick<StepTask, 'row' | 'tries'>): string {
  return `sub:${row.id}:p${row.periodN + 1}:renew:a${tries.length}`;
}

/**
 * Writes quote, invoice and attempt of a charge of the saved method, at the price of the version that was sold (TP-9).
 * False when the plan has no price that a method can pay.
 */
export async function placeCharge(
  tx: Transaction,
  task: StepTask,
  method: Method,
): Promise<boolean> {
  const quoted = await quoteCharge(tx, task);
  if (!quoted) return false;
  const { row, asOf, settings } = task;
  const { provider, id: methodId } = method;
  const { invoiceId } = await placeOrder(tx, quoted, { provider, asOf, settings });
  await tx.insert(attempts).values({
    id: v7(),
    ...{ key: tryKey(task), userId: row.userId, purpose: 'renewal', state: 'created' },
    ...{ subscriptionId: row.id, periodN: row.periodN + 1, driver: 'saved_method' },
    ...{ invoiceId, provider, methodId, asOf },
    ...{ amountMinor: quoted.payAmountMinor, currency: quoted.currency },
  });
  return true;
}

/** The money price alone: a fee in tokens is what the wallet would pay instead. */
async function quoteCharge(tx: Transaction, task: StepTask): Promise<QuoteTerms | undefined> {
  const { row, terms, asOf } = task;
  const price = priceOf(terms, row);
  if (price?.kind !== 'money' || !terms.version.renewable) return undefined;
  const { amountMinor: listMinor, currency } = price;
  const { version, tariff } = terms;
  const priced = priceOrder(
    {
      ...version,
      ...{ tariffVersionId: version.id, kind: tariff.kind, feeUtok: 0, priceMinor: listMinor },
      utokPerMinor: await rateOf(tx, { currency, asOf }),
    },
    {
      ...{ userId: row.userId, currency, purpose: 'renewal' },
      change: {
        ...{ subscriptionId: row.id, listMinor, creditMinor: 0 },
        tokensUtok: version.tokensUtok,
      },
    },
  );
  return priced.kind === 'priced' ? priced.terms : undefined;
}
