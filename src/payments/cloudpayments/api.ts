import { createHash } from 'node:crypto';
import { z } from 'zod';
import { decimalText } from '../../domain/money';
import type { Money } from '../../domain/money';
import { basicAuth, callJson } from '../outgoing';

export interface CloudpaymentsSettings {
  /** Names the terminal. */
  readonly publicId: string;
  /** Signs notices and is the password of every call. */
  readonly apiSecret: string;
  /** Without a slash at the end. */
  readonly baseUrl: string;
  /** Ten seconds when absent. */
  readonly timeoutMs?: number;
  /** Pages of a hundred operations read before a list counts as endless; 200 when absent. */
  readonly maxPages?: number;
}

export interface CloudpaymentsCall {
  readonly path: string;
  /** Written as a number with exactly the currency's places, which a JavaScript number could not promise. */
  readonly amount?: Money;
  readonly fields?: Readonly<Record<string, unknown>>;
  /** Answered from memory for an hour when it is repeated. */
  readonly key?: string;
}

/** `denied`: the credentials are wrong. `isSuccess` speaks of the call, not of the money. */
export type Reply =
  | {
      readonly kind: 'reply';
      readonly isSuccess: boolean;
      readonly message: string;
      readonly model: unknown;
    }
  | { readonly kind: 'denied'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string };

export type Api = (call: CloudpaymentsCall) => Promise<Reply>;

const envelopeSchema = z.object({
  Success: z.boolean(),
  Message: z.string().nullish(),
  Model: z.unknown().optional(),
});

/** Speaks to the terminal; never throws. */
export function cloudpaymentsApi(settings: CloudpaymentsSettings): Api {
  const { publicId, apiSecret, baseUrl, timeoutMs = 10_000 } = settings;
  return async ({ path, amount, fields = {}, key }) => {
    const answer = await callJson({
      method: 'POST',
      url: `${baseUrl}${path}`,
      headers: { ...basicAuth(publicId, apiSecret), ...requestId(key) },
      bodyText: bodyOf(fields, amount),
      timeoutMs,
    });
    if (answer.kind === 'unknown') return answer;
    if (answer.status === 401)
      return { kind: 'denied', reason: 'Public ID or API Secret is wrong' };
    const envelope = envelopeSchema.safeParse(answer.body);
    if (answer.status !== 200 || !envelope.success) {
      return { kind: 'unknown', reason: `the answer (${answer.status}) says nothing` };
    }
    const { Success: isSuccess, Message: message, Model: model } = envelope.data;
    return { kind: 'reply', isSuccess, message: message ?? '', model: model ?? undefined };
  };
}

function bodyOf(fields: Readonly<Record<string, unknown>>, amount: Money | undefined): string {
  const text = JSON.stringify(fields);
  if (!amount) return text;
  return `{"Amount":${decimalText(amount)}${text === '{}' ? '' : ','}${text.slice(1)}`;
}

/** Hashed, because nothing says how long an id may be and which signs it may have. */
function requestId(key: string | undefined): Record<string, string> {
  if (key === undefined) return {};
  return { 'x-request-id': createHash('sha256').update(key).digest('base64url') };
}
