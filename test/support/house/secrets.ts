import type { SourceFile } from './breaches';

interface Leak {
  readonly what: string;
  readonly pattern: RegExp;
}

/** Written so that no pattern finds itself. */
const LEAKS: readonly Leak[] = [
  { what: 'a private key', pattern: /-----BEGIN [A-Z ]*PRIVATE[ ]KEY-----/ },
  { what: 'a bot token', pattern: /\b\d{8,10}:AA[A-Za-z0-9_-]{33}\b/ },
  { what: 'a cloud key', pattern: /\bAKIA[0-9A-Z]{16}\b/ },
  {
    what: 'a repository token',
    pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{36}|glpat-[A-Za-z0-9_-]{20})\b/,
  },
  { what: 'a live payment key', pattern: /\b[sr]k_live_[A-Za-z0-9]{16,}\b/ },
  {
    what: 'an address with a password',
    pattern: /\bhttps?:\/\/[^\s/:@'"`]+:[^\s/@'"`]+@[^\s'"`]+/,
  },
  { what: 'a path of one machine', pattern: /(?<![\w.])\/(?:home|Users|root|work)\/[A-Za-z0-9]/ },
  {
    what: 'a private address',
    pattern: /\b(?:192[.]168|172[.](?:1[6-9]|2\d|3[01]))[.]\d+[.]\d+\b/,
  },
];

/** Hosts that a lock file may name: the public registry, or none at all. */
const REGISTRY = /"resolved":\s*"https?:\/\/(?!registry\.npmjs\.org\/)[^"]+"/;

/** One sentence for each line with something that belongs to one machine, one person or nobody's eyes (T-H1). */
export function leaksOf({ path, text }: SourceFile): string[] {
  const leaks =
    path === 'package-lock.json' ? [{ what: 'a private registry', pattern: REGISTRY }] : LEAKS;
  return text
    .split('\n')
    .flatMap((line, index) =>
      leaks
        .filter(({ pattern }) => pattern.test(line))
        .map(({ what }) => `${path}:${index + 1} holds ${what}; read it from the environment`),
    );
}
