import { z } from 'zod';
import { exponentOf, money, parseDecimal } from '../../domain/money';
import type { Money } from '../../domain/money';
import type { PaymentFact, PaymentOrder, PaymentState } from '../provider';

const instant = z.iso.datetime({ offset: true }).optional().catch(undefined);

/** An invoice of Crypto Pay as far as we read it; its number is the payment's identity. */
export const invoiceSchema = z.object({
  invoice_id: z.number().int().positive().safe(),
  status: z.enum(['active', 'paid', 'expired']),
  currency_type: z.enum(['crypto', 'fiat']),
  asset: z.string().optional(),
  fiat: z.string().optional(),
  amount: z.string(),
  payload: z.string().optional(),
  bot_invoice_url: z.url().optional().catch(undefined),
  created_at: instant,
  paid_at: instant,
});

export type CryptoPayInvoice = z.infer<typeof invoiceSchema>;

const referencesSchema = z.object({
  invoice_id: z.string().min(1),
  invoice_no: z.number().int().positive().safe(),
  user_id: z.number().int().positive().safe(),
});

/** Our references as Crypto Pay keeps them for us. */
export function payloadOf({ invoiceId, invoiceNo, userId }: PaymentOrder): string {
  return JSON.stringify({ invoice_id: invoiceId, invoice_no: invoiceNo, user_id: userId });
}

/**
 * What Crypto Pay says of an invoice, in our words. The price counts; what coin it was paid in and at which rate is
 * between the payer and Crypto Pay.
 */
export function factOf(invoice: CryptoPayInvoice): PaymentFact {
  const { invoice_id, status, paid_at, created_at } = invoice;
  const references = referencesOf(invoice);
  return {
    providerPaymentId: String(invoice_id),
    state: STATES[status],
    amount: moneyOf(invoice),
    invoiceNo: references?.invoice_no,
    invoiceId: references?.invoice_id,
    userId: references?.user_id,
    paidAt: status === 'paid' ? utc(paid_at ?? created_at) : undefined,
  };
}

const STATES: Readonly<Record<CryptoPayInvoice['status'], PaymentState>> = {
  active: 'pending',
  paid: 'paid',
  expired: 'failed',
};

function referencesOf({ payload }: CryptoPayInvoice) {
  try {
    return referencesSchema.safeParse(JSON.parse(payload ?? '')).data;
  } catch {
    return undefined;
  }
}

/** The price exactly as text says it: rounding would make a wrong amount right. */
function moneyOf({ currency_type, asset, fiat, amount }: CryptoPayInvoice): Money | undefined {
  const currency = (currency_type === 'fiat' ? fiat : asset) ?? '';
  const exponent = exponentOf(currency);
  const minor = exponent === undefined ? undefined : parseDecimal(amount, exponent);
  return minor === undefined ? undefined : money(minor, currency);
}

function utc(instantText: string | undefined): string | undefined {
  return instantText === undefined ? undefined : new Date(instantText).toISOString();
}
