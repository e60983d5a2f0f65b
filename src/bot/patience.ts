import { setTimeout as sleep } from 'node:timers/promises';
import type { Transformer } from 'grammy';

/** Longer waits are not worth a person's patience; the call then fails. */
const LONGEST_WAIT_SECONDS = 15;
const TRIES = 3;

/** Waits as Telegram asks and tries again, for answers to people; stored messages have patience of their own. */
export const patience: Transformer = async (previous, ...call) => {
  const [method] = call;
  for (let attempt = 1; ; attempt += 1) {
    const result = await previous(...call);
    if (result.ok || result.error_code !== 429 || attempt === TRIES) return result;
    const seconds = result.parameters?.retry_after ?? 1;
    if (method === 'getUpdates' || seconds > LONGEST_WAIT_SECONDS) return result;
    await sleep(seconds * 1000);
  }
};
