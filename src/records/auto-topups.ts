import { and, eq, isNull } from 'drizzle-orm';
import type { Database, Transaction } from '../../drizzle/client';
import { auditLog, autoTopups, consents, paymentMethods, users } from '../../drizzle/schema';

/** What a person wants of their standing order; money and tokens in minor units and micro-tokens. */
export type TopupWish =
  | {
      /** Gives the consent, whose words were shown, and switches on; the amounts hold for a first time. */
      readonly kind: 'on';
      readonly methodId: string;
      readonly textVersion: string;
      /** SHA-256 of the words in the person's language, hexadecimal. */
      readonly textHash: string;
      readonly currency: string;
      readonly thresholdUtok: number;
      readonly targetUtok: number;
      readonly dailyCapMinor: number;
    }
  | { readonly kind: 'off' }
  /** Takes the consent back: nothing is charged any more, and switching on asks again. */
  | { readonly kind: 'withdraw' }
  | {
      readonly kind: 'change';
      readonly thresholdUtok?: number;
      readonly targetUtok?: number;
      readonly dailyCapMinor?: number;
    };

export interface TopupChoice {
  readonly userId: number;
  readonly wish: TopupWish;
  readonly asOf: Date;
}

/** `refused`: no card of theirs to charge, no standing order, or amounts that make no sense together. */
export type TopupChoiceOutcome = 'done' | 'refused';

/** Keeps a person's standing order and the consent behind it, in one transaction; a repeat changes nothing. */
export async function chooseAutoTopup(
  db: Database,
  { userId, wish, asOf }: TopupChoice,
): Promise<TopupChoiceOutcome> {
  return db.transaction(async (tx) => {
    await tx.select({ id: users.id }).from(users).where(eq(users.id, userId)).for('update');
    const outcome = await keep(tx, { userId, wish, asOf });
    if (outcome === 'done') await audit(tx, { userId, wish, asOf });
    return outcome;
  });
}

async function keep(tx: Transaction, choice: TopupChoice): Promise<TopupChoiceOutcome> {
  const { userId, wish } = choice;
  switch (wish.kind) {
    case 'on':
      return switchOn(tx, choice, wish);
    case 'change':
      return change(tx, userId, wish);
    case 'withdraw':
      await withdraw(tx, choice);
      return stop(tx, userId);
    case 'off':
      return stop(tx, userId);
  }
}

async function switchOn(
  tx: Transaction,
  { userId, asOf }: TopupChoice,
  wish: Extract<TopupWish, { kind: 'on' }>,
): Promise<TopupChoiceOutcome> {
  const { methodId, textVersion, textHash, ...rest } = wish;
  const [method] = await tx
    .select({ id: paymentMethods.id })
    .from(paymentMethods)
    .where(
      and(
        eq(paymentMethods.id, methodId),
        eq(paymentMethods.userId, userId),
        eq(paymentMethods.state, 'active'),
      ),
    );
  if (!method) return 'refused';
  const consentId = await givenConsent(tx, { userId, textVersion, textHash, asOf });
  const { thresholdUtok, targetUtok, dailyCapMinor, currency } = rest;
  const state = { isActive: true, requestedAt: asOf, deferredUntil: null, declines: 0 };
  const amounts = { thresholdUtok, targetUtok, dailyCapMinor, currency };
  await tx
    .insert(autoTopups)
    .values({ userId, methodId, consentId, ...amounts, ...state })
    .onConflictDoUpdate({
      target: autoTopups.userId,
      // The amounts of an earlier time stay: they were the person's own.
      set: { methodId, consentId, ...state },
    });
  return 'done';
}

/** The consent to exactly these words, given now unless it stands. */
async function givenConsent(
  tx: Transaction,
  consent: { userId: number; textVersion: string; textHash: string; asOf: Date },
): Promise<string> {
  const { userId, textVersion, textHash, asOf } = consent;
  const [standing] = await tx
    .select({ id: consents.id })
    .from(consents)
    .where(
      and(
        eq(consents.userId, userId),
        eq(consents.kind, 'auto_topup'),
        eq(consents.textHash, textHash),
        isNull(consents.withdrawnAt),
      ),
    );
  if (standing) return standing.id;
  const [given] = await tx
    .insert(consents)
    .values({ userId, kind: 'auto_topup', textVersion, textHash, givenAt: asOf })
    .returning({ id: consents.id });
  if (!given) throw new Error(`the consent of ${userId} was not written`);
  return given.id;
}

async function withdraw(tx: Transaction, { userId, asOf }: TopupChoice): Promise<void> {
  await tx
    .update(consents)
    .set({ withdrawnAt: asOf })
    .where(
      and(
        eq(consents.userId, userId),
        eq(consents.kind, 'auto_topup'),
        isNull(consents.withdrawnAt),
      ),
    );
}

async function stop(tx: Transaction, userId: number): Promise<TopupChoiceOutcome> {
  const off = { isActive: false, requestedAt: null, deferredUntil: null, declines: 0 };
  const stopped = await tx
    .update(autoTopups)
    .set(off)
    .where(eq(autoTopups.userId, userId))
    .returning({ userId: autoTopups.userId });
  return stopped.length > 0 ? 'done' : 'refused';
}

/** A cap that was raised, or another threshold, is looked at now; what a declined card holds back keeps its time. */
async function change(
  tx: Transaction,
  userId: number,
  { thresholdUtok, targetUtok, dailyCapMinor }: Extract<TopupWish, { kind: 'change' }>,
): Promise<TopupChoiceOutcome> {
  const [order] = await tx
    .select()
    .from(autoTopups)
    .where(eq(autoTopups.userId, userId))
    .for('update');
  if (!order?.isActive) return 'refused';
  const next = {
    thresholdUtok: thresholdUtok ?? order.thresholdUtok,
    targetUtok: targetUtok ?? order.targetUtok,
    dailyCapMinor: dailyCapMinor ?? order.dailyCapMinor,
  };
  if (next.targetUtok <= next.thresholdUtok) return 'refused';
  const deferredUntil = order.declines > 0 ? order.deferredUntil : null;
  await tx
    .update(autoTopups)
    .set({ ...next, deferredUntil })
    .where(eq(autoTopups.userId, userId));
  return 'done';
}

const ACTIONS = {
  on: 'auto_topup.switched_on',
  off: 'auto_topup.switched_off',
  withdraw: 'consent.withdrawn',
  change: 'auto_topup.changed',
} as const satisfies Record<TopupWish['kind'], string>;

async function audit(tx: Transaction, { userId, wish, asOf }: TopupChoice): Promise<void> {
  await tx.insert(auditLog).values({
    ...{ actorKind: 'user', actorId: String(userId), entity: 'user', entityId: String(userId) },
    action: ACTIONS[wish.kind],
    after: wish.kind === 'withdraw' ? { kind: 'auto_topup' } : wish,
    asOf,
  });
}
