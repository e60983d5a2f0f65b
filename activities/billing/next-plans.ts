import { and, eq } from 'drizzle-orm';
import type { Transaction } from '../../drizzle/client';
import { paymentMethods, subscriptions, tariffVersions } from '../../drizzle/schema';
import { canPay, type PayablePlan, type Payer } from '../../src/domain/billing/plan-payers';
import type {
  TariffChange,
  TariffChangeOutcome,
  TariffChangeRefusal,
} from '../../workflows/billing/contract';
import { writeAudit } from '../audit';
import type { ActivityDeps } from '../deps';
import { inTransaction } from '../transactions';
import {
  renewalTerms,
  versionTerms,
  type RenewalTerms,
  type VersionedTerms,
} from './subscription-course/terms';
import type { Subscription } from './timelines';

/** Side effects of a plan that changes later. Each is one transaction; repeating it changes nothing. */
export function planChangeActivities(deps: ActivityDeps) {
  return {
    scheduleTariff: (wish: ScheduledChange) => scheduleTariff(deps, wish),
  };
}

export interface ScheduledChange extends TariffChange {
  readonly subscriptionId: string;
  readonly asOf: string;
}

/** Notes which plan begins when the running one ends, or that none does (SB-19). */
async function scheduleTariff(
  { db, providers }: ActivityDeps,
  wish: ScheduledChange,
): Promise<TariffChangeOutcome> {
  return inTransaction(db, async (tx) => {
    const live = await lockOwn(tx, wish);
    if (!live) return refused('not_live');
    const { tariffVersionId } = wish;
    const refusal =
      tariffVersionId === null
        ? undefined
        : await refusalOf(tx, { live, providers, tariffVersionId, asOf: new Date(wish.asOf) });
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

async function noteNext(
  tx: Transaction,
  live: Subscription,
  { tariffVersionId, actor, asOf }: ScheduledChange,
): Promise<TariffChangeOutcome> {
  const outcome: TariffChangeOutcome =
    tariffVersionId === null
      ? { kind: 'withdrawn' }
      : { kind: 'scheduled', from: live.periodEnd.toISOString() };
  if (live.nextTariffVersionId === tariffVersionId) return outcome;
  await tx
    .update(subscriptions)
    .set({ nextTariffVersionId: tariffVersionId })
    .where(eq(subscriptions.id, live.id));
  await writeAudit(tx, {
    ...{ action: 'subscription.edited', entity: 'subscription', entityId: live.id, actor },
    before: { nextTariffVersionId: live.nextTariffVersionId },
    after: { nextTariffVersionId: tariffVersionId },
    asOf: new Date(asOf),
  });
  return outcome;
}

function refused(reason: TariffChangeRefusal): TariffChangeOutcome {
  return { kind: 'refused', reason };
}

interface Judged {
  readonly live: Subscription;
  readonly providers: ActivityDeps['providers'];
  readonly tariffVersionId: string;
  readonly asOf: Date;
}

async function refusalOf(
  tx: Transaction,
  judged: Judged,
): Promise<TariffChangeRefusal | undefined> {
  const { live, tariffVersionId, asOf } = judged;
  if (tariffVersionId === live.tariffVersionId) return 'same_plan';
  const [known] = await tx
    .select({ id: tariffVersions.id })
    .from(tariffVersions)
    .where(eq(tariffVersions.id, tariffVersionId));
  if (!known) return 'not_sold';
  const wished = await versionTerms(tx, tariffVersionId, asOf);
  if (!isSold(wished, asOf) || !(await isFitting(tx, live, wished))) return 'not_sold';
  return (await canDriverPay(tx, judged, wished)) ? undefined : 'driver_cannot_pay';
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

/** Whether who renews the subscription could pay a period of these terms. */
export async function canDriverPay(
  tx: Transaction,
  { live, providers, asOf }: Omit<Judged, 'tariffVersionId'>,
  wished: VersionedTerms,
): Promise<boolean> {
  const running = await renewalTerms(tx, live, asOf);
  const currencies = await currenciesOf(tx, live, providers);
  return canPay(payerOf(live, running, currencies), payable(wished));
}

function payerOf(
  { driver }: Subscription,
  { paidIn, utokPerKopeck, prices }: RenewalTerms,
  currencies: readonly string[] | undefined,
): Payer {
  const stars = prices.find(({ currency }) => currency === 'XTR')?.amountMinor;
  return {
    ...{ driver, paidIn },
    ...(utokPerKopeck === undefined ? {} : { utokPerMinor: utokPerKopeck }),
    ...(currencies ? { currencies } : {}),
    ...(stars === undefined ? {} : { stars }),
  };
}

/** In which money the saved method can be charged; undefined where none renews the subscription. */
async function currenciesOf(
  tx: Transaction,
  { methodId, userId }: Subscription,
  providers: ActivityDeps['providers'],
): Promise<readonly string[] | undefined> {
  if (methodId === null) return undefined;
  const [method] = await tx
    .select({ provider: paymentMethods.provider })
    .from(paymentMethods)
    .where(and(eq(paymentMethods.id, methodId), eq(paymentMethods.userId, userId)));
  return method && providers.get(method.provider)?.capabilities.currencies;
}

function payable({ version, tariff, prices }: VersionedTerms): PayablePlan {
  const { feeUtok, renewable: isRenewable, periodUnit, periodCount } = version;
  return {
    ...{ kind: tariff.kind, feeUtok, isRenewable, periodUnit, periodCount },
    prices: prices.map(({ currency, amountMinor: minor }) => ({ currency, minor })),
  };
}
