import { createHash } from 'node:crypto';
import { basicAuth, callJson } from '../outgoing';
import type { JsonAnswer } from '../outgoing';
import { errorSchema } from './wire';

export interface YookassaSettings {
  readonly shopId: string;
  readonly secretKey: string;
  /** https://api.yookassa.ru/v3, without a slash at the end. */
  readonly baseUrl: string;
  /** Ten seconds when absent. */
  readonly timeoutMs?: number;
  /** Pages of a hundred objects that are read before a list counts as unknown; 100 when absent. */
  readonly maxPages?: number;
  /** Where notifications may come from; YooKassa's own networks when absent. */
  readonly notificationNetworks?: readonly string[];
}

/** What an answer permits to conclude. Only `object` means that something was done or found. */
export type YookassaAnswer =
  | { readonly kind: 'object'; readonly body: unknown }
  /** The request itself was turned down, so nothing was done. */
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly code: string;
      readonly reason: string;
      readonly parameter: string | undefined;
    }
  | { readonly kind: 'unknown'; readonly reason: string };

export type YookassaCall = (request: {
  readonly path: string;
  readonly body?: unknown;
  /** Ours; a request that changes something carries one. */
  readonly key?: string;
}) => Promise<YookassaAnswer>;

export function yookassaCall(settings: YookassaSettings): YookassaCall {
  const { shopId, secretKey, baseUrl, timeoutMs = 10_000 } = settings;
  return async ({ path, body, key }) =>
    judged(
      await callJson({
        method: body === undefined ? 'GET' : 'POST',
        url: `${baseUrl}${path}`,
        headers: {
          ...basicAuth(shopId, secretKey),
          ...(key === undefined ? {} : { 'idempotence-key': hashedKey(key) }),
        },
        body,
        timeoutMs,
      }),
    );
}

/** A key of any length and alphabet as YooKassa takes it: 43 of the 64 permitted characters. */
export function hashedKey(key: string): string {
  return createHash('sha256').update(key).digest('base64url');
}

function judged(answer: JsonAnswer): YookassaAnswer {
  if (answer.kind === 'unknown') return answer;
  const { status, body } = answer;
  if (status === 200) return { kind: 'object', body };
  if (status === 202) return { kind: 'unknown', reason: 'YooKassa is still working on it' };
  const told = errorSchema.safeParse(body);
  if (!told.success || status < 400 || status === 429) {
    return { kind: 'unknown', reason: `YooKassa’s answer (${status}) permits no conclusion` };
  }
  const { code, description = code, parameter } = told.data;
  // Another request went out under this key before, and what became of that one is not said here.
  if (/idempotenc/i.test(`${parameter ?? ''} ${description}`)) {
    return { kind: 'unknown', reason: 'the key was used for another request' };
  }
  return { kind: 'refused', status, code, reason: description.slice(0, 300), parameter };
}
