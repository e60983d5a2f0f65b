import type { Update } from 'grammy/types';
import type { BillingBot } from './bot';
import { causeOf } from './faults';
import { learnName } from './polling';
import { storable } from './storable';
import { ALLOWED_UPDATES } from './updates';

/**
 * Handles an update that came to the webhook as parsed JSON. A rejection must become a 5xx answer: Telegram then
 * repeats the update. The caller has compared the secret header already.
 */
export function createWebhookHandler(
  bot: BillingBot,
): (request: { readonly body?: unknown }) => Promise<void> {
  return async (request) => {
    if (!isUpdate(request.body)) return;
    await learnName(bot);
    try {
      await bot.handleUpdate(storable(request.body));
    } catch (error) {
      throw causeOf(error);
    }
  };
}

/** Tells Telegram where to deliver; done once at start. */
export async function registerWebhook(
  bot: BillingBot,
  webhook: { readonly url: string; readonly secret: string },
): Promise<void> {
  await bot.api.setWebhook(webhook.url, {
    secret_token: webhook.secret,
    allowed_updates: ALLOWED_UPDATES,
  });
}

function isUpdate(body: unknown): body is Update {
  return (
    typeof body === 'object' &&
    body !== null &&
    'update_id' in body &&
    typeof body.update_id === 'number'
  );
}
