/** An answer that could be read as JSON, or nothing that permits a conclusion. */
export type JsonAnswer =
  | { readonly kind: 'answer'; readonly status: number; readonly body: unknown }
  | { readonly kind: 'unknown'; readonly reason: string };

/** The same for protocols that answer with plain text or XML. */
export type TextAnswer =
  | { readonly kind: 'answer'; readonly status: number; readonly text: string }
  | { readonly kind: 'unknown'; readonly reason: string };

export type TextCall = Omit<JsonCall, 'body'>;

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
export async function callJson({ body, ...call }: JsonCall): Promise<JsonAnswer> {
  const bodyText = call.bodyText ?? (body === undefined ? undefined : JSON.stringify(body));
  const answer = await callText({
    ...call,
    headers: { 'content-type': 'application/json', ...call.headers },
    ...(bodyText === undefined ? {} : { bodyText }),
  });
  if (answer.kind === 'unknown') return answer;
  const { status, text } = answer;
  // Wrong credentials are often answered without a word.
  if (status === 401 && text === '') return { kind: 'answer', status, body: undefined };
  try {
    return { kind: 'answer', status, body: JSON.parse(text) as unknown };
  } catch {
    return unknown('the provider’s answer is not JSON');
  }
}

/** Calls a provider and leaves it to the caller to read the answer; otherwise like {@link callJson}. */
export async function callText(call: TextCall): Promise<TextAnswer> {
  try {
    const response = await fetch(call.url, {
      method: call.method,
      headers: call.headers ?? {},
      ...(call.bodyText === undefined ? {} : { body: call.bodyText }),
      signal: AbortSignal.timeout(call.timeoutMs),
      redirect: 'error',
    });
    const text = await response.text();
    if (response.status >= 500) return unknown(`the provider answered ${response.status}`);
    return { kind: 'answer', status: response.status, text };
  } catch (error) {
    return unknown(reasonOf(error, call.timeoutMs));
  }
}

/** Headers and body of an HTML form in UTF-8. */
export function asForm(
  fields: Readonly<Record<string, string>>,
): Required<Pick<TextCall, 'headers' | 'bodyText'>> {
  return {
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    bodyText: new URLSearchParams(fields).toString(),
  };
}

/** The header of HTTP Basic authentication. */
export function basicAuth(user: string, password: string): { readonly authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}

function reasonOf(error: unknown, timeoutMs: number): string {
  const isTimeout = error instanceof DOMException && error.name === 'TimeoutError';
  return isTimeout ? `no answer within ${timeoutMs} ms` : 'the connection to the provider failed';
}

function unknown(reason: string) {
  return { kind: 'unknown', reason } as const;
}
