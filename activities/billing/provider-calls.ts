import { ApplicationFailure } from '@temporalio/activity';
import { eq } from 'drizzle-orm';
import { invoices, quotes, tariffs, tariffVersions, users } from '../../drizzle/schema';
import { assert } from '../../src/domain/assert';
import type { WireFact } from '../../src/domain/billing/payment';
import type {
  CreateOutcome,
  OrderRef,
  PaymentOrder,
  PaymentProvider,
  RefundOutcome,
  RefundRequest,
} from '../../src/payments/provider';
import type { ActivityDeps } from '../deps';
import { expectedReceipt } from './receipts';
import { isLaterTry, readSettings, stepKey } from '../transactions';

/** The adapter of a provider; one that this process does not have is retried until a process that has it comes. */
export function requireProvider(
  providers: ReadonlyMap<string, PaymentProvider>,
  name: string,
): PaymentProvider {
  const provider = providers.get(name);
  if (provider) return provider;
  throw ApplicationFailure.retryable(notConfigured(name), 'ProviderNotConfigured');
}

function notConfigured(name: string): string {
  return `payment provider ${name} is not configured here; add it to PAYMENT_PROVIDERS`;
}

/** Calls to payment providers: each is exactly one outside call, outside of any PostgreSQL transaction (P-8). */
export function providerActivities(deps: ActivityDeps) {
  const { db, providers } = deps;
  return {
    /**
     * Opens the provider's payment object and returns its link; the same order gives the same link, unless it comes
     * `after` an object that came to nothing. An unclear answer is thrown, so that it is asked for again until the
     * deadline of the link (CO-1).
     */
    async createPayment(order: {
      invoiceId: string;
      provider: string;
      after?: string;
    }): Promise<Exclude<CreateOutcome, { kind: 'unknown' }>> {
      const provider = providers.get(order.provider);
      if (!provider) return { kind: 'refused', reason: `${order.provider} is not configured` };
      const created = await provider.createPayment(
        await describeOrder(deps, order.invoiceId),
        stepKey(['create', order.provider, order.after].filter(Boolean).join(':')),
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
      const answer = await provider.ask({ by: 'order', ...(await orderRefOf(db, order)) });
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

    /**
     * Sends money back, or asks what became of it when an earlier call, or an earlier try of this one, may have sent it:
     * always under one key. Where the provider has no keys, silence is not a reason to send again.
     */
    async refundAtProvider(refund: {
      provider: string;
      request: RefundRequest;
      isRepeat: boolean;
    }): Promise<RefundOutcome> {
      const provider = providers.get(refund.provider);
      // Answered, not thrown: a later try of a call could not know that nothing was sent by this one.
      if (!provider)
        return { kind: 'unknown', reason: notConfigured(refund.provider), isUnsent: true };
      const isRepeat = refund.isRepeat || isLaterTry();
      if (!isRepeat) return provider.refund(refund.request);
      const known = await provider.askRefund(refund.request);
      if (known.kind !== 'unknown' || provider.capabilities.isRefundRepeatable === false)
        return known;
      return provider.refund(refund.request);
    },
  };
}

/** An order as this provider may know it; one that moved on has left its old name behind. */
export async function orderRefOf(
  db: ActivityDeps['db'],
  order: { invoiceId: string; invoiceNo: number; provider: string },
): Promise<OrderRef> {
  const { invoiceId, invoiceNo } = order;
  const [row] = await db
    .select({
      provider: invoices.provider,
      providerRef: invoices.providerRef,
      recordedAt: invoices.recordedAt,
    })
    .from(invoices)
    .where(eq(invoices.id, invoiceId));
  const providerRef = row?.provider === order.provider ? row.providerRef : null;
  // Providers keep real time, so it is the row's own clock that counts and not the person's.
  const writtenAt = row?.recordedAt.toISOString();
  return { invoiceId, invoiceNo, providerRef: providerRef ?? undefined, writtenAt };
}

/** An order as its provider is told of it, with the receipt that we issue once it is paid. */
export async function describeOrder(
  {
    db,
    publicBaseUrl,
    settings: defaults,
  }: Pick<ActivityDeps, 'db' | 'publicBaseUrl' | 'settings'>,
  invoiceId: string,
): Promise<PaymentOrder> {
  const [row] = await db
    .select({
      invoice: invoices,
      quote: quotes,
      version: tariffVersions,
      tariff: tariffs,
      locale: users.locale,
    })
    .from(invoices)
    .innerJoin(quotes, eq(quotes.id, invoices.quoteId))
    .innerJoin(tariffVersions, eq(tariffVersions.id, quotes.tariffVersionId))
    .innerJoin(tariffs, eq(tariffs.id, tariffVersions.tariffId))
    .innerJoin(users, eq(users.id, invoices.userId))
    .where(eq(invoices.id, invoiceId));
  assert(row, `invoice ${invoiceId} exists before its link is asked for`);
  const { invoice, version, locale } = row;
  const { payAmountMinor: minor, currency, exponent } = invoice;
  return {
    invoiceId,
    invoiceNo: invoice.no,
    userId: invoice.userId,
    amount: { minor, currency, exponent },
    description: version.nameI18n[locale],
    locale,
    expiresAt: invoice.expiresAt.toISOString(),
    returnUrl: `${publicBaseUrl}/pay/success?invoice=${invoiceId}`,
    failUrl: `${publicBaseUrl}/pay/fail?invoice=${invoiceId}`,
    receipt: expectedReceipt(row, await readSettings(db, defaults)),
    ...(invoice.savesMethod ? { savesMethod: true } : {}),
    ...(invoice.renewsBy === 'stars' ? { isRecurring: true } : {}),
  };
}
