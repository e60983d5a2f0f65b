import { z } from 'zod';
import { robokassaReceipt } from '../../domain/billing/fiscal';
import { decimalText } from '../../domain/money';
import { asForm, callJson } from '../outgoing';
import type { CreateOutcome, PaymentOrder } from '../provider';
import type { RobokassaSignatures, ShpFields } from '../robokassa-signature';
import { CURRENCY, TIMEOUT_MS, type RobokassaSettings } from './settings';

/** Robokassa's web server refuses longer queries; a receipt in Cyrillic, encoded twice, easily is one. */
const LONGEST_QUERY = 2_000;
const LONGEST_DESCRIPTION = 100;

const openedSchema = z.object({ invoiceID: z.union([z.string().min(1), z.number()]) });

/**
 * A link that we sign ourselves: nothing is called, and the same order gives the same link. An order whose link would
 * be too long is handed over by a call, and its link is what Robokassa answers.
 */
export async function createPayLink(
  order: PaymentOrder,
  settings: RobokassaSettings,
  signatures: RobokassaSignatures,
): Promise<CreateOutcome> {
  if (order.amount.currency !== CURRENCY) {
    return { kind: 'refused', reason: `Robokassa takes ${CURRENCY} only` };
  }
  const fields = openingFields(order, settings, signatures);
  const query = new URLSearchParams(fields).toString();
  if (query.length > LONGEST_QUERY) return handOver(fields, settings);
  return { kind: 'created', url: `${settings.baseUrl}/Merchant/Index.aspx?${query}` };
}

/** What every payment of an order says of it, signed: the parent's page and the charge of a saved card alike. */
export interface OrderText {
  readonly outSum: string;
  readonly invId: string;
  readonly description: string;
  readonly receipt: string | undefined;
  readonly shp: ShpFields;
  readonly signature: string;
}

/** Writes an order the way it is signed; every text is sent exactly so. */
export function orderText(
  order: PaymentOrder,
  settings: Pick<RobokassaSettings, 'isReceiptEnabled'>,
  signatures: RobokassaSignatures,
): OrderText {
  const outSum = decimalText(order.amount);
  const invId = String(order.invoiceNo);
  const shp = { Shp_invoice_id: order.invoiceId, Shp_user_id: String(order.userId) };
  const receipt = settings.isReceiptEnabled ? receiptText(order) : undefined;
  const signed = { outSum, invId, shp, ...(receipt === undefined ? {} : { receipt }) };
  const signature = signatures.init(signed);
  return { outSum, invId, description: descriptionOf(order), receipt, shp, signature };
}

function openingFields(
  order: PaymentOrder,
  settings: RobokassaSettings,
  signatures: RobokassaSignatures,
): Record<string, string> {
  const { outSum, invId, description, receipt, shp, signature } = orderText(
    order,
    settings,
    signatures,
  );
  const isParent = order.savesMethod === true && canRecur(settings);
  return {
    MerchantLogin: settings.merchantLogin,
    OutSum: outSum,
    InvId: invId,
    Description: description,
    Culture: order.locale,
    Encoding: 'utf-8',
    // A parent of later charges takes no end; what comes late is judged by us anyway.
    ...(isParent ? { Recurring: 'true' } : { ExpirationDate: expiration(order.expiresAt) }),
    ...(receipt === undefined ? {} : { Receipt: receipt }),
    ...(settings.isTest ? { IsTest: '1' } : {}),
    ...shp,
    SignatureValue: signature,
  };
}

/** Cards are saved by agreement, and never in test mode. */
export function canRecur({ isRecurringEnabled, isTest }: RobokassaSettings): boolean {
  return isRecurringEnabled === true && !isTest;
}

/** Signed as it is encoded once, and encoded again by the form: the documented practice. */
function receiptText({ receipt, amount }: PaymentOrder): string | undefined {
  const json = receipt && robokassaReceipt({ ...receipt, total: amount });
  return json === undefined ? undefined : encodeURIComponent(json);
}

/** Russian and English letters, digits and punctuation are all that may be said of an order. */
function descriptionOf({ description, invoiceNo, locale }: PaymentOrder): string {
  const allowed = description.replace(/[^A-Za-zА-Яа-яЁё0-9\p{P}]+/gu, ' ').trim();
  const short = [...allowed].slice(0, LONGEST_DESCRIPTION).join('').trim();
  return short === '' ? `${locale === 'ru' ? 'Счёт' : 'Invoice'} ${invoiceNo}` : short;
}

/** ISO 8601 with seven digits of a second and an offset, as Robokassa writes instants. */
function expiration(expiresAt: string): string {
  return new Date(expiresAt).toISOString().replace(/Z$/, '0000+00:00');
}

async function handOver(
  fields: Record<string, string>,
  { baseUrl, timeoutMs = TIMEOUT_MS }: RobokassaSettings,
): Promise<CreateOutcome> {
  const url = `${baseUrl}/Merchant/Indexjson.aspx`;
  const answer = await callJson({ method: 'POST', url, ...asForm(fields), timeoutMs });
  if (answer.kind === 'unknown') return answer;
  const opened = openedSchema.safeParse(answer.body);
  if (answer.status !== 200 || !opened.success) {
    return { kind: 'unknown', reason: `the answer (${answer.status}) names no payment page` };
  }
  const { invoiceID } = opened.data;
  return {
    kind: 'created',
    url: `${baseUrl}/Merchant/Index/${encodeURIComponent(String(invoiceID))}`,
  };
}
