import { isDeepStrictEqual } from 'node:util';

/** Fails with both values when they differ. */
export function same(what, found, expected) {
  if (isDeepStrictEqual(found, expected)) return;
  throw new Error(`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`);
}

/** Asks again and again until there is an answer other than false; fails with what was waited for. */
export async function until(what, probe, patienceMs = 60_000) {
  const deadline = Date.now() + patienceMs;
  let reason = '';
  while (Date.now() < deadline) {
    try {
      const found = await probe();
      if (found !== undefined && found !== false) return found;
    } catch (error) {
      reason = `: ${error.message}`;
    }
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  throw new Error(`waited ${patienceMs / 1000} s in vain until ${what}${reason}`);
}
