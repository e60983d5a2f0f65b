import { createHash, timingSafeEqual } from 'node:crypto';
import { Router, json } from 'express';
import type { RequestHandler } from 'express';
import type { TelegramWebhook } from './ports';
import { answerProblem } from './problem';

const SECRET_HEADER = 'x-telegram-bot-api-secret-token';

/** Updates of the bot. Without the secret nothing is parsed; a failing handler is a 500, so that Telegram repeats. */
export function telegramWebhookRoutes(webhook: TelegramWebhook): Router {
  if (webhook.secret === '') throw new Error('TELEGRAM_WEBHOOK_SECRET is empty; see .env.example');
  const routes = Router();
  routes.post(
    '/webhook/telegram',
    secretRequired(webhook.secret),
    json({ limit: '1mb' }),
    async (request, response) => {
      await webhook.handle(request, response);
      if (!response.headersSent) response.status(200).end();
    },
  );
  return routes;
}

function secretRequired(secret: string): RequestHandler {
  return (request, response, next) => {
    if (isSame(request.get(SECRET_HEADER) ?? '', secret)) next();
    else answerProblem(response, 401);
  };
}

/** Digests are compared, so that neither length nor first difference shows in the time taken. */
function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
