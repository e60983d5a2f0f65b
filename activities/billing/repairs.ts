import { and, desc, eq, lte } from 'drizzle-orm';
import type { Transaction } from '../../drizzle/client';
import { payments, refunds, topupRates } from '../../drizzle/schema';
import { assert } from '../../src/domain/assert';
import { isPayable } from '../../src/domain/billing/invoice';
import type { PostOutcome, WireFact } from '../../src/domain/billing/payment';
import type { Money } from '../../src/domain/money';
import { convertMinor } from '../../src/domain/tokens';
import type { ActivityDeps } from '../deps';
import { promiseToUser } from '../outbox';
import { inTransaction, readSettings, workflowId } from '../transactions';
import { fulfilOrder } from './fulfilment';
import { clearing, moneyAccount, tokenAccount, wallet } from './accounts';
import { postTransfer, type Leg } from './ledger';
import { closeItem, isItemOpen, openItem } from './open-items';
import { lockOrderOfFact, type Order } from './orders';

/** An operator's decision about money in suspense. */
export interface RepairOrder {
  readonly provider: string;
  readonly providerPaymentId: string;
  readonly fact: WireFact;
  readonly openItemKey: string;
  readonly operatorId: string;
  readonly reason: string;
  readonly asOf: string;
}

export type OpenedRefund =
  | { readonly kind: 'opened'; readonly amount: Money; readonly userId: number | undefined }
  | { readonly kind: 'refused'; readonly reason: string };

export type RepairOutcome =
  | { readonly kind: 'done'; readonly outcome: PostOutcome }
  | { readonly kind: 'refused'; readonly reason: string };

type Payment = typeof payments.$inferSelect;

/** What an operator can do with quarantined money; each is one transaction, keyed by the payment's workflow. */
export function repairActivities({ db, settings: defaults }: ActivityDeps) {
  return {
    /** Credits the money in suspense to the wallet of the order's owner, at today's top-up rate. */
    async creditQuarantined(repair: RepairOrder): Promise<RepairOutcome> {
      return inTransaction(db, async (tx) => {
        const { payment, order } = await loadRepair(tx, repair);
        if (payment.state === 'paid' && payment.outcome) return repaired(payment.outcome);
        const userId = order?.invoice.userId ?? payment.payerUserId;
        if (userId === null || userId === undefined) return refuse('nobody is known to own it');
        const rate = await rateAt(tx, payment.currency, new Date(repair.asOf));
        if (rate === undefined) return refuse(`${payment.currency} has no top-up rate`);
        await releaseToWallet(tx, repair, { payment, userId, rate });
        const outcome: PostOutcome = {
          kind: 'fulfilled',
          as: 'wallet_credit',
          isLate: true,
          invoiceId: order?.invoice.id ?? '',
          userId,
        };
        await finish(tx, repair, { payment, outcome, resolution: 'credited to the wallet' });
        return { kind: 'done', outcome };
      });
    },

    /** Completes the order with the money in suspense, as if it had matched. */
    async completeQuarantined(repair: RepairOrder): Promise<RepairOutcome> {
      return inTransaction(db, async (tx) => {
        const { payment, order } = await loadRepair(tx, repair);
        if (payment.state === 'paid' && payment.outcome) return repaired(payment.outcome);
        if (!order) return refuse('the payment names no invoice of ours');
        if (!isPayable(order.invoice.state)) return refuse('the invoice is paid already');
        if (order.invoice.currency !== payment.currency) return refuse('another currency');
        const subscription = await fulfilOrder(tx, order, {
          key: workflowId(),
          paymentId: payment.id,
          sources: [suspenseLeg(payment)],
          isRelease: true,
          asOf: new Date(repair.asOf),
          settings: await readSettings(tx, defaults),
        });
        const outcome: PostOutcome = {
          kind: 'fulfilled',
          as: 'order',
          isLate: false,
          invoiceId: order.invoice.id,
          userId: order.invoice.userId,
          ...(subscription ? { subscription } : {}),
        };
        await finish(tx, repair, { payment, outcome, resolution: 'completed the order' });
        return { kind: 'done', outcome };
      });
    },

    /**
     * Records that money is on its way back, before the provider is asked to send it. Refuses money that has left
     * suspense meanwhile, such as for an order that several payments completed together.
     */
    async openRefund(repair: RepairOrder): Promise<OpenedRefund> {
      return inTransaction(db, async (tx) => {
        const { payment, order } = await loadRepair(tx, repair);
        if (payment.amountMinor === 0) return refuse('no amount of it could be read');
        if (!(await isItemOpen(tx, repair.openItemKey))) return refuse('its item is closed');
        await tx
          .insert(refunds)
          .values({
            key: `${workflowId()}:refund`,
            paymentId: payment.id,
            amountMinor: payment.amountMinor,
            state: 'sent',
            policy: 'full',
            reason: repair.reason,
          })
          .onConflictDoNothing({ target: refunds.key });
        return {
          kind: 'opened',
          amount: moneyOf(payment),
          userId: payment.payerUserId ?? order?.invoice.userId,
        };
      });
    },

    /** Books a refund the provider has proved: suspense gives the money back to clearing, and the payer is told. */
    async bookRefund(repair: RepairOrder & { providerRef: string }): Promise<void> {
      await inTransaction(db, async (tx) => {
        const { payment, order } = await loadRepair(tx, repair);
        const { currency, amountMinor } = payment;
        const posted = await postTransfer(tx, {
          key: `${workflowId()}:refunded`,
          kind: 'refund',
          legs: [
            suspenseLeg(payment),
            { account: clearing(payment.provider, currency), amount: amountMinor },
          ],
          paymentId: payment.id,
          asOf: new Date(repair.asOf),
          ...(order ? { invoiceId: order.invoice.id, userId: order.invoice.userId } : {}),
        });
        if (posted.isRepeat) return;
        await tx
          .update(refunds)
          .set({ state: 'done', providerRef: repair.providerRef })
          .where(eq(refunds.key, `${workflowId()}:refund`));
        await tx
          .update(payments)
          .set({ state: 'refunded', rank: 60 })
          .where(eq(payments.id, payment.id));
        await closeRepaired(tx, repair, 'refunded');
        if (order) await tellRefunded(tx, order, { payment, asOf: new Date(repair.asOf) });
      });
    },

    /** The provider refuses to give the money back: it stays in suspense and the item stays open. */
    async refuseRefund(repair: RepairOrder & { refusal: string }): Promise<void> {
      await inTransaction(db, async (tx) => {
        const key = `${workflowId()}:refund`;
        await tx.update(refunds).set({ state: 'refused' }).where(eq(refunds.key, key));
        const { payment, order } = await loadRepair(tx, repair);
        await openItem(tx, await readSettings(tx, defaults), {
          key: `${workflowId()}:refund_stuck`,
          kind: 'refund_stuck',
          reason: repair.refusal,
          asOf: new Date(repair.asOf),
          paymentId: payment.id,
          invoiceId: order?.invoice.id,
          userId: order?.invoice.userId,
          amount: moneyOf(payment),
        });
      });
    },

    /** Closes the item without moving money: it stays in suspense, where the books show it. */
    async writeOffQuarantined(repair: RepairOrder): Promise<void> {
      await inTransaction(db, (tx) =>
        closeItem(tx, {
          key: repair.openItemKey,
          state: 'written_off',
          resolution: 'left in suspense',
          operatorId: repair.operatorId,
          reason: repair.reason,
          asOf: new Date(repair.asOf),
        }),
      );
    },
  };

  async function tellRefunded(
    tx: Transaction,
    order: Order,
    told: { payment: Payment; asOf: Date },
  ): Promise<void> {
    const { userId, no } = order.invoice;
    const { minor: amountMinor, currency, exponent } = moneyOf(told.payment);
    await promiseToUser(tx, userId, {
      key: `${userId}:pay.refunded:${told.payment.id}`,
      template: 'pay.refunded',
      params: { no, amountMinor, currency, exponent },
      category: 'money',
      asOf: told.asOf,
      settings: await readSettings(tx, defaults),
    });
  }
}

