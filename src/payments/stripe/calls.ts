import Stripe from 'stripe';
import type { z } from 'zod';

export interface StripeSettings {
  readonly secretKey: string;
  /** Signing secrets of our endpoint; more than one while a secret is being rolled over. */
  readonly webhookSecrets: readonly string[];
  /** https://api.stripe.com, or an emulator. */
  readonly baseUrl: string;
  /** Ten seconds when absent. */
  readonly timeoutMs?: number;
  /** Pages of a hundred intents read for a statement before giving up; 200 when absent. */
  readonly maxPages?: number;
  /** The real time, by which a pay page's end is judged; the machine's when absent. */
  readonly nowMs?: () => number;
}

export type StripeClient = Stripe;

/** What an answer permits to conclude. */
export type StripeAnswer<Value> =
  | { readonly kind: 'answer'; readonly value: Value; readonly isReplay: boolean }
  | StripeRefusal
  /** The key does not open this door; nothing was done. */
  | { readonly kind: 'locked_out'; readonly reason: string }
  /** The idempotency key belongs to a request with another body, whose outcome this answer does not tell. */
  | { readonly kind: 'reused'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string };

/** Stripe understood the request and did not do it. */
export interface StripeRefusal {
  readonly kind: 'refused';
  readonly status: number;
  /** Stripe's word for it, such as `resource_missing` or `card_declined`. */
  readonly code: string;
  readonly declineCode: string | undefined;
  readonly adviceCode: string | undefined;
  readonly reason: string;
}

/**
 * The official client, pointed at the base address. It repeats nothing by itself but a request whose connection was
 * closed, and that under the same idempotency key.
 */
export function stripeClient(settings: StripeSettings): StripeClient {
  const { secretKey, baseUrl, timeoutMs: timeout = 10_000 } = settings;
  const { protocol, hostname: host, port } = new URL(baseUrl);
  const isPlain = protocol === 'http:';
  return new Stripe(secretKey, {
    host,
    port: port === '' ? (isPlain ? 80 : 443) : port,
    protocol: isPlain ? 'http' : 'https',
    timeout,
    maxNetworkRetries: 0,
    telemetry: false,
  });
}

/** Makes one call and reads its answer by the schema; never throws, whatever comes back. */
export async function answered<Value>(
  call: () => Promise<unknown>,
  schema: z.ZodType<Value>,
): Promise<StripeAnswer<Value>> {
  try {
    const answer = await call();
    const read = schema.safeParse(answer);
    if (read.success) return { kind: 'answer', value: read.data, isReplay: isReplay(answer) };
    return { kind: 'unknown', reason: 'Stripe’s answer cannot be read' };
  } catch (error) {
    return judged(error);
  }
}

/** What is left to say where an answer neither did it nor refused it. */
export function unclear({ reason }: { readonly reason: string }) {
  return { kind: 'unknown', reason } as const;
}

function judged(error: unknown): Exclude<StripeAnswer<never>, { kind: 'answer' }> {
  const { StripeError, StripeConnectionError, StripeIdempotencyError } = Stripe.errors;
  if (error instanceof StripeConnectionError) return unclear({ reason: silenceOf(error) });
  if (!(error instanceof StripeError) || error.statusCode === undefined) {
    return unclear({ reason: 'Stripe’s answer cannot be read' });
  }
  const { statusCode: status, message: reason } = error;
  if (error instanceof StripeIdempotencyError) return { kind: 'reused', reason };
  if (status === 401 || status === 403) {
    return { kind: 'locked_out', reason: `Stripe does not accept the secret key (${status})` };
  }
  // A conflict means that the same key is being worked on just now; neither it nor a limit is a decision.
  if (status >= 500 || status === 409 || status === 429 || status < 400) {
    return unclear({ reason: `Stripe answered ${status}` });
  }
  return refusalOf(error, status);
}

function refusalOf(error: InstanceType<typeof Stripe.errors.StripeError>, status: number) {
  return {
    kind: 'refused',
    status,
    code: error.code ?? error.rawType ?? 'invalid_request_error',
    declineCode: error.decline_code,
    adviceCode: error.advice_code,
    reason: error.message.slice(0, 300),
  } as const;
}

/** Stripe's own words may name the address and the key's first characters; ours do not. */
function silenceOf({ message }: Error): string {
  return /timeout/i.test(message)
    ? 'Stripe gave no answer in time'
    : 'the connection to Stripe failed';
}

/** True for the stored answer to an earlier request with the same key. */
function isReplay(answer: unknown): boolean {
  const { headers } = (answer as { lastResponse?: { headers?: Record<string, string> } })
    .lastResponse ?? { headers: {} };
  return headers?.['idempotent-replayed'] === 'true';
}
