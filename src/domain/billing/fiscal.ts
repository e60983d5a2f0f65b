import { assert } from '../assert';
import { decimalText, type Money } from '../money';
import { tokenDisplay } from '../tokens';

/** How a line was paid, in the words of 54-FZ that Robokassa and YooKassa share. */
export type PaymentMethodMark = 'full_payment' | 'full_prepayment' | 'prepayment';
/** What a line is: a service, or money that is not for anything yet. */
export type PaymentObjectMark = 'service' | 'payment';

/** A name in the languages a receipt is printed in; at most 128 letters each. */
export interface LineName {
  readonly ru: string;
  readonly en: string;
}

export interface ReceiptLine {
  readonly name: LineName;
  /** Whole pieces; `sumMinor` is the sum of all of them. */
  readonly quantity: number;
  readonly sumMinor: number;
  readonly method: PaymentMethodMark;
  readonly object: PaymentObjectMark;
  /** VAT mark in Robokassa's words, such as `none` or `vat22`. */
  readonly tax: string;
}

/** A receipt exactly as it was when the money moved; the lines sum to the total. */
export interface ReceiptContent {
  readonly kind: 'payment' | 'refund';
  readonly userId: number;
  readonly provider: string;
  readonly providerPaymentId: string;
  readonly invoiceNo?: number;
  readonly total: Money;
  /** Tax system of the seller in Robokassa's words, such as `usn_income`. */
  readonly sno: string;
  readonly lines: readonly ReceiptLine[];
}

/** What a payment was for. */
export type Sold =
  | { readonly kind: 'tokens'; readonly tokensUtok: number }
  | { readonly kind: 'plan'; readonly name: LineName }
  | { readonly kind: 'gift'; readonly name: LineName }
  /** One of several payments that make an order whole together. */
  | { readonly kind: 'part'; readonly invoiceNo: number };

export interface FiscalSettings {
  readonly receiptSno: string;
  readonly receiptTax: string;
}

/** Longest name of a line (54-FZ, both providers). */
const LONGEST_NAME = 128;
/** Most lines a receipt of Robokassa may have. */
const MOST_LINES = 100;

/** The one line of a payment: what was bought, for exactly the sum that was paid, discounts already taken off. */
export function receiptLine(sold: Sold, sumMinor: number, { receiptTax }: FiscalSettings) {
  const { ru, en } = nameOf(sold);
  const line: ReceiptLine = {
    name: { ru: shortened(ru), en: shortened(en) },
    quantity: 1,
    sumMinor,
    method: methodOf(sold),
    object: sold.kind === 'part' ? 'payment' : 'service',
    tax: receiptTax,
  };
  return line;
}

/** A receipt whose lines are proved to sum to its total. */
export function receiptContent(content: ReceiptContent): ReceiptContent {
  const sum = content.lines.reduce((total, line) => total + line.sumMinor, 0);
  assert(sum === content.total.minor, `lines of ${sum} sum to the total ${content.total.minor}`);
  assert(content.lines.length > 0 && content.lines.length <= MOST_LINES, 'a receipt has lines');
  return content;
}

/** The receipt of a refund: the lines of the payment's receipt, each reduced to its exact share of what goes back. */
export function refundContent(paid: ReceiptContent, refundedMinor: number): ReceiptContent {
  const weights = paid.lines.map(({ sumMinor }) => sumMinor);
  const shares = sharesOf(refundedMinor, weights);
  const lines = paid.lines.map((line, index) => ({ ...line, sumMinor: shares[index] ?? 0 }));
  return receiptContent({
    ...paid,
    kind: 'refund',
    total: { ...paid.total, minor: refundedMinor },
    lines: lines.filter(({ sumMinor }) => sumMinor > 0),
  });
}

/** Divides a sum by weights without losing a unit: the largest remainders get what rounding down left over. */
export function sharesOf(total: number, weights: readonly number[]): readonly number[] {
  const whole = weights.reduce((sum, weight) => sum + BigInt(weight), 0n);
  assert(whole > 0n, 'something is divided by weights that are more than nothing');
  const exact = weights.map((weight, index) => {
    const scaled = BigInt(total) * BigInt(weight);
    return { index, share: Number(scaled / whole), rest: scaled % whole };
  });
  const left = total - exact.reduce((sum, { share }) => sum + share, 0);
  const byRest = [...exact].sort((a, b) =>
    a.rest === b.rest ? a.index - b.index : a.rest > b.rest ? -1 : 1,
  );
  const lucky = new Set(byRest.slice(0, left).map(({ index }) => index));
  return exact.map(({ index, share }) => share + (lucky.has(index) ? 1 : 0));
}

