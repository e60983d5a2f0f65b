import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Router } from 'express';
import { localeOf } from './locale';
import { page } from './pages/page';
import { trusted } from './pages/markup';
import type { HttpSettings } from './ports';
import { answerProblem } from './problem';

const DOCUMENTS = {
  terms: { ru: 'Условия использования', en: 'Terms of service' },
  privacy: { ru: 'Обработка данных', en: 'Privacy' },
} as const;

/** The operator's documents, in the reader's language. They are files of the operator and printed as they are. */
export function legalRoutes({ legalDir }: Pick<HttpSettings, 'legalDir'>): Router {
  const routes = Router();
  for (const name of ['terms', 'privacy'] as const) {
    routes.get(`/legal/${name}`, async (request, response) => {
      const locale = localeOf(request);
      const text = await document(join(legalDir, `${name}.${locale}.html`));
      if (text === undefined) return answerProblem(response, 404);
      const title = DOCUMENTS[name][locale];
      response
        .vary('accept-language')
        .send(page({ title, locale, body: trusted(text), kind: 'text' }));
    });
  }
  return routes;
}

async function document(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
