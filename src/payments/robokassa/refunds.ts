import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { decimalText, sameMoney } from '../../domain/money';
import { callJson, type JsonAnswer } from '../outgoing';
import type { RefundOutcome, RefundRequest } from '../provider';
import type { RobokassaSignatures } from '../robokassa-signature';
import { askOperation, rublesOf, type Operation } from './operation';
import { TIMEOUT_MS, type RobokassaSettings } from './settings';

const createdSchema = z.object({ success: z.literal(true), requestId: z.string().min(1) });
const refusedSchema = z.object({ success: z.literal(false), message: z.string().nullish() });
const stateSchema = z.object({ label: z.string() });

/**
 * Asks for a refund. Robokassa knows no keys of ours and tells nobody when it is done, so the number that it gives the
 * request is what is asked about afterwards; without that number nothing may be sent again.
 */
export async function createRefund(
  request: RefundRequest,
  settings: RobokassaSettings,
  signatures: RobokassaSignatures,
): Promise<RefundOutcome> {
  if (!settings.password3) return { kind: 'refused', reason: 'ROBOKASSA_PASSWORD_3 is not set' };
  const { providerPaymentId } = request;
  if (!/^\d{1,19}$/.test(providerPaymentId)) return { kind: 'refused', reason: 'no such payment' };
  const asked = await askOperation(providerPaymentId, settings, signatures);
  if (asked.kind === 'unknown') return { ...asked, isUnsent: true };
  if (asked.kind === 'none') return { kind: 'refused', reason: 'no such payment' };
  const { state, code, opKey } = asked.operation;
  if (state !== 'paid') return { kind: 'refused', reason: `the payment is in state ${code}` };
  if (opKey === undefined) {
    return { kind: 'unknown', reason: 'Robokassa gave no OpKey', isUnsent: true };
  }
  const token = refundToken(request, { ...asked.operation, opKey }, settings.password3);
  return created(await post(token, settings));
}

/** Asks what became of a refund by Robokassa's own number of it. */
export async function askRefund(
  { providerRef }: RefundRequest,
  { servicesUrl, timeoutMs = TIMEOUT_MS }: RobokassaSettings,
): Promise<RefundOutcome> {
  if (providerRef === undefined) {
    const reason = 'Robokassa gave the refund no number; look for it in the cabinet';
    return { kind: 'unknown', reason };
  }
  const query = new URLSearchParams({ id: providerRef }).toString();
  const url = `${servicesUrl}/RefundService/Refund/GetState?${query}`;
  const answer = await callJson({ method: 'GET', url, timeoutMs });
  if (answer.kind === 'unknown') return { ...answer, providerRef };
  const label = stateSchema.safeParse(answer.body).data?.label;
  switch (label) {
    case 'finished':
      return { kind: 'done', providerRef };
    case 'canceled':
      return { kind: 'refused', reason: 'Robokassa cancelled the refund' };
    default:
      return { kind: 'unknown', reason: `Robokassa calls it ${label ?? 'nothing'}`, providerRef };
  }
}

function created(answer: JsonAnswer): RefundOutcome {
  if (answer.kind === 'unknown') return answer;
  const { status, body } = answer;
  const made = createdSchema.safeParse(body);
  if (made.success) {
    const providerRef = made.data.requestId;
    return { kind: 'unknown', reason: 'Robokassa is making the refund', providerRef };
  }
  if (status === 401 || status === 403) {
    return { kind: 'unknown', reason: 'ROBOKASSA_PASSWORD_3 is not accepted', isUnsent: true };
  }
  const refused = refusedSchema.safeParse(body);
  if (refused.success) return refusal(refused.data.message ?? 'refused without a reason');
  return { kind: 'unknown', reason: `the answer (${status}) names no refund` };
}

function refusal(message: string): RefundOutcome {
  return message === 'AlreadyRefunded'
    ? { kind: 'done', providerRef: message }
    : { kind: 'refused', reason: message };
}

/** A token in JWT's form: the whole sum when none is named, else exactly the sum in digits. */
function refundToken(
  { amount }: RefundRequest,
  { opKey, outSum }: Operation & { readonly opKey: string },
  password3: string,
): string {
  const paid = rublesOf(outSum);
  const isWhole = paid !== undefined && sameMoney(paid, amount);
  // Written by hand, so that the sum is never a number of ours that could lose a digit.
  const sum = isWhole ? '' : `,"RefundSum":${decimalText(amount)}`;
  const parts = ['{"alg":"HS256","typ":"JWT"}', `{"OpKey":${JSON.stringify(opKey)}${sum}}`];
  const signed = parts.map((part) => Buffer.from(part).toString('base64url')).join('.');
  return `${signed}.${createHmac('sha256', password3).update(signed).digest('base64url')}`;
}

/** Sources disagree on how the token is sent, so the shop can choose. */
function post(token: string, settings: RobokassaSettings): Promise<JsonAnswer> {
  const { servicesUrl, refundBody = 'jwt', timeoutMs = TIMEOUT_MS } = settings;
  const url = `${servicesUrl}/RefundService/Refund/Create`;
  const form =
    refundBody === 'json'
      ? { bodyText: JSON.stringify(token) }
      : { bodyText: token, headers: { 'content-type': 'application/jwt' } };
  return callJson({ method: 'POST', url, ...form, timeoutMs });
}
