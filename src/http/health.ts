import { Router } from 'express';
import type { Request } from 'express';
import type { HttpParts, Probes } from './ports';
import { within } from './time-limit';

const PARTS = ['database', 'temporal', 'migrations'] as const satisfies readonly (keyof Probes)[];
const TIMEOUT_MS = 2_000;

/** `/health`: this process is alive. `/ready`: everything it needs answers as well; the reasons stay in the log. */
export function healthRoutes({ probes, settings }: Pick<HttpParts, 'probes' | 'settings'>): Router {
  const routes = Router();
  const limitMs = settings.probeTimeoutMs ?? TIMEOUT_MS;
  routes.get('/health', (_request, response) => {
    response.set('cache-control', 'no-store').json({ status: 'alive' });
  });
  routes.get('/ready', async (request, response) => {
    const checks = PARTS.map((part) =>
      check(request, part, () => within(limitMs, () => probes[part]())),
    );
    const parts = Object.fromEntries(await Promise.all(checks));
    const isReady = Object.values(parts).every((state) => state === 'ok');
    const status = isReady ? 'ready' : 'not_ready';
    response
      .set('cache-control', 'no-store')
      .status(isReady ? 200 : 503)
      .json({ status, parts });
  });
  return routes;
}

async function check(
  request: Request,
  part: keyof Probes,
  probe: () => Promise<void>,
): Promise<[string, 'ok' | 'failing']> {
  try {
    await probe();
    return [part, 'ok'];
  } catch (error) {
    request.log.warn({ err: error, part }, 'not ready');
    return [part, 'failing'];
  }
}
