import { Router } from 'express';
// The package itself would run the page's code, a third of a second for nothing.
import absolutePath from 'swagger-ui-dist/absolute-path';
import type { Gate } from './access';
import { apiDocument } from './document';
import type { AnyRoute } from './route';

interface PageOptions {
  readonly gate: Gate;
  /** Whether the document is open to everybody. */
  readonly isPublic: boolean;
}

/** The document at `/api/openapi.json` and a page at `/api/docs` to browse and try it. */
export function documentRoutes(
  routes: readonly AnyRoute[],
  { gate, isPublic }: PageOptions,
): Router {
  const router = Router();
  const text = JSON.stringify(apiDocument(routes));
  const enter = isPublic ? gate.enterUnknown() : gate.enter();
  router.get('/openapi.json', enter, (_request, response) => {
    response.type('application/json').send(text);
  });
  router.get('/docs', (_request, response) => void response.type('html').send(PAGE));
  router.get('/docs/start.js', (_request, response) => void response.type('js').send(START));
  for (const file of FILES) {
    router.get(`/docs/${file}`, (_request, response) => {
      response.sendFile(file, { root: absolutePath(), maxAge: '1d' });
    });
  }
  return router;
}

/** What the page loads; the package brings pages and scripts of its own besides, which are nobody's business here. */
const FILES = ['swagger-ui.css', 'swagger-ui-bundle.js'] as const;

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Telegram Billing API</title>
    <link rel="stylesheet" href="/api/docs/swagger-ui.css" />
  </head>
  <body>
    <div id="page"></div>
    <script src="/api/docs/swagger-ui-bundle.js"></script>
    <script src="/api/docs/start.js"></script>
  </body>
</html>
`;

/** The key that was typed lives in the page alone and goes with every request, also with that for the document. */
const START = `
const open = (key) => SwaggerUIBundle({
  url: '/api/openapi.json',
  dom_id: '#page',
  persistAuthorization: false,
  requestInterceptor: (request) => {
    if (key && !request.headers.Authorization) request.headers.Authorization = 'Bearer ' + key;
    return request;
  },
});
fetch('/api/openapi.json').then((answer) => open(answer.ok ? '' : prompt('API key') ?? ''));
`;
