import { and, eq, inArray, isNull, notInArray, sql } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { destroyKey, sealHeader } from '../../../drizzle/person-keys';
import {
  charges,
  consents,
  dataExports,
  dialogues,
  disputes,
  erasures,
  holds,
  inboxEvents,
  outboxMessages,
  paymentMethods,
  payments,
  invoices,
  refunds,
  roles,
  shownCards,
  subscriptions,
  trackJobs,
  usageEvents,
  users,
} from '../../../drizzle/schema';
import { writeAudit } from '../../audit';
import type { ActivityDeps } from '../../deps';
import { promiseToUser } from '../../outbox';
import { inTransaction, readSettings, stepKey } from '../../transactions';
import { tokenAccount, wallet } from '../accounts';
import { availableOf, breakageLegs, postTransfer } from '../ledger';
import { closePause } from '../subscription-course/pausing';
import type { ErasureOrder } from './beginning';

/**
 * Erases what names or describes a person, empties their wallet and destroys their key, in one transaction. Numbers of
 * the books, and the account number they stand under, stay. A repeat changes nothing. Returns the subscriptions that
 * ended with it.
 */
export async function erasePerson(
  { db, settings: defaults }: ActivityDeps,
  order: ErasureOrder,
): Promise<{ readonly subscriptionIds: readonly string[] }> {
  return inTransaction(db, async (tx) => {
    const { erasureId, userId } = order;
    const asOf = new Date(order.asOf);
    await tx.select({ id: users.id }).from(users).where(eq(users.id, userId)).for('update');
    const [finished] = await tx
      .update(erasures)
      .set({ state: 'done', finishedAt: asOf })
      .where(and(eq(erasures.id, erasureId), inArray(erasures.state, ['settling', 'waiting'])))
      .returning({ id: erasures.id });
    if (!finished) return { subscriptionIds: await endedBy(tx, userId) };
    const settings = await readSettings(tx, defaults);
    await emptyWallet(tx, { userId, asOf });
    const subscriptionIds = await endSubscriptions(tx, { userId, asOf });
    await eraseTexts(tx, userId);
    await eraseNotifications(tx, userId);
    await eraseProfile(tx, { erasureId, userId, asOf, timeZone: settings.displayTimeZone });
    await writeAudit(tx, {
      ...{ action: 'erasure.done', entity: 'erasure', entityId: erasureId, asOf },
    });
    await promiseToUser(tx, userId, {
      key: `${userId}:erasure.done:${erasureId}`,
      template: 'erasure.done',
      params: {},
      category: 'money',
      asOf,
      settings,
    });
    return { subscriptionIds };
  });
}

interface Leaving {
  readonly userId: number;
  readonly asOf: Date;
}

/** Tokens that nobody claimed lapse, and a debt is written off: an erased wallet holds nothing either way. */
async function emptyWallet(tx: Transaction, { userId, asOf }: Leaving): Promise<void> {
  const availableUtok = await availableOf(tx, { userId, asOf });
  if (availableUtok > 0) {
    await postTransfer(tx, {
      key: stepKey('breakage'),
      kind: 'breakage',
      legs: breakageLegs(userId, availableUtok),
      ...{ userId, asOf },
      meta: { reason: 'erasure' },
    });
  }
  if (availableUtok < 0) {
    await postTransfer(tx, {
      key: stepKey('writeoff'),
      kind: 'writeoff',
      legs: [
        { account: tokenAccount('writeoff'), amount: availableUtok },
        { account: wallet(userId), amount: -availableUtok },
      ],
      lot: { origin: 'adjustment' },
      ...{ userId, asOf },
      meta: { reason: 'erasure' },
    });
  }
}

