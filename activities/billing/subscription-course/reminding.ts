import type { Transaction } from '../../../drizzle/client';
import { promiseToUser } from '../../outbox';
import { availableOf } from '../ledger';
import type { StepTask } from './steps';
import { priceOf } from './terms';

/**
 * Reminds the owner once that the period ends, with what will be taken and whether it is there (SB-5). A reminder that
 * comes late is still sent; one whose time is over gives way to the next.
 */
export async function remind(tx: Transaction, task: StepTask): Promise<string> {
  const { row, terms, step, asOf, settings, facts } = task;
  if (step.dropAfterMs !== undefined && asOf.getTime() >= step.dropAfterMs) return 'dropped';
  const availableUtok = await availableOf(tx, { userId: row.userId, asOf });
  const price = facts.isRenewing ? priceOf(terms, row) : undefined;
  const [feeUtok, money] =
    price?.kind === 'tokens'
      ? [price.feeUtok, undefined]
      : [undefined, price?.kind === 'money' ? price : undefined];
  await promiseToUser(tx, row.userId, {
    key: `sub:${row.id}:p${row.periodN}:${step.name}`,
    template: 'sub.reminder',
    params: {
      subscriptionId: row.id,
      until: row.periodEnd.toISOString(),
      driver: facts.isRenewing ? row.driver : 'none',
      balanceUtok: availableUtok,
      ...(feeUtok === undefined ? {} : { feeUtok }),
      ...(feeUtok !== undefined && feeUtok > availableUtok
        ? { missingUtok: feeUtok - availableUtok }
        : {}),
      ...(money
        ? { amountMinor: money.amountMinor, currency: money.currency, exponent: money.exponent }
        : {}),
      ...(isLate(task) ? { isLate: 1 } : {}),
    },
    category: 'service',
    ...(step.dropAfterMs === undefined ? {} : { usefulMs: step.dropAfterMs - asOf.getTime() }),
    ...{ asOf, settings },
  });
  return isLate(task) ? 'late' : 'told';
}

const LATE_MS = 15 * 60_000;

function isLate({ step, asOf }: StepTask): boolean {
  return asOf.getTime() - step.atMs > LATE_MS;
}
