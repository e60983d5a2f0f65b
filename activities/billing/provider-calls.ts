import { ApplicationFailure } from '@temporalio/activity';
import { and, eq } from 'drizzle-orm';
import { invoices, quotes, tariffVersions, users } from '../../drizzle/schema';
import { assert } from '../../src/domain/assert';
import type { WireFact } from '../../src/domain/billing/payment';
import type {
  CreateOutcome,
  PaymentOrder,
  PaymentProvider,
  RefundOutcome,
  RefundRequest,
} from '../../src/payments/provider';
import type { ActivityDeps } from '../deps';
import { stepKey } from '../transactions';

/** The adapter of a provider; one that this process does not have is retried until a process that has it comes. */
export function requireProvider(
  providers: ReadonlyMap<string, PaymentProvider>,
  name: string,
): PaymentProvider {
  const provider = providers.get(name);
  if (provider) return provider;
  throw ApplicationFailure.retryable(
    `payment provider ${name} is not configured here; add it to PAYMENT_PROVIDERS`,
    'ProviderNotConfigured',
  );
}

/** Calls to payment providers: each is exactly one outside call, outside of any PostgreSQL transaction (P-8). */
export function providerActivities(deps: ActivityDeps) {
  const { db, providers } = deps;
  return {
    /**
     * Opens the provider's payment object and returns its link; the same order gives the same link. An unclear answer
     * is thrown, so that it is asked for again until the deadline of the link (CO-1).
     */
    async createPayment(order: {
      invoiceId: string;
      provider: string;
    }): Promise<Exclude<CreateOutcome, { kind: 'unknown' }>> {
      const provider = providers.get(order.provider);
      if (!provider) return { kind: 'refused', reason: `${order.provider} is not configured` };
      const created = await provider.createPayment(
        await describeOrder(deps, order.invoiceId),
        stepKey(`create:${order.provider}`),
      );
      if (created.kind !== 'unknown') return created;
      throw ApplicationFailure.retryable(created.reason, 'ProviderUnclear');
    },

    /** All that the provider knows of an order's payments. */
    async askOrder(order: {
      invoiceId: string;
      invoiceNo: number;
      provider: string;
    }): Promise<{ kind: 'facts'; facts: WireFact[] } | { kind: 'unknown'; reason: string }> {
      const provider = requireProvider(providers, order.provider);
      if (!provider.capabilities.canAsk) return { kind: 'facts', facts: [] };
      const { invoiceId, invoiceNo } = order;
      const providerRef = await providerRefOf(db, order);
      const answer = await provider.ask({ by: 'order', invoiceId, invoiceNo, providerRef });
      return answer.kind === 'facts' ? { kind: 'facts', facts: [...answer.facts] } : answer;
    },

    /** Closes the provider's object of an order, as far as its protocol can; a failure changes nothing for us. */
    async cancelAtProvider(order: {
      invoiceId: string;
      invoiceNo: number;
      provider: string;
      providerRef?: string | undefined;
    }): Promise<void> {
      await providers.get(order.provider)?.cancel(order);
    },

    /** Sends money back, or asks what became of it when an earlier call ended unknown: always under one key. */
    async refundAtProvider(refund: {
      provider: string;
      request: RefundRequest;
      isRepeat: boolean;
    }): Promise<RefundOutcome> {
      const provider = requireProvider(providers, refund.provider);
      if (!refund.isRepeat) return provider.refund(refund.request);
      const known = await provider.askRefund(refund.request);
      return known.kind === 'unknown' ? provider.refund(refund.request) : known;
    },
  };
}

/** What the order is called at this provider; an order that moved on has left its old name behind. */
async function providerRefOf(
  db: ActivityDeps['db'],
  order: { invoiceId: string; provider: string },
): Promise<string | undefined> {
  const [row] = await db
    .select({ providerRef: invoices.providerRef })
    .from(invoices)
    .where(and(eq(invoices.id, order.invoiceId), eq(invoices.provider, order.provider)));
  return row?.providerRef ?? undefined;
}

/** An order as its provider is told of it. */
export async function describeOrder(
  { db, publicBaseUrl }: Pick<ActivityDeps, 'db' | 'publicBaseUrl'>,
  invoiceId: string,
): Promise<PaymentOrder> {
  const [row] = await db
    .select({ invoice: invoices, name: tariffVersions.nameI18n, locale: users.locale })
    .from(invoices)
    .innerJoin(quotes, eq(quotes.id, invoices.quoteId))
    .innerJoin(tariffVersions, eq(tariffVersions.id, quotes.tariffVersionId))
    .innerJoin(users, eq(users.id, invoices.userId))
    .where(eq(invoices.id, invoiceId));
  assert(row, `invoice ${invoiceId} exists before its link is asked for`);
  const { invoice, name, locale } = row;
  const { payAmountMinor: minor, currency, exponent } = invoice;
  return {
    invoiceId,
    invoiceNo: invoice.no,
    userId: invoice.userId,
    amount: { minor, currency, exponent },
    description: name[locale],
    locale,
    expiresAt: invoice.expiresAt.toISOString(),
    returnUrl: `${publicBaseUrl}/pay/success?invoice=${invoiceId}`,
    failUrl: `${publicBaseUrl}/pay/fail?invoice=${invoiceId}`,
    ...(invoice.savesMethod ? { savesMethod: true } : {}),
    ...(invoice.renewsBy === 'stars' ? { isRecurring: true } : {}),
  };
}
