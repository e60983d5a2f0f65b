import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Router } from 'express';
import express from 'express';

/** Only the page's own files run; pictures of bots may come from anywhere. */
const CONTENT_POLICY = [
  "default-src 'self'",
  "img-src 'self' data: blob: https: http:",
  "media-src 'self' blob:",
  "style-src 'self' 'unsafe-inline'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The chat page's files, as they are: no build step, nothing from other servers. */
export function chatPage(): Router {
  const router = express.Router();
  router.use((_request, response, next) => {
    response.set({
      'content-security-policy': CONTENT_POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-cache',
    });
    next();
  });
  router.use(express.static(publicFolder()));
  return router;
}

/** The compiler copies no page files, so a compiled server finds them in the sources beside its output. */
function publicFolder(): string {
  const beside = join(__dirname, 'public');
  for (let folder = __dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const source = join(folder, 'sandbox', 'telegram', 'public');
    if (existsSync(source)) return source;
  }
  return beside;
}
