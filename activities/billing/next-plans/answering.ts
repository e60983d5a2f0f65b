import { eq } from 'drizzle-orm';
import { v7 } from 'uuid';
import type { Transaction } from '../../../drizzle/client';
import { consents, priceOffers } from '../../../drizzle/schema';
import { isSamePrice, type PricesShown } from '../../../src/domain/billing/price-change';
import type { OfferAnswer, TariffChangeOutcome } from '../../../workflows/billing/contract';
import { writeAudit } from '../../audit';
import { renewalTerms, versionTerms } from '../subscription-course/terms';
import type { Subscription } from '../timelines';
import { noteNext, refused, type ScheduledChange } from './noting';
import { canDriverPay, type PlanTask } from './payers';
import { periodPrice } from './prices';

type Offer = typeof priceOffers.$inferSelect;
type AnsweredChange = ScheduledChange & { readonly offer: OfferAnswer };

/**
 * The subscriber's word about another price, in the transaction that acts on it: yes is a consent with both prices and
 * the newer version for the next period, no is the price that was. Either may be changed for the other while the offer
 * stands and the new price has not begun.
 */
export async function answerOffer(
  tx: Transaction,
  task: PlanTask,
  wish: AnsweredChange,
): Promise<TariffChangeOutcome> {
  const [offer] = await tx
    .select()
    .from(priceOffers)
    .where(eq(priceOffers.id, wish.offer.offerId))
    .for('update');
  if (!offer || !isStanding(offer, task)) return refused('offer_over');
  if (wish.tariffVersionId === null) return keepPrice(tx, task, { offer, wish });
  if (wish.tariffVersionId !== offer.tariffVersionId) return refused('offer_over');
  return acceptPrice(tx, task, { offer, wish });
}

/** It is about this subscription as it stands, and its time has not passed; a yes is heard again afterwards, too. */
function isStanding(offer: Offer, { live, asOf }: PlanTask): boolean {
  if (offer.subscriptionId !== live.id) return false;
  const next = live.nextTariffVersionId ?? live.tariffVersionId;
  const isAgreed = offer.state === 'accepted' && next === offer.tariffVersionId;
  if (isAgreed) return live.tariffVersionId !== offer.tariffVersionId;
  const isAnswerable = ['open', 'accepted', 'kept'].includes(offer.state);
  return isAnswerable && offer.closesAt > asOf && next === offer.fromVersionId;
}

interface Answer {
  readonly offer: Offer;
  readonly wish: AnsweredChange;
}

async function acceptPrice(
  tx: Transaction,
  task: PlanTask,
  { offer, wish }: Answer,
): Promise<TariffChangeOutcome> {
  const { live, asOf } = task;
  const isRepeat = live.nextTariffVersionId === offer.tariffVersionId;
  if (isRepeat) return noteNext(tx, live, wish);
  const wished = await versionTerms(tx, offer.tariffVersionId, asOf);
  if (!(await canDriverPay(tx, task, wished))) return refused('driver_cannot_pay');
  const shown = await pricesOf(tx, task, wished);
  if (shown && !isAsShown(offer.shown, shown)) {
    await tx.update(priceOffers).set({ shown }).where(eq(priceOffers.id, offer.id));
    return refused('offer_changed');
  }
  const consentId = await recordConsent(tx, live, { offer, wish });
  await settle(tx, offer, { state: 'accepted', answeredAt: asOf, consentId });
  await auditAnswer(tx, { offer, wish }, 'price.accepted');
  return noteNext(tx, live, wish);
}

/** Both prices as the present payer would pay them; undefined where nobody renews the subscription. */
async function pricesOf(
  tx: Transaction,
  { live, asOf }: PlanTask,
  wished: Awaited<ReturnType<typeof versionTerms>>,
): Promise<PricesShown | undefined> {
  const running = await renewalTerms(tx, live, asOf);
  const was = periodPrice(running, live);
  const becomes = periodPrice({ ...wished, paidIn: running.paidIn }, live);
  return was && becomes && { was, becomes };
}

function isAsShown(shown: PricesShown, now: PricesShown): boolean {
  return isSamePrice(shown.was, now.was) && isSamePrice(shown.becomes, now.becomes);
}

async function recordConsent(
  tx: Transaction,
  { userId }: Subscription,
  { offer, wish }: Answer,
): Promise<string> {
  const { textVersion, textHash } = wish.offer;
  const id = v7();
  await tx.insert(consents).values({
    ...{ id, userId, kind: 'price_change', textVersion, textHash },
    shown: { ...offer.shown, subscriptionId: offer.subscriptionId, offerId: offer.id },
    givenAt: new Date(wish.asOf),
  });
  return id;
}

async function keepPrice(
  tx: Transaction,
  { live, asOf }: PlanTask,
  { offer, wish }: Answer,
): Promise<TariffChangeOutcome> {
  if (offer.state !== 'kept') {
    await settle(tx, offer, { state: 'kept', answeredAt: asOf, consentId: null });
    if (offer.consentId !== null) {
      await tx.update(consents).set({ withdrawnAt: asOf }).where(eq(consents.id, offer.consentId));
    }
    await auditAnswer(tx, { offer, wish }, 'price.kept');
  }
  const isNoted = live.nextTariffVersionId === offer.tariffVersionId;
  return isNoted ? noteNext(tx, live, wish) : { kind: 'withdrawn' };
}

async function settle(
  tx: Transaction,
  { id }: Offer,
  answer: Pick<Offer, 'state' | 'answeredAt' | 'consentId'>,
): Promise<void> {
  await tx.update(priceOffers).set(answer).where(eq(priceOffers.id, id));
}

async function auditAnswer(
  tx: Transaction,
  { offer, wish }: Answer,
  action: 'price.accepted' | 'price.kept',
): Promise<void> {
  await writeAudit(tx, {
    ...{ action, entity: 'price_offer', entityId: offer.id, actor: wish.actor },
    before: { state: offer.state },
    after: { ...offer.shown, subscriptionId: offer.subscriptionId },
    asOf: new Date(wish.asOf),
  });
}