/**
 * The `Receipt` parameter of Robokassa as JSON text: sign and send these very bytes. Sums are written as exact decimal
 * numbers. Undefined for money that is not rubles, which needs no receipt of 54-FZ.
 */
export function robokassaReceipt(
  content: Pick<ReceiptContent, 'sno' | 'lines' | 'total'>,
): string | undefined {
  if (content.total.currency !== 'RUB') return undefined;
  const items = content.lines.map((line) => {
    const sum = decimalText({ ...content.total, minor: line.sumMinor });
    const marks = `"tax":${JSON.stringify(line.tax)},"payment_method":"${line.method}","payment_object":"${line.object}"`;
    return `{"name":${JSON.stringify(line.name.ru)},"quantity":${line.quantity},"sum":${sum},${marks}}`;
  });
  return `{"sno":${JSON.stringify(content.sno)},"items":[${items.join(',')}]}`;
}

/** Whom YooKassa sends the fiscal receipt to; it wants at least one of them. */
export interface ReceiptCustomer {
  readonly email?: string;
  readonly phone?: string;
}

export interface YookassaReceipt {
  readonly customer: ReceiptCustomer;
  readonly tax_system_code: number;
  readonly items: readonly {
    readonly description: string;
    readonly quantity: string;
    /** Price of one piece. */
    readonly amount: { readonly value: string; readonly currency: string };
    readonly vat_code: number;
    readonly payment_mode: PaymentMethodMark;
    readonly payment_subject: PaymentObjectMark;
  }[];
}

/** The `receipt` member of YooKassa's payments and refunds; undefined for money that is not rubles. */
export function yookassaReceipt(
  content: Pick<ReceiptContent, 'sno' | 'lines' | 'total'>,
  customer: ReceiptCustomer,
): YookassaReceipt | undefined {
  const { total, lines, sno } = content;
  if (total.currency !== 'RUB') return undefined;
  return {
    customer,
    tax_system_code: codeOf(TAX_SYSTEM_CODES, sno),
    items: lines.map((line) => {
      assert(line.sumMinor % line.quantity === 0, 'a piece has an exact price');
      const value = decimalText({ ...total, minor: line.sumMinor / line.quantity });
      return {
        description: line.name.ru,
        quantity: String(line.quantity),
        amount: { value, currency: total.currency },
        vat_code: codeOf(VAT_CODES, line.tax),
        payment_mode: line.method,
        payment_subject: line.object,
      };
    }),
  };
}

const VAT_CODES: Readonly<Record<string, number>> = {
  none: 1,
  vat0: 2,
  vat10: 3,
  vat20: 4,
  vat110: 5,
  vat120: 6,
  vat5: 7,
  vat7: 8,
  vat105: 9,
  vat107: 10,
  vat22: 11,
  vat122: 12,
};

const TAX_SYSTEM_CODES: Readonly<Record<string, number>> = {
  osn: 1,
  usn_income: 2,
  usn_income_outcome: 3,
  esn: 5,
  patent: 6,
};

/** Tax marks this product can put on a fiscal receipt. */
export const TAX_MARKS: readonly string[] = Object.keys(VAT_CODES);
/** Tax systems this product can put on a fiscal receipt. */
export const TAX_SYSTEMS: readonly string[] = Object.keys(TAX_SYSTEM_CODES);

function codeOf(codes: Readonly<Record<string, number>>, word: string): number {
  const code = codes[word];
  assert(code !== undefined, `${word} is one of ${Object.keys(codes).join(', ')}`);
  return code;
}

function nameOf(sold: Sold): LineName {
  switch (sold.kind) {
    case 'tokens': {
      const tokens = tokenDisplay(sold.tokensUtok);
      return {
        ru: `Пополнение баланса, токены: ${tokens}`,
        en: `Balance top-up, tokens: ${tokens}`,
      };
    }
    case 'plan':
      return sold.name;
    case 'gift':
      return { ru: `Подарок: ${sold.name.ru}`, en: `Gift: ${sold.name.en}` };
    case 'part':
      return {
        ru: `Часть оплаты счёта №${sold.invoiceNo}`,
        en: `Part payment of invoice #${sold.invoiceNo}`,
      };
  }
}

function methodOf({ kind }: Sold): PaymentMethodMark {
  if (kind === 'part') return 'prepayment';
  return kind === 'gift' ? 'full_prepayment' : 'full_payment';
}

/** Letters, not code units: a name is not cut through the middle of one. */
function shortened(name: string): string {
  const letters = [...name];
  return letters.length <= LONGEST_NAME ? name : `${letters.slice(0, LONGEST_NAME - 1).join('')}…`;
}