/** The repair was done before: its result is the payment's stored outcome. */
function repaired(outcome: PostOutcome): RepairOutcome {
  return { kind: 'done', outcome };
}

function refuse(reason: string): { kind: 'refused'; reason: string } {
  return { kind: 'refused', reason };
}

async function loadRepair(
  tx: Transaction,
  repair: RepairOrder,
): Promise<{ payment: Payment; order: Order | undefined }> {
  const [payment] = await tx
    .select()
    .from(payments)
    .where(
      and(
        eq(payments.provider, repair.provider),
        eq(payments.providerPaymentId, repair.providerPaymentId),
      ),
    )
    .for('update');
  assert(payment, `payment ${repair.providerPaymentId} was posted before it is repaired`);
  return { payment, order: await lockOrderOfFact(tx, repair.fact) };
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
): Promise<void> {
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
}

async function finish(
  tx: Transaction,
  repair: RepairOrder,
  result: { payment: Payment; outcome: PostOutcome; resolution: string },
): Promise<void> {
  await tx
    .update(payments)
    .set({ state: 'paid', outcome: result.outcome })
    .where(eq(payments.id, result.payment.id));
  await closeRepaired(tx, repair, result.resolution);
}

async function closeRepaired(
  tx: Transaction,
  repair: RepairOrder,
  resolution: string,
): Promise<void> {
  await closeItem(tx, {
    key: repair.openItemKey,
    state: 'resolved',
    resolution,
    operatorId: repair.operatorId,
    reason: repair.reason,
    asOf: new Date(repair.asOf),
  });
}

function moneyOf(payment: Payment): Money {
  return { minor: payment.amountMinor, currency: payment.currency, exponent: payment.exponent };
}

function suspenseLeg(payment: Payment): Leg {
  return {
    account: moneyAccount('suspense', payment.currency),
    amount: -payment.amountMinor,
  };
}
