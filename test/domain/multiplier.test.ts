import {
  multiplierOf,
  rubPerUnitAt,
  type MultiplierRow,
} from '../../src/domain/billing/multiplier';

const row = (multiplier: string, change: Partial<MultiplierRow> = {}): MultiplierRow => ({
  track: null,
  clientId: null,
  tariffId: null,
  validFromMs: 0,
  validUntilMs: null,
  multiplier,
  ...change,
});
const question = { track: 'cats', clientId: 'runner', tariffId: 'basic', atMs: 100 };

test('without a row the setting holds', () => {
  expect(multiplierOf([], question)).toBeUndefined();
  expect(multiplierOf([row('2', { track: 'dogs' })], question)).toBeUndefined();
});

test.each<[string, MultiplierRow[], string]>([
  ['a row for everybody', [row('2')], '2'],
  ['more names before fewer', [row('2'), row('3', { tariffId: 'basic' })], '3'],
  [
    'two names before one',
    [row('2', { track: 'cats' }), row('3', { clientId: 'runner', tariffId: 'basic' })],
    '3',
  ],
  [
    'a track before a client, a client before a tariff',
    [
      row('2', { tariffId: 'basic' }),
      row('3', { clientId: 'runner' }),
      row('4', { track: 'cats' }),
    ],
    '4',
  ],
  ['the later row', [row('2', { validFromMs: 1 }), row('3', { validFromMs: 50 })], '3'],
  [
    'no row before its day or after its end',
    [row('2'), row('3', { validFromMs: 101 }), row('4', { validFromMs: 1, validUntilMs: 100 })],
    '2',
  ],
])('the multiplier is that of %s', (_name, rows, expected) => {
  expect(multiplierOf(rows, question)).toBe(expected);
});

test('a person without a subscription takes no row of a tariff', () => {
  const rows = [row('2', { tariffId: 'basic' })];
  expect(multiplierOf(rows, { ...question, tariffId: undefined })).toBeUndefined();
});

test('a currency is worth what its latest row says, a ruble one, an unknown one nothing', () => {
  const rows = [
    { currency: 'USD', rubPerUnit: '90', validFromMs: 0 },
    { currency: 'USD', rubPerUnit: '95.5', validFromMs: 50 },
    { currency: 'USD', rubPerUnit: '99', validFromMs: 101 },
  ];
  expect(rubPerUnitAt(rows, { currency: 'USD', atMs: 100 })).toBe('95.5');
  expect(rubPerUnitAt(rows, { currency: 'RUB', atMs: 100 })).toBe('1');
  expect(rubPerUnitAt(rows, { currency: 'EUR', atMs: 100 })).toBeUndefined();
});
