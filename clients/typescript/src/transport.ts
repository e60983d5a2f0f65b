import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { UnreachableError } from './problems';

/** Waits double from the first to the longest, each shortened by chance down to a half. */
export interface RetryPolicy {
  readonly attempts: number;
  readonly firstMs: number;
  readonly longestMs: number;
  /** One try is given up after this long. */
  readonly timeoutMs: number;
  /** All of them together are, waits included. */
  readonly giveUpMs: number;
}

export const USUAL_RETRIES: RetryPolicy = {
  attempts: 8,
  firstMs: 200,
  longestMs: 10_000,
  timeoutMs: 20_000,
  giveUpMs: 120_000,
};

export type Fetch = (request: Request) => Promise<Response>;

/** A fetch that names every request that may move tokens, and repeats it under that name until somebody answers. */
export function insistentFetch(policy: RetryPolicy, ask: Fetch = globalThis.fetch): Fetch {
  return async (request) => {
    if (request.method !== 'GET' && !request.headers.has('idempotency-key')) {
      request.headers.set('idempotency-key', randomUUID());
    }
    const giveUpAt = Date.now() + policy.giveUpMs;
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await tryOnce(request, policy, ask);
      if (outcome.kind === 'answered') return outcome.response;
      const waitMs = Math.max(grownMs(policy, attempt), retryAfterMs(outcome.response));
      if (attempt >= policy.attempts || Date.now() + waitMs > giveUpAt) return last(outcome);
      await sleep(waitMs);
    }
  };
}

type Outcome =
  | { readonly kind: 'answered'; readonly response: Response }
  | { readonly kind: 'again'; readonly response?: Response; readonly error?: unknown };

/** The body is read here, so that an answer that is cut on its way counts as none. */
async function tryOnce(request: Request, policy: RetryPolicy, ask: Fetch): Promise<Outcome> {
  try {
    const signal = AbortSignal.any([request.signal, AbortSignal.timeout(policy.timeoutMs)]);
    const answer = await ask(new Request(request.clone(), { signal }));
    const { status, statusText, headers } = answer;
    const text = await answer.text();
    const response = new Response(text === '' ? null : text, { status, statusText, headers });
    const kind = (await isPassing(response)) ? 'again' : 'answered';
    return { kind, response };
  } catch (error) {
    if (request.signal.aborted) throw error;
    return { kind: 'again', error };
  }
}

/** Refusals after which the same request may be answered otherwise. */
async function isPassing(response: Response): Promise<boolean> {
  if ([429, 502, 503, 504].includes(response.status)) return true;
  if (response.status !== 409) return false;
  const body = (await response.clone().json()) as { readonly code?: unknown };
  return body.code === 'request_in_progress';
}

function grownMs({ firstMs, longestMs }: RetryPolicy, attempt: number): number {
  return Math.min(longestMs, firstMs * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2);
}

function retryAfterMs(response: Response | undefined): number {
  const seconds = Number(response?.headers.get('retry-after') ?? 0);
  return Number.isFinite(seconds) ? seconds * 1_000 : 0;
}

function last(outcome: Extract<Outcome, { kind: 'again' }>): Response {
  if (outcome.response) return outcome.response;
  throw new UnreachableError('nobody answered; repeat with the same key', {
    cause: outcome.error,
  });
}
