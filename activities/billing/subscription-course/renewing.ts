import { eq } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { attempts, subscriptions } from '../../../drizzle/schema';
import { assert } from '../../../src/domain/assert';
import {
  courseOf,
  courseRules,
  type CourseFacts,
} from '../../../src/domain/billing/subscription-course';
import { writeAudit } from '../../audit';
import { promiseToOperators, promiseToUser } from '../../outbox';
import { availableOf } from '../ledger';
import { openWallets } from '../spends/wallets';
import { extendSubscription, nextPeriodOf } from '../timelines';
import { isToldLately } from './notices';
import { placeCharge } from './ordering';
import type { LockedStanding } from './standings';
import type { StepTask } from './steps';
import { feeOf } from './terms';
import { bookRenewals, walletTry } from './wallet-renewals';

/** Why a try led to nothing, for its owner's message. */
export type RenewalFailure =
  | 'insufficient'
  | 'stopped'
  | 'not_payable'
  | 'declined'
  /** The bank said no for good: another method is needed. */
  | 'refused'
  /** The consent was withdrawn, or the method is over. */
  | 'no_method'
  | 'no_charge';

/** Tries to begin the next period by the one driver there is (SB-8). */
export async function renew(tx: Transaction, task: StepTask): Promise<string> {
  const forgiven = await forgivePeriods(tx, task);
  // The period that runs is looked at afresh, with steps and tries of its own.
  if (forgiven > 0) return `forgiven: ${forgiven}`;
  if (!task.terms.period) return fail(tx, task, { reason: 'not_payable' });
  if (task.isUndecided) return fail(tx, task, { reason: 'stopped' });
  switch (task.row.driver) {
    case 'wallet':
      return renewFromWallet(tx, task);
    case 'saved_method':
      return orderCharge(tx, task);
    case 'stars':
      return failOrFallBack(tx, task, { reason: 'no_charge' });
    case 'none':
      return fail(tx, task, { reason: 'no_charge' });
  }
}

/** Whether the next period would be over already although nobody tried to begin it (SB-10). */
export function hasPassedWhole({ row, terms, asOf }: LockedStanding): boolean {
  if (row.state === 'past_due' || !terms.period) return false;
  const extension = { tariffVersionId: terms.version.id, terms: terms.period };
  return nextPeriodOf(row, extension).endsAt <= asOf;
}

/**
 * Periods that passed whole while nobody worked are free, and operators hear of them: only the one that runs is
 * charged (SB-10). Tries of an unpaid period are no outage.
 */
async function forgivePeriods(tx: Transaction, task: StepTask): Promise<number> {
  const { terms, asOf, settings } = task;
  let { row } = task;
  if (!terms.period || !hasPassedWhole(task)) return 0;
  const extension = { tariffVersionId: terms.version.id, terms: terms.period, asOf };
  for (;;) {
    const next = nextPeriodOf(row, extension);
    if (next.endsAt > asOf) break;
    await extendSubscription(tx, row, { ...extension, paidBy: 'operator' });
    const [moved] = await tx.select().from(subscriptions).where(eq(subscriptions.id, row.id));
    assert(moved, `subscription ${row.id} exists`);
    row = moved;
  }
  const count = row.periodN - task.row.periodN;
  await promiseToOperators(tx, settings, {
    key: `ops:ops.free_periods:${row.id}:${row.periodN}`,
    template: 'ops.free_periods',
    params: { subscriptionId: row.id, userId: row.userId, count },
    asOf,
  });
  return count;
}

/**
 * Writes the order of a charge: quote, invoice and the one live attempt of the period (SB-7). The period is unpaid
 * until money is proved, so from now on its access is grace (SB-12).
 */
async function orderCharge(tx: Transaction, task: StepTask): Promise<string> {
  const { refusal, method } = task;
  if (refusal !== undefined) return failOrFallBack(tx, task, { reason: 'stopped' });
  if (!method) return failOrFallBack(tx, task, { reason: 'no_method' });
  const isPlaced = await placeCharge(tx, task, method);
  if (!isPlaced) return failOrFallBack(tx, task, { reason: 'not_payable' });
  await becomeUnpaid(tx, task, {});
  return 'ordered';
}

