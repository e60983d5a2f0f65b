import { v7 } from 'uuid';
import type { Transaction } from '../../../drizzle/client';
import { insertRows, updateRows } from '../../../drizzle/rows';
import { attempts, quotes, subscriptionPeriods, subscriptions } from '../../../drizzle/schema';
import { assert } from '../../../src/domain/assert';
import { traceParent } from '../../../src/tracing/spans';
import { signed, signedInsert } from '../../audit';
import { promiseToUsers } from '../../outbox';
import { balanceOf } from '../ledger';
import { chooseShares, totalUtok } from '../lots';
import { grantForPeriod } from '../period-grants';
import type { OpenWallet } from '../spends/wallets';
import type { Person } from '../standing';
import { appendPeriod, type Subscription } from '../timelines';
import { writeDebits, type WalletDebit } from '../wallet-debits';
import { tryKey } from './ordering';
import { renewalQuote } from './quoting';
import { restartOf } from './recovering';
import type { LockedStanding } from './standings';

/** Runs work in the name of the activity that asked for it, which signs its audit and goes on in its trace. */
export type Within = <T>(work: () => T) => T;

/** A renewal that its wallet can pay; the wallet and what has not expired of its lots are locked. */
export interface WalletRenewal {
  readonly standing: LockedStanding;
  readonly wallet: OpenWallet;
  readonly feeUtok: number;
  readonly within: Within;
}

/**
 * Begins the next periods of subscriptions that their wallets pay, each of another person, in one statement for all:
 * tries, quotes, fees with their entries and lots, periods and the audit; then what the plans give with a period, and the
 * messages. Answers the subscriptions as they stand afterwards, by their ids.
 */
export async function bookRenewals(
  tx: Transaction,
  renewals: readonly WalletRenewal[],
  people?: ReadonlyMap<number, Person>,
): Promise<ReadonlyMap<string, Subscription>> {
  if (renewals.length === 0) return new Map();
  const plans = renewals.map(planOf);
  const rowsOf = <K extends keyof Plan>(name: K) => plans.map((plan) => plan[name]);
  await writeDebits(tx, rowsOf('debit'), {
    sink: 'fees',
    alongside: [
      insertRows(attempts, rowsOf('attempt')),
      insertRows(quotes, rowsOf('quote')),
      updateRows(subscriptions, rowsOf('after').map(movedOf)),
      insertRows(subscriptionPeriods, rowsOf('periodRow')),
      signedInsert(rowsOf('entry')),
    ],
  });
  const settings = renewals[0]!.standing.settings;
  const messages = [];
  for (const plan of plans) messages.push(await messageOf(tx, plan));
  await promiseToUsers(tx, { messages, settings, ...(people ? { people } : {}) });
  return new Map(plans.map(({ after }) => [after.id, after]));
}

/** One row for each try, paid or not; its key is the key of the charge (SB-7). */
export function walletTry(
  standing: LockedStanding,
  tried: { readonly feeUtok: number; readonly isPaid: boolean },
): typeof attempts.$inferInsert {
  const { row, asOf } = standing;
  return {
    ...{ id: v7(), key: tryKey(standing), userId: row.userId, purpose: 'renewal' },
    ...{ subscriptionId: row.id, periodN: row.periodN + 1, driver: 'wallet' },
    amountUtok: tried.feeUtok,
    state: tried.isPaid ? 'succeeded' : 'failed_soft',
    declineCode: tried.isPaid ? null : 'insufficient_balance',
    asOf,
  };
}

type Plan = ReturnType<typeof planOf>;

/** Everything that one renewal writes. */
function planOf(renewal: WalletRenewal) {
  const { standing, wallet, feeUtok, within } = renewal;
  const { row, terms, asOf, settings } = standing;
  assert(terms.period, `plan ${terms.version.id} has a period`);
  const attempt = walletTry(standing, { feeUtok, isPaid: true });
  const debit = debitOf(renewal, attempt.key);
  const next = { tariffVersionId: terms.version.id, terms: terms.period, asOf };
  const appended = appendPeriod(row, {
    ...next,
    ...({ paidBy: 'wallet', feeTransferId: debit.transfer.id, isRenewal: true } as const),
    ...restartOf(row, next, settings),
  });
  return {
    ...{ standing, wallet, feeUtok, within, attempt, debit },
    quote: renewalQuote(standing, { feeUtok, consumedBy: attempt.key }),
    period: appended.period,
    periodRow: appended.row,
    after: { ...row, ...appended.change },
    entry: within(() => signed(appended.entry)),
  };
}

function debitOf({ standing, wallet, feeUtok }: WalletRenewal, key: string): WalletDebit {
  const { row, asOf } = standing;
  const takes = chooseShares(
    wallet.lots.map(({ lotId, freeUtok }) => ({ id: lotId, freeUtok })),
    feeUtok,
  );
  assert(totalUtok(takes) === feeUtok, `lots of ${row.userId} cover what the balance says`);
  return {
    transfer: {
      ...{ id: v7(), key: `${key}:wallet`, kind: 'subscription_fee', userId: row.userId, asOf },
      ...{ chargeId: null, subscriptionId: row.id, periodN: row.periodN + 1 },
    },
    accountId: wallet.accountId,
    amountUtok: feeUtok,
    balanceAfterUtok: wallet.balanceUtok - feeUtok,
    takes,
  };
}

/** What of a subscription a new period moves. */
function movedOf(after: Subscription) {
  const { id, periodN, periodStart, periodEnd, tariffVersionId, nextTariffVersionId } = after;
  const { anchorLocal, anchorN, anchorDay, shiftDays, state, access, retryAt } = after;
  return {
    ...{ id, periodN, periodStart, periodEnd, tariffVersionId, nextTariffVersionId },
    ...{ anchorLocal, anchorN, anchorDay, shiftDays, state, access, retryAt },
  };
}

async function messageOf(tx: Transaction, { standing, period, feeUtok, debit, within }: Plan) {
  const { row, asOf } = standing;
  const { userId } = row;
  return {
    userId,
    key: `${userId}:sub.renewed:${row.id}:${period.n}`,
    template: 'sub.renewed' as const,
    params: {
      until: period.endsAt.toISOString(),
      feeUtok,
      balanceUtok: await balanceAfterGrant(tx, { standing, period, debit, within }),
    },
    category: 'service' as const,
    asOf,
    traceParent: within(traceParent),
  };
}

async function balanceAfterGrant(
  tx: Transaction,
  { standing, period, debit, within }: Pick<Plan, 'standing' | 'period' | 'debit' | 'within'>,
): Promise<number> {
  const { row, terms, asOf } = standing;
  const { version } = terms;
  if (version.grantsPerPeriodUtok === 0) return debit.balanceAfterUtok;
  await within(() => grantForPeriod(tx, { row, version, period, asOf }));
  return balanceOf(tx, row.userId);
}
