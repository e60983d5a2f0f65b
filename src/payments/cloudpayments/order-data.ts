import { decimalText, type Money } from '../../domain/money';
import type { OrderReceipt, PaymentOrder } from '../provider';

const TAX_SYSTEMS: Readonly<Record<string, number>> = {
  osn: 0,
  usn_income: 1,
  usn_income_outcome: 2,
  esn: 4,
  patent: 5,
};
const METHODS = { full_prepayment: 1, prepayment: 2, full_payment: 4 } as const;
const OBJECTS = { service: 4, payment: 10 } as const;

/** What we leave with an operation, and the receipt where the order has one. */
export function orderData(order: PaymentOrder, key: string) {
  const { invoiceId, receipt, amount } = order;
  return {
    invoice_id: invoiceId,
    key,
    ...(receipt ? { cloudpayments: { CustomerReceipt: customerReceipt(receipt, amount) } } : {}),
  };
}

/** The receipt in the words of the online cash desk; lines sum to the order's amount. */
function customerReceipt({ sno, lines }: OrderReceipt, amount: Money) {
  const taxationSystem = TAX_SYSTEMS[sno];
  return {
    Items: lines.map(({ name, quantity, sumMinor, method, object, tax }) => ({
      label: name.ru,
      ...pieces(quantity, sumMinor, amount),
      amount: exact(sumMinor, amount),
      vat: vatOf(tax),
      method: METHODS[method],
      object: OBJECTS[object],
    })),
    ...(taxationSystem === undefined ? {} : { taxationSystem }),
  };
}

/** Pieces and the price of one; a sum that does not divide is one piece. */
function pieces(quantity: number, sumMinor: number, amount: Money) {
  return sumMinor % quantity === 0
    ? { quantity, price: exact(sumMinor / quantity, amount) }
    : { quantity: 1, price: exact(sumMinor, amount) };
}

/** `vat22` is 22, `vat122` is the calculated rate 122, and none is null. */
function vatOf(tax: string): number | null {
  const rate = /^vat(\d{1,3})$/.exec(tax)?.[1];
  return rate === undefined ? null : Number(rate);
}

/** A number whose shortest text is the exact decimal text of the sum. */
function exact(minor: number, amount: Money): number {
  return Number(decimalText({ ...amount, minor }));
}