/** Unpaid by what drives it: the wallet pays where the setting says so and it can, and only now, after the proof (SB-15). */
export async function failOrFallBack(
  tx: Transaction,
  task: StepTask,
  failed: FailedTry,
): Promise<string> {
  return (await canWalletPay(tx, task)) ? renewFromWallet(tx, task) : fail(tx, task, failed);
}

async function canWalletPay(
  tx: Transaction,
  { row, terms, asOf, settings, refusal }: StepTask,
): Promise<boolean> {
  if (settings.renewalFallback !== 'wallet' || refusal !== undefined) return false;
  const feeUtok = feeOf(terms);
  if (feeUtok === undefined || !terms.period) return false;
  return (await availableOf(tx, { userId: row.userId, asOf })) >= feeUtok;
}

async function renewFromWallet(tx: Transaction, task: StepTask): Promise<string> {
  const { row, terms, asOf, refusal } = task;
  if (refusal !== undefined) return fail(tx, task, { reason: 'stopped' });
  const feeUtok = feeOf(terms);
  if (feeUtok === undefined) return fail(tx, task, { reason: 'not_payable' });
  const wallet = (await openWallets(tx, [{ userId: row.userId, asOf }])).get(row.userId);
  assert(wallet, `wallet of ${row.userId} exists`);
  const missingUtok = feeUtok - (wallet.balanceUtok - wallet.heldUtok);
  if (missingUtok > 0) {
    await tx.insert(attempts).values(walletTry(task, { feeUtok, isPaid: false }));
    return fail(tx, task, { reason: 'insufficient', missingUtok });
  }
  await bookRenewals(tx, [{ standing: task, wallet, feeUtok, within: (work) => work() }]);
  return 'renewed';
}

export interface FailedTry {
  readonly reason: RenewalFailure;
  readonly missingUtok?: number;
  readonly declineCode?: string;
}

/** Unpaid: access stays for the grace, tries go on, and its owner hears of it, at most every twelve hours (SB-13). */
export async function fail(tx: Transaction, task: StepTask, failed: FailedTry): Promise<string> {
  const { row, step, asOf, settings, facts } = task;
  await becomeUnpaid(tx, task, failed);
  if (await isToldLately(tx, row, asOf)) return `failed: ${failed.reason}`;
  const next = nextTry(task);
  // The owner may choose an instant more than once, and each of them is a try of its own.
  const again = facts.done.has(step.name) ? `:${asOf.toISOString()}` : '';
  await promiseToUser(tx, row.userId, {
    key: `sub:${row.id}:p${row.periodN}:failed:${step.name}${again}`,
    template: 'sub.failed',
    params: {
      subscriptionId: row.id,
      reason: failed.reason,
      access: row.access,
      ...(next ? { next } : {}),
      ...(failed.missingUtok === undefined ? {} : { missingUtok: failed.missingUtok }),
    },
    category: 'service',
    ...{ asOf, settings },
  });
  return `told: ${failed.reason}`;
}

async function becomeUnpaid(
  tx: Transaction,
  { row, step, asOf }: StepTask,
  failed: Partial<FailedTry>,
): Promise<void> {
  const after = { state: 'past_due', retryAt: null } as const;
  await tx.update(subscriptions).set(after).where(eq(subscriptions.id, row.id));
  const action = failed.reason === undefined ? 'subscription.charging' : 'subscription.failed';
  await writeAudit(tx, {
    ...{ action, entity: 'subscription', entityId: row.id, asOf },
    before: { state: row.state },
    after: { state: 'past_due', step: step.name, ...failed },
  });
}

/** When it is tried again by itself, ISO 8601. */
function nextTry({ facts, step, asOf, settings }: StepTask): string | undefined {
  const unpaid = {
    ...withoutChosen(facts),
    state: 'past_due',
    done: new Map([...facts.done, [step.name, asOf.getTime()]]),
  } as const;
  const next = courseOf(unpaid, courseRules(settings)).find(({ kind }) => kind === 'renew');
  return next && new Date(next.atMs).toISOString();
}

/** The instant that its owner chose is over with the try. */
function withoutChosen({ retryMs: _, ...others }: CourseFacts): CourseFacts {
  return others;
}
