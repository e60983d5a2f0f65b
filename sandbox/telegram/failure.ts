import type { ResponseParameters } from '@grammyjs/types';

/** A refusal in Telegram's own words, answered as `{ ok: false, error_code, description }`. */
export class ApiFailure extends Error {
  constructor(
    readonly code: number,
    readonly description: string,
    readonly parameters?: ResponseParameters,
  ) {
    super(description);
  }
}

export function badRequest(reason: string): ApiFailure {
  return new ApiFailure(400, `Bad Request: ${reason}`);
}

export function forbidden(reason: string): ApiFailure {
  return new ApiFailure(403, `Forbidden: ${reason}`);
}

export function conflict(reason: string): ApiFailure {
  return new ApiFailure(409, `Conflict: ${reason}`);
}

export function tooManyRequests(retryAfterSeconds: number): ApiFailure {
  return new ApiFailure(429, `Too Many Requests: retry after ${retryAfterSeconds}`, {
    retry_after: retryAfterSeconds,
  });
}

/** A request to the sandbox's own control API that cannot be done; the text says what to do instead. */
export class ControlFailure extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}
