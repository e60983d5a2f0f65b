import { createContext, Script } from 'node:vm';
import ts from 'typescript';
import { placesIn } from './support/source-walk';

/** As long as an address or a header may be; bodies are read by parsers. */
const LENGTH = 16_000;
/** A linear search of so little takes a fraction of a millisecond; one that goes back and forth takes a second. */
const MOST_MS = 60;

const PIECES = [
  ...'1aA -_.,;:/=?&"<>@%+*|#\\\n\t\'([{}])é'.split(''),
  ...[
    'a1',
    'a ',
    'a-',
    'a.',
    'a,',
    'a/',
    'a=',
    '1,',
    '1:',
    '1.',
    'a:',
    '="',
    '":"',
    '\\"',
    ' \n',
    'ab-',
  ],
];

/** Texts that make a careless expression try every split: a long run, and an end that fits nothing. */
const ATTACKS = PIECES.map((piece) => `${piece.repeat(LENGTH / piece.length)}\u0001`);

/** Slow on long texts, and never given one. */
const HARMLESS: readonly { readonly text: string; readonly because: string }[] = [
  { text: '/\\/+$/', because: 'addresses of the configuration, which the operator writes' },
  { text: '/\\B(?=(\\d{3})+$)/g', because: 'the digits of a sum or a balance, twenty at most' },
];

function expressionOf(node: ts.Node): RegExp | undefined {
  if (!ts.isRegularExpressionLiteral(node)) return undefined;
  const [, source = '', flags = ''] = /^\/(.*)\/([a-z]*)$/s.exec(node.text) ?? [];
  return new RegExp(source, flags);
}

const SEARCHES = new Script(
  'Math.max(...texts.map((text) => { const at = now(); text.search(expression); return now() - at; }))',
);

/** The slowest search of all attacks in milliseconds, the better of two; without end where it has none. */
function slowestMs(expression: RegExp): number {
  const first = onceMs(expression);
  return first <= MOST_MS || first === Infinity ? first : Math.min(first, onceMs(expression));
}

function onceMs(expression: RegExp): number {
  const now = () => performance.now();
  try {
    const world = createContext({ texts: ATTACKS, expression, now });
    return Number(SEARCHES.runInContext(world, { timeout: 5_000 }));
  } catch {
    return Infinity;
  }
}

test('no regular expression of the product is slow on any long text (ReDoS)', () => {
  const places = placesIn(expressionOf, /^(?:src|activities|workflows|drizzle)\/.*\.ts$/);
  expect(places.length).toBeGreaterThan(100);
  const harmless = new Set(HARMLESS.map(({ text }) => text));
  const slow = places
    .filter(({ text }) => !harmless.has(text))
    .map((place) => ({ ...place, ms: slowestMs(place.found) }))
    .filter(({ ms }) => ms > MOST_MS)
    .map(({ at, text, ms }) => `${at} ${text} took ${Math.round(ms)} ms`);
  expect(slow).toEqual([]);
});

test.each([/(a+)+$/, /^(\w+\s?)*$/, /\d{5,}:[a-z]{20,}/, /\w+:\/\/x/])(
  'the measure notices %s',
  (expression) => {
    expect(slowestMs(expression)).toBeGreaterThan(MOST_MS);
  },
);
