import { TimeLimitError, within } from '../time-limit';
import type { ApiParts } from './parts';
import { ApiProblem } from './problems';

/** How long a named request, or a named item of a batch, may keep its caller waiting (API-4). */
const PATIENCE_MS = 10_000;
/** When to ask again for what still runs. */
const ASK_AGAIN_SECONDS = 2;

/**
 * The answer, or the refusal to wait longer: the work goes on, and a repeat finds it or its answer. A failure means that
 * the outcome is unknown.
 */
export async function inTime<T>({ settings }: ApiParts, work: () => Promise<T>): Promise<T> {
  try {
    return await within(settings.apiPatienceMs ?? PATIENCE_MS, work);
  } catch (error) {
    if (!(error instanceof TimeLimitError)) throw error;
    throw new ApiProblem({
      code: 'request_in_progress',
      detail: 'The request still runs; repeat it with the same key for its answer.',
      headers: { 'retry-after': String(ASK_AGAIN_SECONDS) },
    });
  }
}
