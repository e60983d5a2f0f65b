import { and, eq } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { paymentMethods } from '../../../drizzle/schema';
import { canPay, type PayablePlan, type Payer } from '../../../src/domain/billing/plan-payers';
import type { ActivityDeps } from '../../deps';
import { renewalTerms, type RenewalTerms, type VersionedTerms } from '../subscription-course/terms';
import type { Subscription } from '../timelines';

/** A locked subscription whose plan is to change. */
export interface PlanTask {
  readonly live: Subscription;
  readonly providers: ActivityDeps['providers'];
  readonly asOf: Date;
}

/** Whether who renews the subscription could pay a period of these terms. */
export async function canDriverPay(
  tx: Transaction,
  { live, providers, asOf }: PlanTask,
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
