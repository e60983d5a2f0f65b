import type { ApiKeyView, ApiReads } from '../../reads/api';
import type { Clock } from '../ports';

/** How long a row is believed: a revoked key opens nothing more when this is over. */
const KEPT_MS = 1_000;
/** More keys than this are not in use at once; the ones looked up first go first. */
const MOST_KEPT = 10_000;

export type FindKey = (prefix: string) => Promise<ApiKeyView | undefined>;

interface KeyringParts {
  readonly reads: Pick<ApiReads, 'apiKeys'>;
  readonly clock: Clock;
}

/** Rows of keys, each kept for a second, so that thousands of calls a second do not cost a query each. */
export function createKeyring({ reads, clock }: KeyringParts): FindKey {
  const kept = new Map<string, { readonly key: ApiKeyView; readonly untilMs: number }>();
  const keep = (key: ApiKeyView) => {
    kept.delete(key.prefix);
    const [oldest] = kept.keys();
    if (kept.size >= MOST_KEPT && oldest !== undefined) kept.delete(oldest);
    kept.set(key.prefix, { key, untilMs: clock.nowMs() + KEPT_MS });
  };
  const look = gathering(async (prefixes) => {
    const found = await reads.apiKeys(prefixes);
    for (const key of found) keep(key);
    return new Map(found.map((key) => [key.prefix, key]));
  });
  const asked = new Map<string, ReturnType<FindKey>>();
  const ask = (prefix: string) => {
    const found = look(prefix).finally(() => asked.delete(prefix));
    asked.set(prefix, found);
    return found;
  };
  return async (prefix) => {
    const known = kept.get(prefix);
    if (known && clock.nowMs() < known.untilMs) return known.key;
    return asked.get(prefix) ?? ask(prefix);
  };
}

/**
 * Beginnings that are asked for while a query is under way leave together in the next: whoever guesses keys costs the
 * database one query at a time, however many guesses there are.
 */
function gathering(
  lookUp: (prefixes: readonly string[]) => Promise<ReadonlyMap<string, ApiKeyView>>,
): FindKey {
  let next:
    { readonly prefixes: Set<string>; readonly found: ReturnType<typeof lookUp> } | undefined;
  let underWay: Promise<unknown> = Promise.resolve();
  const gather = () => {
    const prefixes = new Set<string>();
    const found = underWay.then(() => {
      next = undefined;
      return lookUp([...prefixes]);
    });
    underWay = found.catch(() => undefined);
    return { prefixes, found };
  };
  return async (prefix) => {
    next ??= gather();
    next.prefixes.add(prefix);
    return (await next.found).get(prefix);
  };
}
