import { STATUS_CODES } from 'node:http';
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';

/** Answers in problem+json; `detail` is written for strangers and names no internals. */
export function answerProblem(response: Response, status: number, detail?: string): void {
  response
    .status(status)
    .type('application/problem+json')
    .send(
      JSON.stringify({
        type: 'about:blank',
        title: STATUS_CODES[status] ?? 'Error',
        status,
        ...(detail === undefined ? {} : { detail }),
        requestId: response.req.id,
      }),
    );
}

export const notFound: RequestHandler = (_request, response) => {
  answerProblem(response, 404);
};

/** The last resort: what went wrong goes to the log, its status to the caller. */
// Express knows an error handler by its four parameters.
// eslint-disable-next-line max-params
export const answerError: ErrorRequestHandler = (error: unknown, request, response, next) => {
  if (response.headersSent) return void next(error);
  const status = clientStatus(error) ?? 500;
  if (status === 500) request.log.error({ err: error }, 'a request failed');
  answerProblem(response, status);
};

function clientStatus(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('status' in error)) return undefined;
  const { status } = error;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}
