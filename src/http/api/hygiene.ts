import type { RequestHandler } from 'express';
import { ApiProblem } from './problems';

/** Deeper than anything that is meant; what walks a body must not run out of stack. */
const MOST_LEVELS = 32;

/** What no text column takes: zero bytes, and halves of characters, which are no text at all. */
const UNSTORABLE = /\0|\p{Surrogate}/u;

/** Refuses what parses and still cannot be kept: nothing behind the door has to think of it. */
export function flawOf(value: unknown): string | undefined {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MOST_LEVELS) return `is nested deeper than ${MOST_LEVELS} levels`;
    const texts = level.flatMap((one) => (typeof one === 'string' ? [one] : namesOf(one)));
    if (texts.some((text) => UNSTORABLE.test(text))) return 'holds characters that are no text';
    level = level.flatMap((one) =>
      isContainer(one) ? Object.values(one as Record<string, unknown>) : [],
    );
  }
  return undefined;
}

function namesOf(value: unknown): readonly string[] {
  return isContainer(value) && !Array.isArray(value) ? Object.keys(value) : [];
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** A body of another kind would be passed over, and what it asks for with it. */
export const requireJson: RequestHandler = (request, _response, next) => {
  if (request.is('application/json') === false) {
    throw new ApiProblem({
      code: 'validation_error',
      detail: 'Send the body as `Content-Type: application/json`.',
      members: { errors: [{ path: '', message: 'is no JSON' }] },
    });
  }
  next();
};
