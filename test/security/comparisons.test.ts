import ts from 'typescript';
import { placesIn } from './support/source-walk';

/** Names of what only one side may know. */
const SECRET =
  /(?:secret|password|pepper|apikey|signature|hmac|\bmac|seal|bearer|credential|token(?:hash)?|keyhash|cookie)$/i;

/** Comparisons that look like one of secrets and are none. */
const HARMLESS: readonly { readonly text: string; readonly because: string }[] = [
  {
    text: 'held?.token === token',
    because: 'both are our own copy of one token of PayPal; nobody outside chooses either',
  },
  {
    text: 'secrets.apiKeyPepper === secrets.dataKey',
    because:
      'both are our own configuration, compared once at start; nobody outside chooses either',
  },
  {
    text: 'known.token !== token',
    because: 'the Telegram emulator, which production never starts, guards nothing',
  },
];

const EQUALS = new Set([
  ts.SyntaxKind.EqualsEqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsEqualsToken,
]);

/** Compared with something that somebody could vary, and not with "is it there". */
function comparedSecret(node: ts.Node): true | undefined {
  if (!ts.isBinaryExpression(node) || !EQUALS.has(node.operatorToken.kind)) return undefined;
  const sides = [node.left, node.right];
  const isPresence = sides.some(
    (side) =>
      ts.isStringLiteral(side) ||
      ts.isNumericLiteral(side) ||
      ts.isTypeOfExpression(side) ||
      side.kind === ts.SyntaxKind.NullKeyword ||
      side.kind === ts.SyntaxKind.TrueKeyword ||
      side.getText() === 'undefined',
  );
  if (isPresence) return undefined;
  return sides.some((side) => SECRET.test(side.getText())) ? true : undefined;
}

test('no secret is compared by ===, which tells how much of a guess is right', () => {
  const places = placesIn(comparedSecret);
  const harmless = new Set(HARMLESS.map(({ text }) => text));
  expect(
    places.filter(({ text }) => !harmless.has(text)).map(({ at, text }) => `${at} ${text}`),
  ).toEqual([]);
  const seen = new Set(places.map(({ text }) => text));
  expect(HARMLESS.filter(({ text }) => !seen.has(text))).toEqual([]);
});

test.each([
  ['given === secret', true],
  ['signature !== expected.signature', true],
  ['tokenHash.toString() === row.tokenHash', true],
  ['secret === undefined', undefined],
  ["secret === ''", undefined],
  ['typeof token === other', undefined],
  ['count === total', undefined],
] as const)('the reader behind it judges %s', (text, expected) => {
  const file = ts.createSourceFile('a.ts', text, ts.ScriptTarget.ES2022, true);
  const [statement] = file.statements;
  if (!statement || !ts.isExpressionStatement(statement)) throw new Error('no expression');
  expect(comparedSecret(statement.expression)).toBe(expected);
});
