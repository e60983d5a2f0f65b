import type { components } from './schema';

export type Problem = components['schemas']['Problem'];
export type ProblemCode = Problem['code'];

/** The server refused; `code` is one of the API's closed list. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly status: number;
  readonly code: ProblemCode;
  constructor(readonly problem: Problem) {
    super(`${problem.status} ${problem.code}: ${problem.detail}`);
    this.status = problem.status;
    this.code = problem.code;
  }
}

/** Nobody answered, also after retries. The outcome is unknown: repeat with the same key. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
}
