import { minorOf } from './amount';
import type { Book } from './book';
import type { MockOrder } from './model';
import { sameSignature, shpOf } from './signature';
import type { Signatures } from './signature';

export type OrderAnswer =
  | { readonly kind: 'accepted'; readonly order: MockOrder; readonly isRepeat: boolean }
  | { readonly kind: 'invalid'; readonly reason: 'bad_signature' | 'bad_request' }
  | { readonly kind: 'conflict' };

export interface OrderRequest {
  readonly key: string;
  readonly merchantLogin: string;
  /** Flat Robokassa fields as received. */
  readonly fields: Readonly<Record<string, string>>;
  readonly at: string;
}

/** Takes an order whose opening signature is right; the same key or number with other terms is a conflict. */
export function takeOrder(book: Book, signatures: Signatures, request: OrderRequest): OrderAnswer {
  const order = orderOf(request);
  if (!order) return { kind: 'invalid', reason: 'bad_request' };
  if (!isSigned(order, signatures)) return { kind: 'invalid', reason: 'bad_signature' };
  const before =
    book.orders.all().find(({ key }) => key === order.key) ?? book.orders.get(order.invoiceNo);
  if (before) return sameTerms(before, order) ? repeat(before) : { kind: 'conflict' };
  book.orders.put(order.invoiceNo, order);
  return { kind: 'accepted', order, isRepeat: false };
}

/** True when the fields carry the signature the shop's first password gives them. */
export function isSigned(
  order: Pick<MockOrder, 'outSum' | 'invoiceNo' | 'currency' | 'shp' | 'signature'>,
  signatures: Signatures,
): boolean {
  const { outSum, invoiceNo: invId, currency, shp } = order;
  return sameSignature(order.signature, signatures.init({ outSum, invId, currency, shp }));
}

/** The fields of a pay page's address, signed as the shop signed them. */
export function pageFields(order: MockOrder, merchantLogin: string): Record<string, string> {
  return {
    MerchantLogin: merchantLogin,
    OutSum: order.outSum,
    InvId: order.invoiceNo,
    Description: order.description,
    Culture: order.locale,
    SignatureValue: order.signature,
    ...(order.currency === 'RUB' ? {} : { OutSumCurrency: order.currency }),
    ...order.shp,
  };
}

function orderOf({ key, merchantLogin, fields, at }: OrderRequest): MockOrder | undefined {
  const { MerchantLogin, OutSum = '', InvId = '', OutSumCurrency: currency = 'RUB' } = fields;
  const expires = fields['ExpirationDate'];
  const isUsable =
    MerchantLogin === merchantLogin &&
    key !== '' &&
    (minorOf(OutSum, currency) ?? 0) > 0 &&
    /^[1-9]\d{0,9}$/.test(InvId) &&
    Number(InvId) <= 2147483647 &&
    (expires === undefined || !Number.isNaN(Date.parse(expires)));
  if (!isUsable) return undefined;
  return {
    key,
    invoiceNo: InvId,
    outSum: OutSum,
    currency,
    description: (fields['Description'] ?? '').slice(0, 100),
    locale: fields['Culture'] === 'ru' ? 'ru' : 'en',
    expiresAt: expires && new Date(expires).toISOString(),
    shp: shpOf(fields),
    signature: fields['SignatureValue'] ?? '',
    cancelled: false,
    offersSaving: fields['Recurring'] === 'true',
    createdAt: at,
  };
}

function repeat(order: MockOrder): OrderAnswer {
  return { kind: 'accepted', order, isRepeat: true };
}

function sameTerms(a: MockOrder, b: MockOrder): boolean {
  const signed = ({ invoiceNo, outSum, currency, shp }: MockOrder) =>
    JSON.stringify([invoiceNo, outSum, currency, Object.entries(shp).sort()]);
  return signed(a) === signed(b);
}