async function endSubscriptions(tx: Transaction, { userId, asOf }: Leaving): Promise<string[]> {
  const ended = { state: 'ended', access: 'none', driver: 'none', methodId: null } as const;
  const rows = await tx
    .update(subscriptions)
    .set({ ...ended, autoRenew: false })
    .where(
      and(eq(subscriptions.userId, userId), notInArray(subscriptions.state, ['expired', 'ended'])),
    )
    .returning({ id: subscriptions.id });
  for (const { id } of rows) {
    await closePause(tx, { id }, asOf);
    const after = { state: ended.state, access: ended.access };
    await writeAudit(tx, {
      ...{ action: 'subscription.ended', entity: 'subscription', entityId: id, after, asOf },
      reason: 'the person is erased',
    });
  }
  return rows.map(({ id }) => id);
}

/** A repeat names the same subscriptions, so that their workflows are told for certain. */
async function endedBy(tx: Transaction, userId: number): Promise<string[]> {
  const rows = await tx
    .select({ id: subscriptions.id })
    .from(subscriptions)
    .where(and(eq(subscriptions.userId, userId), eq(subscriptions.state, 'ended')));
  return rows.map(({ id }) => id);
}

/** What was said, and what describes the person's work or reasons. */
async function eraseTexts(tx: Transaction, userId: number): Promise<void> {
  const isTheirs = sql`payment_id in (
    select p.id from ${payments} p left join ${invoices} i on i.id = p.invoice_id
    where p.payer_user_id = ${userId} or i.user_id = ${userId})`;
  await tx
    .update(outboxMessages)
    .set({
      params: {},
      state: sql`case when state = 'queued' then 'dropped' else state end`,
    })
    .where(eq(outboxMessages.userId, userId));
  await tx.delete(dialogues).where(eq(dialogues.userId, userId));
  await tx.delete(shownCards).where(eq(shownCards.chatId, userId));
  await tx.update(charges).set({ description: '', meta: {} }).where(eq(charges.userId, userId));
  await tx.update(usageEvents).set({ taskRef: null }).where(eq(usageEvents.userId, userId));
  await tx
    .update(trackJobs)
    .set({ taskRef: '', key: sql`'erased:' || ${trackJobs.id}` })
    .where(and(eq(trackJobs.userId, userId), notInArray(trackJobs.state, ['open'])));
  await tx.update(holds).set({ meta: {} }).where(eq(holds.userId, userId));
  await tx.update(refunds).set({ reason: '' }).where(isTheirs);
  await tx
    .update(disputes)
    .set({ evidence: null })
    .where(and(eq(disputes.userId, userId), inArray(disputes.state, ['won', 'lost'])));
}

/** The bytes that providers sent go here, and their key everywhere else. */
async function eraseNotifications(tx: Transaction, userId: number): Promise<void> {
  await tx
    .update(inboxEvents)
    .set({ raw: Buffer.alloc(0), headers: {} })
    .where(sql`substring(${inboxEvents.raw} from 1 for 9) = ${sealHeader(userId)}`);
  await destroyKey(tx, userId);
  await tx
    .update(dataExports)
    .set({ state: 'gone', archive: null, tokenHash: null })
    .where(eq(dataExports.userId, userId));
  await tx
    .update(paymentMethods)
    .set({ state: 'revoked', tokenEnc: Buffer.alloc(0), label: '', firstChargeId: null })
    .where(eq(paymentMethods.userId, userId));
}

async function eraseProfile(
  tx: Transaction,
  { erasureId, userId, asOf, timeZone }: ErasedProfile,
): Promise<void> {
  await tx.delete(roles).where(eq(roles.userId, userId));
  await tx
    .update(consents)
    .set({ withdrawnAt: asOf })
    .where(and(eq(consents.userId, userId), isNull(consents.withdrawnAt)));
  await tx
    .update(users)
    .set({
      ...{ username: null, firstName: null, lastName: null, quietFrom: null, quietTo: null },
      ...{ marketingOk: false, referredBy: null, timeZone, pseudonymisedAt: asOf },
      promoCode: null,
      moneyFrozenBy: sql`nullif(${users.moneyFrozenBy}, ${erasureId}::uuid)`,
    })
    .where(eq(users.id, userId));
}

interface ErasedProfile extends Leaving {
  readonly erasureId: string;
  readonly timeZone: string;
}
