import { and, desc, eq, lte } from 'drizzle-orm';
import type { Transaction } from '../../drizzle/client';
import { topupRates } from '../../drizzle/schema';
import { isPayable } from '../../src/domain/billing/invoice';
import type { PostOutcome } from '../../src/domain/billing/payment';
import { convertMinor } from '../../src/domain/tokens';
import type { ActivityDeps } from '../deps';
import { promiseToUser } from '../outbox';
import { inTransaction, readSettings, workflowId } from '../transactions';
import { moneyAccount, tokenAccount, wallet } from './accounts';
import { fulfilOrder } from './fulfilment';
import { isStillPossible } from './plan-changes';
import { balanceOf, lockWallet, postTransfer } from './ledger';
import { reserveSlot } from './promo-slots';
import { issueReceipt } from './receipts';
import {
  lockSuspended,
  moneyOf,
  resolvedAs,
  settleSuspended,
  suspenseLeg,
  suspendingItem,
  type Payment,
  type RepairOrder,
  type Resolution,
} from './suspense';

export type RepairOutcome =
  | { readonly kind: 'done'; readonly outcome: PostOutcome }
  | { readonly kind: 'refused'; readonly reason: string };

/** What an operator can do with quarantined money; each is one transaction, keyed by the payment's workflow. */
export function repairActivities(deps: ActivityDeps) {
  return {
    creditQuarantined: (repair: RepairOrder) => creditQuarantined(deps, repair),
    completeQuarantined: (repair: RepairOrder) => completeQuarantined(deps, repair),
    writeOffQuarantined: (repair: RepairOrder) => writeOffQuarantined(deps, repair),
  };
}

/**
 * Credits the money in suspense to the wallet of the order's owner, at today's top-up rate. The order stays as it is:
 * it can still be paid, cancelled or expire.
 */
async function creditQuarantined(
  { db, settings: defaults }: ActivityDeps,
  repair: RepairOrder,
): Promise<RepairOutcome> {
  return inTransaction(db, async (tx) => {
    const suspended = await lockSuspended(tx, repair);
    const { payment } = suspended;
    if (suspendingItem(payment.outcome) === undefined)
      return settledBefore(payment, 'credit_wallet');
    const outcome = resolvedAs('credit_wallet', suspended);
    const userId = 'userId' in outcome ? outcome.userId : undefined;
    if (userId === undefined) return refuse('nobody is known to own it');
    const rate = await rateAt(tx, payment.currency, new Date(repair.asOf));
    if (rate === undefined) return refuse(`${payment.currency} has no top-up rate`);
    const tokensUtok = await releaseToWallet(tx, repair, { payment, userId, rate });
    await settleSuspended(tx, repair, { payment, state: 'paid', outcome });
    const { minor: amountMinor, currency, exponent } = moneyOf(payment);
    const balanceUtok = await balanceOf(tx, userId);
    const settings = await readSettings(tx, defaults);
    const asOf = new Date(repair.asOf);
    const issued = await issueReceipt(tx, {
      ...{ paymentId: payment.id, userId, total: moneyOf(payment), settings, asOf },
      sold: { kind: 'tokens', tokensUtok },
    });
    await promiseToUser(tx, userId, {
      key: `${userId}:pay.resolved:${payment.id}`,
      template: 'pay.ok.topup',
      params: { amountMinor, currency, exponent, tokensUtok, balanceUtok, ...issued },
      category: 'money',
      asOf,
      settings,
    });
    return { kind: 'done', outcome };
  });
}

/** Completes the order with the money in suspense, as if it had matched. */
async function completeQuarantined(
  { db, settings: defaults, secrets }: ActivityDeps,
  repair: RepairOrder,
): Promise<RepairOutcome> {
  return inTransaction(db, async (tx) => {
    const { payment, order } = await lockSuspended(tx, repair);
    if (suspendingItem(payment.outcome) === undefined)
      return settledBefore(payment, 'complete_order');
    if (!order) return refuse('the payment names no invoice of ours');
    if (!isPayable(order.invoice.state)) return refuse('the invoice is paid already');
    if (order.invoice.currency !== payment.currency) return refuse('another currency');
    if (!(await isStillPossible(tx, order, new Date(repair.asOf)))) {
      return refuse('the plan it would upgrade does not run any more');
    }
    await lockWallet(tx, order.invoice.userId);
    const noSlot = await reserveSlot(tx, {
      quote: order.quote,
      invoiceId: order.invoice.id,
      asOf: new Date(repair.asOf),
    });
    if (noSlot !== undefined) return refuse(`its promo code has no slot for it: ${noSlot}`);
    const given = await fulfilOrder(tx, order, {
      key: workflowId(),
      paymentId: payment.id,
      sources: [suspenseLeg(payment)],
      isRelease: true,
      asOf: new Date(repair.asOf),
      settings: await readSettings(tx, defaults),
      secrets,
    });
    const outcome: PostOutcome = {
      kind: 'fulfilled',
      as: 'order',
      isLate: false,
      invoiceId: order.invoice.id,
      userId: order.invoice.userId,
      ...given,
    };
    await settleSuspended(tx, repair, { payment, state: 'paid', outcome });
    return { kind: 'done', outcome };
  });
}

/** Closes the item without moving money: it stays in suspense, where the books show it. */
async function writeOffQuarantined(
  { db }: ActivityDeps,
  repair: RepairOrder,
): Promise<RepairOutcome> {
  return inTransaction(db, async (tx) => {
    const suspended = await lockSuspended(tx, repair);
    const { payment } = suspended;
    if (suspendingItem(payment.outcome) === undefined) return settledBefore(payment, 'write_off');
    const outcome = resolvedAs('write_off', suspended);
    await settleSuspended(tx, repair, { payment, state: 'quarantined', outcome });
    return { kind: 'done', outcome };
  });
}

/** The same repair, done before, is answered with its stored result; money that found another end is not there. */
function settledBefore({ outcome, state }: Payment, asked: Resolution): RepairOutcome {
  const ended = outcome?.kind === 'resolved' ? outcome.how : 'complete_order';
  return outcome && ended === asked
    ? { kind: 'done', outcome }
    : refuse(`it has ended already: ${outcome ? ended : state}`);
}

function refuse(reason: string): RepairOutcome {
  return { kind: 'refused', reason };
}

async function rateAt(tx: Transaction, currency: string, asOf: Date): Promise<number | undefined> {
  const [row] = await tx
    .select({ rate: topupRates.utokPerMinor })
    .from(topupRates)
    .where(and(eq(topupRates.currency, currency), lte(topupRates.validFrom, asOf)))
    .orderBy(desc(topupRates.validFrom))
    .limit(1);
  return row?.rate;
}

async function releaseToWallet(
  tx: Transaction,
  repair: RepairOrder,
  credit: { payment: Payment; userId: number; rate: number },
): Promise<number> {
  const { payment, userId } = credit;
  const tokensUtok = convertMinor(payment.amountMinor, credit.rate);
  await postTransfer(tx, {
    key: `${workflowId()}:release`,
    kind: 'quarantine_release',
    legs: [
      suspenseLeg(payment),
      { account: moneyAccount('deferred', payment.currency), amount: payment.amountMinor },
      { account: tokenAccount('issuance'), amount: -tokensUtok },
      { account: wallet(userId), amount: tokensUtok },
    ],
    userId,
    paymentId: payment.id,
    asOf: new Date(repair.asOf),
    lot: { origin: 'topup', paidMinor: payment.amountMinor },
    ...(payment.invoiceId === null ? {} : { invoiceId: payment.invoiceId }),
  });
  return tokensUtok;
}
