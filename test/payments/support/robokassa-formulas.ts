import { createHash, createHmac } from 'node:crypto';

// Robokassa's formulas, written from its document and from nothing of ours.

export interface Shop {
  readonly login: string;
  readonly password1: string;
  readonly password2: string;
  readonly password3: string;
  readonly algorithm: string;
  readonly isTest: boolean;
}

/** Fields of a form or query, decoded, by the very names that were sent. */
export type Fields = Readonly<Record<string, string>>;

const hashed = ({ algorithm }: Shop, text: string) =>
  createHash(algorithm).update(text, 'utf8').digest('hex');

/** `:Shp_a=1:Shp_b=2`, in alphabetical order of the names; nothing where there are none. */
export function shpTail(fields: Fields): string {
  const names = Object.keys(fields).filter((name) => name.startsWith('Shp_'));
  names.sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
  return names.map((name) => `:${name}=${fields[name]}`).join('');
}

const optional = (value: string | undefined) => (value === undefined ? '' : `:${value}`);

/** MerchantLogin:OutSum:InvId[:OutSumCurrency][:UserIp][:Receipt]:Password1[:Shp] */
export function initSignature(shop: Shop, fields: Fields): string {
  const { OutSum, InvId = '', OutSumCurrency, UserIp, Receipt } = fields;
  const middle = optional(OutSumCurrency) + optional(UserIp) + optional(Receipt);
  const text = `${shop.login}:${OutSum}:${InvId}${middle}:${shop.password1}${shpTail(fields)}`;
  return hashed(shop, text);
}

/** MerchantLogin:OutSum:InvoiceID[:Receipt]:Password1[:Shp]; PreviousInvoiceID is not signed. */
export function childSignature(shop: Shop, fields: Fields): string {
  const { OutSum, InvoiceID, Receipt } = fields;
  const head = `${shop.login}:${OutSum}:${InvoiceID}${optional(Receipt)}`;
  return hashed(shop, `${head}:${shop.password1}${shpTail(fields)}`);
}

/** OutSum:InvId:Password2[:Shp], in upper case as Robokassa sends it. */
export function resultSignature(shop: Shop, fields: Fields): string {
  const { OutSum, InvId } = fields;
  return hashed(shop, `${OutSum}:${InvId}:${shop.password2}${shpTail(fields)}`).toUpperCase();
}

/** OutSum:InvId:Password1[:Shp] */
export function successSignature(shop: Shop, fields: Fields): string {
  const { OutSum, InvId } = fields;
  return hashed(shop, `${OutSum}:${InvId}:${shop.password1}${shpTail(fields)}`);
}

/** MerchantLogin:InvoiceID:Password2 */
export function stateSignature(shop: Shop, invoiceId: string): string {
  return hashed(shop, `${shop.login}:${invoiceId}:${shop.password2}`);
}

/** The payload of a token signed with Password3, or undefined for any other. */
export function refundPayload(shop: Shop, token: string): string | undefined {
  const [header = '', payload = '', signature = '', ...more] = token.split('.');
  const algorithms: Record<string, string> = { HS256: 'sha256', HS384: 'sha384', HS512: 'sha512' };
  const { alg, typ } = JSON.parse(Buffer.from(header, 'base64url').toString()) as Fields;
  const algorithm = algorithms[alg ?? ''];
  if (algorithm === undefined || typ !== 'JWT' || more.length > 0) return undefined;
  const hmac = createHmac(algorithm, shop.password3).update(`${header}.${payload}`);
  return hmac.digest('base64url') === signature
    ? Buffer.from(payload, 'base64url').toString('utf8')
    : undefined;
}
