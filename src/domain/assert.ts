/** Thrown when the program is wrong, never when the world is: it parks a workflow task until a deploy repairs it. */
export class BugError extends Error {
  override readonly name = 'BugError';
}

/** Narrows `condition` or throws a {@link BugError}; the message names the broken belief. */
export function assert(condition: unknown, belief: string): asserts condition {
  if (!condition) throw new BugError(belief);
}

/** Makes a `switch` over a union exhaustive at compile time, and loud at run time. */
export function assertNever(value: never): never {
  throw new BugError(`unexpected value ${JSON.stringify(value)}`);
}

/** Returns an integer JavaScript holds exactly, or throws: money and tokens never lose a digit silently. */
export function safeInteger(value: bigint | number): number {
  const number = Number(value);
  assert(Number.isSafeInteger(number), `${value} is not a safe integer`);
  return number;
}
