import { GrammyError, HttpError } from 'grammy';

/** Why Telegram did not take a call, in the words the product thinks in. */
export type Refusal =
  | { readonly kind: 'rate_limited'; readonly retryAfterSeconds: number }
  | { readonly kind: 'unreachable'; readonly reason: string }
  | { readonly kind: 'not_modified' }
  | { readonly kind: 'bad_markup'; readonly reason: string }
  | { readonly kind: 'bad_link'; readonly reason: string }
  /** The message to edit is gone, or the callback is too old to answer. */
  | { readonly kind: 'gone'; readonly reason: string }
  | { readonly kind: 'rejected'; readonly reason: string }
  | { readonly kind: 'unavailable'; readonly reason: string };

/** Reads a grammY error; undefined when the error is not Telegram's. */
export function refusalOf(error: unknown): Refusal | undefined {
  // Its message may carry the address of the call, which carries the token: only the kind is kept.
  if (error instanceof HttpError) return { kind: 'unavailable', reason: 'no answer from Telegram' };
  if (!(error instanceof GrammyError)) return undefined;
  const reason = error.description;
  switch (error.error_code) {
    case 429:
      return { kind: 'rate_limited', retryAfterSeconds: error.parameters.retry_after ?? 1 };
    case 403:
      return { kind: 'unreachable', reason };
    case 400:
      return badRequest(reason);
    default:
      return { kind: 'unavailable', reason };
  }
}

function badRequest(reason: string): Refusal {
  if (/message is not modified/i.test(reason)) return { kind: 'not_modified' };
  if (/can't parse (entities|message text)/i.test(reason)) return { kind: 'bad_markup', reason };
  if (/BUTTON_URL_INVALID|button URL|Wrong HTTP URL/i.test(reason)) {
    return { kind: 'bad_link', reason };
  }
  if (
    /query is too old|query ID is invalid|message (to edit|can't be edited|to be edited)/i.test(
      reason,
    )
  ) {
    return { kind: 'gone', reason };
  }
  return { kind: 'rejected', reason };
}
