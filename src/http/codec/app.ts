import express, { json, type Express, type Request, type RequestHandler } from 'express';
import helmet from 'helmet';
import { answerError, answerProblem, notFound } from '../problem';
import { requestLog } from '../request-log';
import { within } from '../time-limit';
import { createDoor, readerBehind } from './access';
import { loginRoutes } from './login';
import type { CodecParts, PayloadBytes } from './ports';
import { asJson, payloadsOf } from './wire';

/** Twice what Temporal carries in one message, in base64. */
const MOST_BYTES = '12mb';
const PROBE_MS = 2_000;

/**
 * Temporal's remote codec: the Web UI and the CLI send payloads and get them readable (`POST /decode`) or encrypted
 * (`POST /encode`). Only readers with a key of the scope payloads:read are served; what they read is counted in the
 * log, never repeated there.
 */
export function createCodecApp(parts: CodecParts): Express {
  const { settings, codec, log } = parts;
  const app = express();
  const door = createDoor(parts);
  const uiOrigin = settings.uiUrl === undefined ? undefined : new URL(settings.uiUrl).origin;
  app.disable('x-powered-by');
  app.set('trust proxy', settings.trustedProxyHops);
  app.use(requestLog(log), securityHeaders());
  app.get('/health', healthy(parts));
  app.use(loginRoutes(parts, door));
  app.use(['/encode', '/decode'], openTo(uiOrigin));
  const bytes = json({ limit: MOST_BYTES });
  app.post(
    '/encode',
    door.enter,
    bytes,
    turned('encoded', (many) => codec.encode(many)),
  );
  app.post(
    '/decode',
    door.enter,
    bytes,
    turned('decoded', (many) => codec.decode(many)),
  );
  app.use(notFound, answerError);
  return app;
}

type Turn = (payloads: PayloadBytes[]) => Promise<readonly PayloadBytes[]>;

function turned(done: 'encoded' | 'decoded', turn: Turn): RequestHandler {
  return async (request, response) => {
    const payloads = payloadsOf(request.body);
    if (!payloads) return answerProblem(response, 400, 'Send {"payloads": […]} in base64.');
    const { key, by } = readerBehind(response);
    const { keyId, clientName: client } = key;
    const about = { keyId, client, by, namespace: namespaceOf(request), payloads: payloads.length };
    try {
      const answer = asJson(await turn(payloads));
      request.log.info(about, `payloads ${done}`);
      response.json(answer);
    } catch (error) {
      request.log.warn({ ...about, err: error }, `payloads not ${done}`);
      answerProblem(response, 400, (error as Error).message);
    }
  };
}

/** What the Web UI says it looks at; a claim, kept short. */
function namespaceOf(request: Request): string | undefined {
  return request.get('x-namespace')?.slice(0, 100);
}

/** Pages of the Web UI may call with the reader's cookie; those of any other origin may not call at all. */
function openTo(origin: string | undefined): RequestHandler {
  return (request, response, next) => {
    response.vary('origin');
    const asking = request.get('origin');
    if (asking !== undefined && asking !== origin) return answerProblem(response, 403);
    if (asking !== undefined) {
      response.set({
        'access-control-allow-origin': asking,
        'access-control-allow-credentials': 'true',
      });
    }
    if (request.method !== 'OPTIONS') return next();
    response
      .set({
        'access-control-allow-methods': 'POST',
        'access-control-allow-headers': 'authorization, content-type, x-namespace',
        'access-control-max-age': '600',
      })
      .status(204)
      .end();
  };
}

function healthy({ probe }: CodecParts): RequestHandler {
  return async (request, response) => {
    try {
      await within(PROBE_MS, probe);
      response.set('cache-control', 'no-store').json({ status: 'ready' });
    } catch (error) {
      request.log.warn({ err: error }, 'not ready');
      answerProblem(response, 503);
    }
  };
}

/** The page loads nothing but its style, and its form comes back here. */
function securityHeaders() {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        imgSrc: ['data:'],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
      },
    },
    crossOriginEmbedderPolicy: false,
  });
}
