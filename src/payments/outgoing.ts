/** An answer that could be read as JSON, or nothing that permits a conclusion. */
export type JsonAnswer =
  | { readonly kind: 'answer'; readonly status: number; readonly body: unknown }
  | { readonly kind: 'unknown'; readonly reason: string };

export interface JsonCall {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Written as JSON. */
  readonly body?: unknown;
  /** Sent instead of `body` exactly as it is, for other content types and for amounts that have to stay exact. */
  readonly bodyText?: string;
  readonly timeoutMs: number;
}

/**
 * Calls a provider. A timeout, lost connection, redirect, 5xx or unreadable answer is `unknown`; never throws.
 * Reasons are our own words, because addresses may carry secrets.
 */
export async function callJson(call: JsonCall): Promise<JsonAnswer> {
  const body = call.bodyText ?? (call.body === undefined ? undefined : JSON.stringify(call.body));
  try {
    const response = await fetch(call.url, {
      method: call.method,
      headers: { 'content-type': 'application/json', ...call.headers },
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.timeout(call.timeoutMs),
      redirect: 'error',
    });
    const text = await response.text();
    if (response.status >= 500) return unknown(`the provider answered ${response.status}`);
    // Wrong credentials are often answered without a word.
    const isWordless = response.status === 401 && text === '';
    const answered = isWordless ? undefined : (JSON.parse(text) as unknown);
    return { kind: 'answer', status: response.status, body: answered };
  } catch (error) {
    return unknown(reasonOf(error, call.timeoutMs));
  }
}

/** The header of HTTP Basic authentication. */
export function basicAuth(user: string, password: string): { readonly authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}

function reasonOf(error: unknown, timeoutMs: number): string {
  if (error instanceof SyntaxError) return 'the provider’s answer is not JSON';
  const isTimeout = error instanceof DOMException && error.name === 'TimeoutError';
  return isTimeout ? `no answer within ${timeoutMs} ms` : 'the connection to the provider failed';
}

function unknown(reason: string): JsonAnswer {
  return { kind: 'unknown', reason };
}
