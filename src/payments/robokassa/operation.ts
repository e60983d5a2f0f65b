import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { z } from 'zod';
import { money, parseDecimal } from '../../domain/money';
import { callText } from '../outgoing';
import type { PaymentFact, PaymentState } from '../provider';
import type { RobokassaSignatures, ShpFields } from '../robokassa-signature';
import { CURRENCY, TIMEOUT_MS, type RobokassaSettings } from './settings';
import { wholeNumber } from '../whole-number';

/** What Robokassa knows of an invoice number: its operation, that there is none, or nothing certain. */
export type AskedOperation =
  | { readonly kind: 'operation'; readonly operation: Operation }
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown'; readonly reason: string };

export interface Operation {
  readonly invId: string;
  readonly state: PaymentState;
  /** Robokassa's own code of the state. */
  readonly code: number;
  readonly outSum: string;
  readonly changedAt: string | undefined;
  /** Names the operation in refunds. */
  readonly opKey: string | undefined;
  /** Such as `BankCard`. */
  readonly method: string | undefined;
  /** The payer's account, masked. */
  readonly account: string | undefined;
  readonly shp: ShpFields;
}

/** Result codes of the XML services. */
export const RESULT = { ok: 0, badSignature: 1, noShop: 2, notFound: 3 } as const;

/**
 * What a state means for us. Money that is held, on its way or under review may still come; 60 gave it back before
 * the shop had it, which is no refund of ours.
 */
const STATES: ReadonlyMap<number, PaymentState> = new Map<number, PaymentState>([
  [5, 'pending'],
  [10, 'failed'],
  [20, 'authorised'],
  [50, 'authorised'],
  [60, 'failed'],
  [80, 'authorised'],
  [100, 'paid'],
]);

const code = z
  .string()
  .regex(/^\d{1,5}$/)
  .transform(Number);
// An empty element reads as empty text, which says nothing.
const text = z
  .string()
  .transform((value) => (value === '' ? undefined : value))
  .optional();
const resultSchema = z.object({ Result: z.object({ Code: code }) });
const operationSchema = z.object({
  State: z.object({ Code: code, StateDate: text }),
  Info: z.object({
    OutSum: z.string(),
    OpKey: text,
    IncAccount: text,
    PaymentMethod: z.object({ Code: text }).or(z.literal('')).optional(),
  }),
  UserField: z
    .object({ Field: z.array(z.object({ Name: z.string(), Value: z.string() })) })
    .or(z.literal(''))
    .optional(),
});

/** Asks Robokassa about one invoice number. It exists in production only. */
export async function askOperation(
  invId: string,
  settings: RobokassaSettings,
  signatures: RobokassaSignatures,
): Promise<AskedOperation> {
  const query = {
    MerchantLogin: settings.merchantLogin,
    InvoiceID: invId,
    Signature: signatures.operation(invId),
  };
  const answer = await askService('OpStateExt', query, settings);
  if (answer.kind === 'unknown') return answer;
  if (answer.result === RESULT.notFound) return { kind: 'none' };
  if (answer.result !== RESULT.ok) {
    return { kind: 'unknown', reason: `Robokassa answers with code ${answer.result}` };
  }
  return readOperation(invId, answer.body);
}

export type ServiceAnswer =
  | { readonly kind: 'answer'; readonly result: number; readonly body: unknown }
  | { readonly kind: 'unknown'; readonly reason: string };

/** Calls one of the XML services and reads the code that every answer begins with. */
export async function askService(
  service: 'OpStateExt' | 'GetCurrencies',
  query: Readonly<Record<string, string>>,
  { baseUrl, timeoutMs = TIMEOUT_MS }: RobokassaSettings,
): Promise<ServiceAnswer> {
  const search = new URLSearchParams(query).toString();
  const url = `${baseUrl}/Merchant/WebService/Service.asmx/${service}?${search}`;
  const answer = await callText({ method: 'GET', url, timeoutMs });
  if (answer.kind === 'unknown') return answer;
  const body = answer.status === 200 ? readXml(answer.text) : undefined;
  const read = resultSchema.safeParse(body);
  return read.success
    ? { kind: 'answer', result: read.data.Result.Code, body }
    : { kind: 'unknown', reason: `the answer (${answer.status}) cannot be read` };
}

/** What an operation says, as a fact about the payment of that number. */
export function factOfOperation(operation: Operation): PaymentFact {
  const { invId, state, code, outSum, shp, changedAt } = operation;
  return {
    ...namedBy(invId, shp),
    state,
    amount: rublesOf(outSum),
    paidAt: state === 'paid' ? changedAt : undefined,
    // Robokassa does not say why the bank refused, so nothing forbids another try.
    ...(state === 'failed' ? { decline: { isHard: false, code: `state_${code}` } } : {}),
  };
}

/** Who and what a payment is about, by the fields that Robokassa gives back as it got them. */
export function namedBy(
  invId: string,
  shp: ShpFields,
): Pick<PaymentFact, 'providerPaymentId' | 'invoiceNo' | 'invoiceId' | 'userId'> {
  const named = new Map(Object.entries(shp).map(([name, value]) => [name.toLowerCase(), value]));
  return {
    providerPaymentId: invId,
    invoiceNo: wholeNumber(invId),
    invoiceId: named.get('shp_invoice_id'),
    userId: wholeNumber(named.get('shp_user_id') ?? ''),
  };
}

/** Rubles of Robokassa's text, whatever the number of its decimals; undefined when it is no sum in kopecks. */
export function rublesOf(outSum: string): PaymentFact['amount'] {
  const minor = parseDecimal(outSum, 2);
  return minor === undefined ? undefined : money(minor, CURRENCY);
}

function readOperation(invId: string, body: unknown): AskedOperation {
  const read = operationSchema.safeParse(body);
  if (!read.success) return { kind: 'unknown', reason: 'the operation cannot be read' };
  const { State, Info, UserField } = read.data;
  const state = STATES.get(State.Code);
  if (!state) return { kind: 'unknown', reason: `Robokassa calls it state ${State.Code}` };
  const fields = UserField ? UserField.Field : [];
  const operation = {
    ...{ invId, state, code: State.Code, outSum: Info.OutSum, opKey: Info.OpKey },
    changedAt: instantOf(State.StateDate),
    method: Info.PaymentMethod ? Info.PaymentMethod.Code : undefined,
    account: Info.IncAccount,
    shp: Object.fromEntries(fields.map(({ Name, Value }) => [Name, Value])),
  };
  return { kind: 'operation', operation };
}

/** Instants come with seven digits of a second and an offset; without an offset nobody knows when they were. */
function instantOf(date: string | undefined): string | undefined {
  const isExact = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(date ?? '');
  const ms = isExact ? Date.parse(date ?? '') : NaN;
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}

const parser = new XMLParser({
  removeNSPrefix: true,
  ignoreAttributes: true,
  ignoreDeclaration: true,
  // Text stays text: sums and numbers are read by us, exactly.
  parseTagValue: false,
  isArray: (name) => name === 'Field',
});

/** The root's content, or undefined for what is no plain XML; a document type could define entities, so it is none. */
function readXml(xml: string): unknown {
  try {
    if (/<!DOCTYPE/i.test(xml) || XMLValidator.validate(xml) !== true) return undefined;
    const roots = parser.parse(xml) as Record<string, unknown>;
    return Object.values(roots)[0];
  } catch {
    return undefined;
  }
}
