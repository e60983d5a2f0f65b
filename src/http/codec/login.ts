import { Router, urlencoded, type Request, type Response } from 'express';
import { localeOf } from '../locale';
import { STYLE } from '../pages/style';
import { answerProblem } from '../problem';
import type { Door } from './access';
import { loginPage, openPage } from './pages';
import type { CodecParts } from './ports';

const FORM_STYLE = `
input{width:100%;font:inherit;padding:12px 14px;border:1px solid var(--line);border-radius:12px;background:var(--bg);color:inherit}
button{font:inherit;cursor:pointer;border:0}
`;

/** The page on which an operator shows a key once, so that the Web UI may have payloads read for twelve hours. */
export function loginRoutes(parts: CodecParts, door: Door): Router {
  const { publicUrl, uiUrl } = parts.settings;
  const form = urlencoded({ extended: false, limit: '2kb', parameterLimit: 5 });
  const routes = Router();
  routes.get('/pay/page.css', (_request, response) => {
    response
      .set('cache-control', 'public, max-age=300')
      .type('text/css')
      .send(STYLE + FORM_STYLE);
  });
  routes.get('/login', async (request, response) => {
    const locale = localeOf(request);
    const reader = await door.readerOf(request);
    const shown = reader && openPage(locale, { prefix: reader.key.prefix, uiUrl });
    unkept(response).send(shown ?? loginPage(locale, { isWrong: false }));
  });
  routes.post('/login', form, async (request, response) => {
    if (isForeign(request, publicUrl)) return answerProblem(response, 403);
    const { key: typed } = (request.body ?? {}) as { key?: unknown };
    const begun = typeof typed === 'string' ? await door.begin(typed.trim()) : undefined;
    if (begun) {
      const { keyId, clientName } = begun.key;
      request.log.info({ keyId, client: clientName }, 'a reader of payloads has come');
      return unkept(response).set('set-cookie', begun.cookie).redirect(303, '/login');
    }
    if (!(await door.countRefusal(request, response))) return;
    unkept(response)
      .status(401)
      .set('www-authenticate', 'Bearer error="invalid_token"')
      .send(loginPage(localeOf(request), { isWrong: true }));
  });
  routes.post('/logout', (request, response) => {
    if (isForeign(request, publicUrl)) return answerProblem(response, 403);
    unkept(response).set('set-cookie', door.ended).redirect(303, '/login');
  });
  return routes;
}

/** A form that another site sends: nobody is logged in or out on somebody's behalf. */
function isForeign(request: Request, publicUrl: string): boolean {
  const origin = request.get('origin');
  if (origin === undefined || origin === new URL(publicUrl).origin) return false;
  return !URL.canParse(origin) || new URL(origin).host !== request.get('host');
}

function unkept(response: Response): Response {
  return response.set({ 'cache-control': 'no-store', 'referrer-policy': 'same-origin' });
}
