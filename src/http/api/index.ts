import { Router, type ErrorRequestHandler } from 'express';
import { accountRoutes } from './accounts';
import { analyticsRoutes } from './analytics';
import { createGate } from './access';
import { checkoutRoutes } from './checkouts';
import { documentRoutes } from './docs-page';
import { historyRoutes } from './history';
import { holdRoutes } from './holds';
import { limitRoutes } from './limits';
import { openRoutes } from './door';
import type { ApiParts } from './parts';
import { answerApiProblem, ApiProblem } from './problems';
import { refundRoutes } from './refunds';
import type { AnyRoute } from './route';
import { spendRefundRoutes } from './spend-refunds';
import { spendRoutes } from './spends';
import { trackRoutes } from './tracks';

/** Everything that other services may ask, in the order of the document. */
export const ROUTES: readonly AnyRoute[] = [
  ...accountRoutes,
  ...spendRoutes,
  ...spendRefundRoutes,
  ...holdRoutes,
  ...trackRoutes,
  ...analyticsRoutes,
  ...historyRoutes,
  ...limitRoutes,
  ...checkoutRoutes,
  ...refundRoutes,
];

/** The API for other services under `/api/v1`. It authenticates, names and asks; workflows decide and PostgreSQL counts. */
export function apiRoutes(parts: ApiParts): Router {
  const api = Router();
  const gate = createGate(parts);
  openRoutes(api, ROUTES, { gate, parts });
  api.use(gate.enter(), (_request, response) => {
    answerApiProblem(response, { code: 'not_found', detail: 'There is nothing at this address.' });
  });
  api.use(answerApiError);
  const pages = documentRoutes(ROUTES, { gate, isPublic: parts.settings.isApiDocsPublic ?? false });
  return Router().use('/api/v1', api).use('/api', pages.use(answerApiError));
}

/** Expected refusals in their own words; a body that is no JSON is the caller's mistake; all else is ours. */
// Express knows an error handler by its four parameters.
// eslint-disable-next-line max-params
const answerApiError: ErrorRequestHandler = (error: unknown, request, response, next) => {
  if (response.headersSent) return void next(error);
  if (error instanceof ApiProblem) return answerApiProblem(response, error.problem);
  if (isUnreadable(error)) {
    return answerApiProblem(response, {
      code: 'validation_error',
      detail: 'The address or the body cannot be read: it is too large, or no JSON.',
      members: { errors: [{ path: '', message: 'unreadable' }] },
    });
  }
  request.log.error({ err: error }, 'an API request failed');
  answerApiProblem(response, {
    code: 'unavailable',
    detail: 'The outcome is unknown; repeat the request with the same Idempotency-Key.',
  });
};

function isUnreadable(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('status' in error)) return false;
  const { status } = error;
  return typeof status === 'number' && status >= 400 && status < 500;
}
