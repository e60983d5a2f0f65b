import type { SourceFile } from './breaches';
import { excusedBy } from './secret-excuses';

interface Leak {
  readonly what: string;
  readonly pattern: RegExp;
}

/** Written so that no pattern finds itself. */
const LEAKS: readonly Leak[] = [
  { what: 'a private key', pattern: /-----BEGIN [A-Z ]*PRIVATE[ ]KEY(?: BLOCK)?-----/g },
  { what: 'a bot token', pattern: /\b\d{8,10}:AA[A-Za-z0-9_-]{32,33}(?![\w-])/g },
  { what: 'a cloud key', pattern: /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g },
  { what: 'a key of an API', pattern: /\bAIza[0-9A-Za-z_-]{35}\b/g },
  {
    what: 'a repository token',
    pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{40,}|glpat-[A-Za-z0-9_-]{20})\b/g,
  },
  { what: 'a registry token', pattern: /\bnpm_[A-Za-z0-9]{36}\b|_authToken\s*=\s*[^\s$]+/g },
  { what: 'a token of a chat', pattern: /\bxox[abposr]-[A-Za-z0-9-]{10,}/g },
  { what: 'a live payment key', pattern: /\b(?:[sr]k_live_|live_)[A-Za-z0-9_-]{16,}\b/g },
  { what: 'a secret of webhooks', pattern: /\bwhsec_[A-Za-z0-9+/]{24,}\b/g },
  {
    what: 'a signed token',
    pattern: /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}/g,
  },
  {
    what: 'an address with a password',
    pattern: /\b[a-z][a-z+]{2,}:\/\/[^\s/:@'"`$<>{}]+:[^\s/@'"`$<>{}]+@[^\s'"`]+/g,
  },
  {
    what: 'a path of one machine',
    pattern: /(?<![\w.])\/(?:home|Users|root|work)\/[A-Za-z0-9]\S*/g,
  },
  {
    what: 'a private address',
    pattern:
      /(?<![\d.])(?:192[.]168|172[.](?:1[6-9]|2\d|3[01])|10[.]\d{1,3}|169[.]254|100[.](?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))[.]\d{1,3}[.]\d{1,3}(?![\d.])/g,
  },
  { what: 'a private host', pattern: /\bhttps?:\/\/[\w.-]+\.(?:internal|corp|lan|intranet)\b/g },
  {
    what: 'an address of a person',
    pattern:
      /(?<![\w/:.])[\w.+-]+@(?!example\.)[a-z][\w-]*(?:\.[\w-]+)*\.(?!example\b|test\b|invalid\b)[a-z]{2,}\b/gi,
  },
];

/** Hosts that a lock file may name: the public registry, or none at all. */
const REGISTRY: Leak = {
  what: 'a private registry',
  pattern: /"resolved":\s*"https?:\/\/(?!registry\.npmjs\.org\/)[^"]+"/g,
};

/** One sentence for each thing that belongs to one machine, one person or nobody's eyes (T-H1), but for what is excused. */
export function leaksOf({ path, text }: SourceFile): string[] {
  return foundIn({ path, text })
    .filter((found) => excusedBy(found) === undefined)
    .map(({ line, what }) => `${path}:${line} holds ${what}; read it from the environment`);
}

export interface Found {
  readonly path: string;
  readonly line: number;
  readonly what: string;
  /** The very text. */
  readonly found: string;
}

/** Everything that looks like a secret, excused or not. */
export function foundIn({ path, text }: SourceFile): Found[] {
  const hits = path.endsWith('package-lock.json')
    ? matchesOf(text, [REGISTRY])
    : [...looksSecret(text), ...packedIn(text).flatMap(insideOf)];
  return hits.map(({ at, what, found }) => ({
    ...{ path, what, found },
    line: text.slice(0, at).split('\n').length,
  }));
}

/** A find, and where it begins in its text. */
interface Hit {
  readonly at: number;
  readonly what: string;
  readonly found: string;
}

function looksSecret(text: string): Hit[] {
  const what = 'something random enough to be a key';
  return [...matchesOf(text, LEAKS), ...randomIn(text).map((hit) => ({ ...hit, what }))];
}

function matchesOf(text: string, leaks: readonly Leak[]): Hit[] {
  return leaks.flatMap(({ what, pattern }) =>
    [...text.matchAll(pattern)].map(({ 0: found, index: at }) => ({ at, what, found })),
  );
}

interface Packed {
  readonly at: number;
  readonly text: string;
}

/** What base64 hides: histories of Temporal carry their payloads in it. */
function packedIn(text: string): Packed[] {
  const runs = [...text.matchAll(/(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{32,}={0,2}/g)];
  return runs.flatMap(({ 0: run, index: at }) => {
    const inside = unpacked(run);
    return inside === undefined ? [] : [{ at, text: inside }];
  });
}

/** What stands inside base64 stands where the base64 stands. */
function insideOf({ at, text }: Packed): Hit[] {
  return looksSecret(text).map((hit) => ({ ...hit, at }));
}

/** The text behind base64; undefined where there is none. */
function unpacked(run: string): string | undefined {
  const text = Buffer.from(run, 'base64').toString('utf8');
  // What is no text has characters that nobody types.
  return /[^\P{Cc}\s]|\uFFFD/u.test(text) ? undefined : text;
}

/** Words, names and numbers repeat their letters; keys do not. */
const LEAST_BITS = 4.3;
const LEAST_HEX_BITS = 3.3;

/** Runs of characters that nobody typed. */
export function randomIn(text: string): Omit<Hit, 'what'>[] {
  const runs = [...text.matchAll(/(?<![\w+/-])[A-Za-z0-9+/_-]{24,}={0,2}(?![\w+/=-])/g)];
  return runs
    .map(({ 0: found, index: at }) => ({ at, found }))
    .filter(({ found }) => isRandom(found) && unpacked(found) === undefined);
}

function isRandom(run: string): boolean {
  if (/^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i.test(run)) return false;
  if (/^[\da-f]{32,}$/i.test(run)) return bitsOf(run) >= LEAST_HEX_BITS;
  const hasEverything =
    /[a-z]/.test(run) && /[A-Z]/.test(run) && (run.match(/\d/g) ?? []).length >= 2;
  return hasEverything && bitsOf(run) >= LEAST_BITS;
}

/** Shannon's entropy of a text, in bits for each character. */
export function bitsOf(text: string): number {
  const counts = new Map<string, number>();
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1);
  return [...counts.values()].reduce((bits, count) => {
    const share = count / text.length;
    return bits - share * Math.log2(share);
  }, 0);
}
