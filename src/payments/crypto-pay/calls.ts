import { z } from 'zod';
import { callJson } from '../outgoing';
import type { JsonAnswer } from '../outgoing';

export interface CryptoPaySettings {
  readonly token: string;
  /** https://pay.crypt.bot, without a slash at the end. */
  readonly baseUrl: string;
  /** Coins that may pay a price in a state's money; all that Crypto Pay takes when absent or empty. */
  readonly acceptedAssets?: readonly string[];
  /** What orders may be priced in; rubles, dollars, euros and the coins we know when absent. */
  readonly currencies?: readonly string[];
  /** Ten seconds when absent. */
  readonly timeoutMs?: number;
  /** Pages of a thousand invoices that are read before the list counts as unknown; 50 when absent. */
  readonly maxPages?: number;
  /** Real time in milliseconds; the clock of the machine when absent. */
  readonly nowMs?: () => number;
}

export type CryptoPayAnswer =
  | { readonly kind: 'result'; readonly result: unknown }
  /** The request itself was turned down, so nothing was done. */
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string };

export type CryptoPayCall = (method: string, body: unknown) => Promise<CryptoPayAnswer>;

const envelopeSchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), result: z.unknown() }),
  z.object({ ok: z.literal(false), error: z.object({ code: z.number(), name: z.string() }) }),
]);

export function cryptoPayCall(settings: CryptoPaySettings): CryptoPayCall {
  const { token, baseUrl, timeoutMs = 10_000 } = settings;
  return async (method, body) =>
    judged(
      await callJson({
        method: 'POST',
        url: `${baseUrl}/api/${method}`,
        headers: { 'crypto-pay-api-token': token },
        body,
        timeoutMs,
      }),
    );
}

function judged(answer: JsonAnswer): CryptoPayAnswer {
  if (answer.kind === 'unknown') return answer;
  const { data: envelope } = envelopeSchema.safeParse(answer.body);
  if (!envelope) return { kind: 'unknown', reason: 'not an answer of Crypto Pay' };
  if (envelope.ok) return { kind: 'result', result: envelope.result };
  const { code, name: reason } = envelope.error;
  return code === 429 || code >= 500 ? { kind: 'unknown', reason } : { kind: 'refused', reason };
}
