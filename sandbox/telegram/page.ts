import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Router } from 'express';
import express from 'express';

const CONTENT_POLICY =
  "default-src 'self'; img-src 'self' data: blob: https: http:; media-src 'self' blob:; style-src 'self' 'unsafe-inline'; connect-src 'self'";

/** The chat page's files, as they are: no build step, nothing from other servers. */
export function chatPage(): Router {
  const router = express.Router();
  router.use((_request, response, next) => {
    response.setHeader('Content-Security-Policy', CONTENT_POLICY);
    response.setHeader('Cache-Control', 'no-cache');
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
