import { childSignature, initSignature, type Fields, type Shop } from './robokassa-formulas';

// What Robokassa's document asks of the parameters of a payment; the fake refuses everything else.

const SHAPES: Readonly<Record<string, RegExp>> = {
  MerchantLogin: /^.+$/,
  OutSum: /^\d+\.\d\d$/,
  InvId: /^[1-9]\d{0,9}$/,
  InvoiceID: /^[1-9]\d{0,9}$/,
  PreviousInvoiceID: /^[1-9]\d{0,9}$/,
  Description: /^[A-Za-zА-Яа-яЁё0-9 \p{P}]{1,100}$/u,
  SignatureValue: /^[0-9a-fA-F]+$/,
  Culture: /^(ru|en)$/,
  Encoding: /^utf-8$/,
  ExpirationDate: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}[+-]\d\d:\d\d$/,
  IsTest: /^1$/,
  Recurring: /^true$/,
  Receipt: /^%7B/,
};

const OPENING = [
  ...['MerchantLogin', 'OutSum', 'InvId', 'Description', 'SignatureValue', 'Culture', 'Encoding'],
  ...['ExpirationDate', 'IsTest', 'Recurring', 'Receipt'],
];
const CHILD = [
  ...['MerchantLogin', 'OutSum', 'InvoiceID', 'PreviousInvoiceID', 'Description'],
  ...['SignatureValue', 'Receipt'],
];

/** Why a payment cannot be opened with these fields, in Robokassa's codes where it has one. */
export function openingFault(shop: Shop, fields: Fields): string | undefined {
  const required = [
    'MerchantLogin',
    'OutSum',
    'InvId',
    'Description',
    'SignatureValue',
    'Encoding',
  ];
  const fault = formFault(shop, fields, { known: OPENING, required });
  if (fault !== undefined) return fault;
  if (fields['Recurring'] && fields['ExpirationDate']) return 'Recurring takes no ExpirationDate';
  if ((fields['IsTest'] === '1') !== shop.isTest) return 'error 23: test parameters';
  return isSigned(fields, initSignature(shop, fields)) ? undefined : 'error 29: signature';
}

/** Why the card of a parent cannot be charged with these fields. */
export function childFault(shop: Shop, fields: Fields): string | undefined {
  if (shop.isTest) return 'not in test mode';
  const required = CHILD.filter((name) => name !== 'Receipt');
  const fault = formFault(shop, fields, { known: CHILD, required });
  if (fault !== undefined) return fault;
  return isSigned(fields, childSignature(shop, fields)) ? undefined : 'error 29: signature';
}

function isSigned(fields: Fields, signature: string): boolean {
  return fields['SignatureValue']?.toLowerCase() === signature;
}

function formFault(
  shop: Shop,
  fields: Fields,
  { known, required }: { known: readonly string[]; required: readonly string[] },
): string | undefined {
  const missing = required.find((name) => fields[name] === undefined);
  if (missing !== undefined) return `${missing} is missing`;
  for (const [name, value] of Object.entries(fields)) {
    const shape = /^Shp_[a-z_]+$/.test(name) ? /^.*$/ : SHAPES[name];
    if (!shape || !(known.includes(name) || name.startsWith('Shp_'))) return `unknown ${name}`;
    if (!shape.test(value)) return `${name} is malformed: ${value}`;
  }
  if (fields['MerchantLogin'] !== shop.login) return 'error 25: no such shop';
  if (Number(fields['InvId'] ?? fields['InvoiceID']) > 2_147_483_647)
    return 'the number is too big';
  const { Receipt, OutSum = '' } = fields;
  return Receipt === undefined ? undefined : receiptFault(Receipt, OutSum);
}

const TAXES = 'none vat0 vat5 vat7 vat10 vat20 vat22 vat105 vat107 vat110 vat120 vat122'.split(' ');
const SYSTEMS = 'osn usn_income usn_income_outcome esn patent'.split(' ');

interface Receipt {
  readonly sno: string;
  readonly items: readonly {
    readonly name: string;
    readonly quantity: number;
    readonly sum: number;
    readonly tax: string;
    readonly payment_method: string;
    readonly payment_object: string;
  }[];
}

function receiptFault(encoded: string, outSum: string): string | undefined {
  const { sno, items } = JSON.parse(decodeURIComponent(encoded)) as Receipt;
  if (!SYSTEMS.includes(sno)) return `Receipt: sno ${sno}`;
  if (items.length < 1 || items.length > 100) return 'Receipt: lines';
  for (const { name, quantity, tax, payment_method, payment_object } of items) {
    if (name.length < 1 || [...name].length > 128) return `Receipt: name ${name}`;
    if (!(quantity > 0) || !TAXES.includes(tax)) return `Receipt: quantity or tax ${tax}`;
    if (!payment_method || !payment_object) return 'Receipt: marks';
  }
  const kopecks = items.reduce((total, { sum }) => total + Math.round(sum * 100), 0);
  return kopecks === Math.round(Number(outSum) * 100) ? undefined : 'Receipt: the sum differs';
}
