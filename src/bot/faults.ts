import { BotError } from 'grammy';

/** What grammY wraps into an error of its own, together with the whole context and its token. */
export function causeOf(error: unknown): unknown {
  return error instanceof BotError ? error.error : error;
}

/**
 * An error as a log may keep it. Errors of grammY carry the call's payload, and those of the network its address with
 * the token in it: only words and the stack are kept.
 */
export function loggable(error: unknown): object {
  const cause = causeOf(error);
  if (!(cause instanceof Error)) return { message: String(cause) };
  const { name, message, stack } = cause;
  const inner = cause.cause === undefined ? {} : { cause: loggable(cause.cause) };
  return { name, message, stack, ...inner };
}
