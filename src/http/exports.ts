import { createHash, timingSafeEqual } from 'node:crypto';
import { Router } from 'express';
import type { HttpParts } from './ports';
import { answerProblem } from './problem';

/** 256 bits in base64url. */
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** A person's copy of their data, behind the secret of its link (AU-3). Everything else is not found. */
export function exportRoutes({ reads, clock }: Pick<HttpParts, 'reads' | 'clock'>): Router {
  const routes = Router();
  routes.get('/export/:token', async (request, response) => {
    response.set({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
    const { token } = request.params;
    if (!TOKEN.test(token)) return answerProblem(response, 404);
    const tokenHash = createHash('sha256').update(token).digest();
    const archive = await reads.exportArchive({ tokenHash, now: new Date(clock.nowMs()) });
    if (!archive || !timingSafeEqual(archive.tokenHash, tokenHash)) {
      return answerProblem(response, 404);
    }
    response.type('application/zip').attachment('my-data.zip').send(archive.bytes);
  });
  return routes;
}
