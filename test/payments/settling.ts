import type {
  PaymentOrder,
  PaymentProvider,
  RefundOutcome,
  RefundRequest,
} from '../../src/payments/provider';

// How a refund is brought to its end at any provider, as the product does it.

/** What is asked for to give back all of an order. */
export function refundOf({ amount, userId, invoiceId }: PaymentOrder, providerPaymentId: string) {
  return { providerPaymentId, amount, userId, key: `refund:${invoiceId}` };
}

type Request = ReturnType<typeof refundOf>;

/** A provider may need a while; what it says then counts. */
export async function settled(provider: PaymentProvider, request: Request): Promise<RefundOutcome> {
  const first = await provider.refund(request);
  return first.kind === 'unknown' ? provider.askRefund(named(request, first)) : first;
}

/** Sends it once more; where the provider has no keys for refunds, it is only asked about. */
export async function settledAgain(
  provider: PaymentProvider,
  request: Request,
  before: RefundOutcome,
): Promise<RefundOutcome> {
  return provider.capabilities.isRefundRepeatable === false
    ? provider.askRefund(named(request, before))
    : settled(provider, request);
}

/** The refund by the provider's own name of it, where there is one. */
function named(request: Request, outcome: RefundOutcome): RefundRequest {
  const providerRef = 'providerRef' in outcome ? outcome.providerRef : undefined;
  return providerRef === undefined ? request : { ...request, providerRef };
}
