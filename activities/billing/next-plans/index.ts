import { eq } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { subscriptions, tariffVersions } from '../../../drizzle/schema';
import type { TariffChangeOutcome, TariffChangeRefusal } from '../../../workflows/billing/contract';
import type { ActivityDeps } from '../../deps';
import { inTransaction } from '../../transactions';
import { versionTerms, type VersionedTerms } from '../subscription-course/terms';
import type { Subscription } from '../timelines';
import { answerOffer } from './answering';
import { noteNext, refused, type ScheduledChange } from './noting';
import { canDriverPay, type PlanTask } from './payers';

/** Side effects of a plan that changes later. Each is one transaction; repeating it changes nothing. */
export function planChangeActivities(deps: ActivityDeps) {
  return {
    scheduleTariff: (wish: ScheduledChange) => scheduleTariff(deps, wish),
  };
}

/** Notes which plan begins when the running one ends, or that none does (SB-19); also the answer to an offer (SB-23). */
async function scheduleTariff(
  { db, providers }: ActivityDeps,
  wish: ScheduledChange,
): Promise<TariffChangeOutcome> {
  return inTransaction(db, async (tx) => {
    const live = await lockOwn(tx, wish);
    if (!live) return refused('not_live');
    const task = { live, providers, asOf: new Date(wish.asOf) };
    if (wish.offer) return answerOffer(tx, task, { ...wish, offer: wish.offer });
    const { tariffVersionId } = wish;
    const refusal =
      tariffVersionId === null ? undefined : await refusalOf(tx, task, tariffVersionId);
    return refusal === undefined ? noteNext(tx, live, wish) : refused(refusal);
  });
}

/** The subscription of whoever asks, while it lives. */
async function lockOwn(
  tx: Transaction,
  { subscriptionId, actor }: ScheduledChange,
): Promise<Subscription | undefined> {
  const [row] = await tx
    .select()
    .from(subscriptions)
    .where(eq(subscriptions.id, subscriptionId))
    .for('update');
  const isOwn = actor.kind !== 'user' || actor.id === String(row?.userId);
  const isOver = row?.state === 'expired' || row?.state === 'ended';
  return isOwn && !isOver ? row : undefined;
}

async function refusalOf(
  tx: Transaction,
  task: PlanTask,
  tariffVersionId: string,
): Promise<TariffChangeRefusal | undefined> {
  const { live, asOf } = task;
  if (tariffVersionId === live.tariffVersionId) return 'same_plan';
  const [known] = await tx
    .select({ id: tariffVersions.id })
    .from(tariffVersions)
    .where(eq(tariffVersions.id, tariffVersionId));
  if (!known) return 'not_sold';
  const wished = await versionTerms(tx, tariffVersionId, asOf);
  if (!isSold(wished, asOf) || !(await isFitting(tx, live, wished))) return 'not_sold';
  return (await canDriverPay(tx, task, wished)) ? undefined : 'driver_cannot_pay';
}

function isSold({ tariff, version }: VersionedTerms, asOf: Date): boolean {
  return tariff.isActive && (version.validUntil?.getTime() ?? Infinity) > asOf.getTime();
}

/** Another plan of the product, or a newer version of the plan that runs: that is how its price changes (SB-23). */
async function isFitting(
  tx: Transaction,
  live: Subscription,
  { tariff, version }: VersionedTerms,
): Promise<boolean> {
  const [running] = await tx
    .select({ tariffId: tariffVersions.tariffId, version: tariffVersions.version })
    .from(tariffVersions)
    .where(eq(tariffVersions.id, live.tariffVersionId));
  if (tariff.productCode !== live.productCode) return false;
  if (running?.tariffId === tariff.id) return version.version > running.version;
  return tariff.kind === 'subscription' || tariff.kind === 'mixed';
}
