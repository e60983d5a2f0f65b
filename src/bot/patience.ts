import { setTimeout as sleep } from 'node:timers/promises';
import { HttpError, type Transformer } from 'grammy';

/** Longer waits are not worth a person's patience; the call then fails. */
const LONGEST_WAIT_SECONDS = 15;
const TRIES = 3;

/** A call that broke later than this was not merely sent down a connection that Telegram had just closed. */
const BROKE_AT_ONCE_MS = 3_000;

/** Calls that may be made twice: whoever sees their effect sees it once. A message would be there twice. */
const REPEATABLE: ReadonlySet<string> = new Set([
  ...['editMessageText', 'answerCallbackQuery', 'answerPreCheckoutQuery'],
]);

/**
 * Waits as Telegram asks and tries again, and makes a call anew whose kept connection was closed under it, for answers
 * to people; stored messages have patience of their own.
 */
export const patience: Transformer = async (previous, ...call) => {
  const [method] = call;
  for (let attempt = 1; ; attempt += 1) {
    const calledAt = performance.now();
    const result = await previous(...call).catch((error: unknown) => {
      const isAtOnce = performance.now() - calledAt < BROKE_AT_ONCE_MS;
      if (!(error instanceof HttpError) || !isAtOnce || attempt === TRIES) throw error;
      if (!REPEATABLE.has(method)) throw error;
    });
    if (result === undefined) continue;
    if (result.ok || result.error_code !== 429 || attempt === TRIES) return result;
    const seconds = result.parameters?.retry_after ?? 1;
    if (method === 'getUpdates' || seconds > LONGEST_WAIT_SECONDS) return result;
    await sleep(seconds * 1000);
  }
};
