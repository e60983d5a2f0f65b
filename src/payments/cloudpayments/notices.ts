import { createHash } from 'node:crypto';
import type {
  Notification,
  PaymentPermission,
  ProviderAnswer,
  Verification,
} from '../notification';
import type { PaymentFact, PaymentState } from '../provider';
import { declineOf } from './declines';
import { isSigned } from './signature';
import { amountOf, instantOf, readData, wholeNumber } from './transactions';

/** The kinds of notice; each has an address of its own in the cabinet, because a notice does not name its kind. */
export const NOTICES = ['check', 'pay', 'fail', 'confirm', 'refund', 'cancel'] as const;

type Notice = (typeof NOTICES)[number] | 'recurrent';
type Fields = ReadonlyMap<string, string>;

const CODES: Readonly<Record<PaymentPermission, number>> = {
  ok: 0,
  unknown_order: 10,
  foreign_order: 11,
  other_amount: 12,
  closed_order: 13,
  quote_expired: 20,
};

/** The answer that the gateway reads: 0 is yes and "understood". */
export function codeAnswer(code: number): ProviderAnswer {
  return { status: 200, contentType: 'application/json', body: `{"code":${code}}` };
}

/** The judgement over raw bytes: proof first, meaning afterwards. */
export function judgeNotice(notification: Notification, apiSecret: string): Verification {
  const fields = readFields(notification);
  if (!fields) return malformed('not a notice: the body is neither a form nor JSON');
  const kind = kindOf(notification.query);
  if (!kind) return malformed('the address names no kind of notice, such as ?type=pay');
  const dedupeKey = `${kind}:${createHash('sha256').update(notification.rawBody).digest('hex')}`;
  const invoiceNo = wholeNumber(fields.get('InvoiceId'));
  if (!isSigned(notification, apiSecret)) {
    const reason = 'neither Content-HMAC nor X-Content-HMAC matches';
    return { verified: 'no', dedupeKey, reason, claimedInvoiceNo: invoiceNo };
  }
  if (kind === 'check') return question(fields, dedupeKey);
  if (kind === 'recurrent') {
    return { verified: 'other', dedupeKey, about: {}, answer: codeAnswer(0) };
  }
  const fact = factIn(fields, kind);
  if (!fact) return malformed(`signed, but not a notice of ${kind}`);
  return { verified: 'yes', dedupeKey, providerPaymentId: fact.providerPaymentId, fact };
}

/** May the order be paid? A number that is not ours is answered at once. */
function question(fields: Fields, dedupeKey: string): Verification {
  const invoiceNo = wholeNumber(fields.get('InvoiceId'));
  if (invoiceNo === undefined) {
    const answer = codeAnswer(CODES.unknown_order);
    return { verified: 'other', dedupeKey, about: {}, answer };
  }
  return {
    verified: 'question',
    order: {
      invoiceNo,
      userId: wholeNumber(fields.get('AccountId')),
      amount: amountOf(fields.get('Amount') ?? '', fields.get('Currency') ?? ''),
    },
    reply: (permission) => codeAnswer(CODES[permission]),
  };
}

/** Undefined when the fields are not those of the kind that the address names: the address is not signed. */
function factIn(fields: Fields, kind: Exclude<Notice, 'check' | 'recurrent'>) {
  const state = stateIn(fields, kind);
  const name = kind === 'refund' ? 'PaymentTransactionId' : 'TransactionId';
  const providerPaymentId = fields.get(name) ?? '';
  if (state === undefined || wholeNumber(providerPaymentId) === undefined) return undefined;
  const fact: PaymentFact = {
    providerPaymentId,
    state,
    // A refund tells what went back now, which is neither what was paid nor all that went back.
    amount: kind === 'refund' ? undefined : paidAmount(fields),
    invoiceNo: wholeNumber(fields.get('InvoiceId')),
    invoiceId: readData(fields.get('Data')).invoiceId,
    userId: wholeNumber(fields.get('AccountId')),
    paidAt: kind === 'refund' ? undefined : instantOf(fields.get('DateTime')),
    ...(kind === 'fail' ? { decline: declineOf(Number(fields.get('ReasonCode'))) } : {}),
  };
  return fact;
}

function stateIn(
  fields: Fields,
  kind: Exclude<Notice, 'check' | 'recurrent'>,
): PaymentState | undefined {
  switch (kind) {
    case 'pay':
    case 'confirm':
      return PAID[fields.get('Status') ?? ''];
    case 'fail':
      return /^\d{1,6}$/.test(fields.get('ReasonCode') ?? '') ? 'failed' : undefined;
    case 'cancel':
      return 'failed';
    case 'refund':
      return 'partially_refunded';
  }
}

const PAID: Readonly<Record<string, PaymentState>> = {
  Completed: 'paid',
  Authorized: 'authorised',
};

function paidAmount(fields: Fields) {
  return amountOf(fields.get('Amount') ?? '', fields.get('Currency') ?? '');
}

function kindOf(query: string): Notice | undefined {
  const kinds = new URLSearchParams(query).getAll('type');
  return [...NOTICES, 'recurrent' as const].find(
    (known) => kinds.length === 1 && kinds[0] === known,
  );
}

/** Form or JSON; undefined for other bytes and for a field that comes twice. */
function readFields({ rawBody, headers }: Notification): Fields | undefined {
  const body = utf8(rawBody);
  if (!body) return undefined;
  const type = headers['content-type'];
  const isJson = typeof type === 'string' && /^application\/json\b/i.test(type);
  const pairs = isJson ? jsonPairs(body) : [...new URLSearchParams(body)];
  if (!pairs) return undefined;
  const fields = new Map(pairs);
  return fields.size === pairs.length ? fields : undefined;
}

function jsonPairs(body: string): [string, string][] | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
    return Object.entries(parsed)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]);
  } catch {
    return undefined;
  }
}

function utf8(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function malformed(reason: string): Verification {
  return { verified: 'malformed', reason };
}
