import { ProblemError, type Problem } from './problems';

interface Answer<T> {
  readonly data?: T;
  readonly error?: unknown;
  readonly response: Response;
}

/** The body of an answer; a refusal is thrown as what it is. */
export function answered<T>({ data, error, response }: Answer<T>): T {
  if (data !== undefined) return data;
  throw new ProblemError(problemOf(error, response.status));
}

/** Something between us and the server may speak for it, and in no known shape. */
function problemOf(error: unknown, status: number): Problem {
  const isProblem = typeof error === 'object' && error !== null && 'code' in error;
  if (isProblem) return error as Problem;
  return {
    type: 'about:blank',
    title: 'Error',
    status,
    detail: String(error).slice(0, 200),
    instance: '',
    code: 'unavailable',
    request_id: '',
    user_message: '',
  };
}

/** True for the answer to a repeat: nothing moved now. */
export function isReplay({ response }: { readonly response: Response }): boolean {
  return response.headers.get('idempotent-replayed') === 'true';
}
