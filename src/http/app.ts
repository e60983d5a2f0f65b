import express from 'express';
import type { Express } from 'express';
import helmet from 'helmet';
import { exportRoutes } from './exports';
import { apiRoutes } from './api';
import { healthRoutes } from './health';
import { legalRoutes } from './legal';
import { payRoutes } from './pay';
import { createPollHint } from './poll-hint';
import type { HttpParts } from './ports';
import { answerError, notFound } from './problem';
import { requestLog } from './request-log';
import { telegramWebhookRoutes } from './telegram-webhook';
import { requestTrace } from './tracing';
import { createVerificationWatch } from './verification-watch';
import { webhookRoutes } from './webhooks';

/** Everything the product answers over HTTP. It stores and signals; it decides nothing about money. */
export function createHttpApp(parts: HttpParts): Express {
  const app = express();
  const { commands, reads, clock, settings } = parts;
  const pollHint = createPollHint({ commands, reads, clock });
  const verificationWatch = createVerificationWatch({ commands, clock });
  app.disable('x-powered-by');
  app.set('trust proxy', settings.trustedProxyHops);
  if (parts.measure) app.use(parts.measure);
  app.use(requestTrace());
  app.use(requestLog(parts.log), securityHeaders());
  app.use(healthRoutes(parts));
  // Before the payment webhooks, whose pattern matches this address too.
  if (parts.telegramWebhook) app.use(telegramWebhookRoutes(parts.telegramWebhook));
  app.use(webhookRoutes({ ...parts, pollHint, verificationWatch }));
  app.use(payRoutes({ ...parts, pollHint }));
  app.use(exportRoutes(parts), legalRoutes(settings));
  app.use(apiRoutes(parts));
  app.use(notFound, answerError);
  return app;
}

/** Pages load nothing from elsewhere; only our own style sheet and script. */
function securityHeaders() {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        scriptSrc: ["'self'"],
        connectSrc: ["'self'"],
        imgSrc: ['data:'],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
      },
    },
    crossOriginEmbedderPolicy: false,
  });
}
