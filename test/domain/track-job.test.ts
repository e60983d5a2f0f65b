import fc from 'fast-check';
import { correctionOf, decidingReport } from '../../src/domain/billing/track-job';
import { trackChargeKey, trackJobKey, trackLabel } from '../../src/domain/billing/track-event';
import { readMultiplierLine } from '../../src/domain/billing/multiplier-line';

const DAY = 86_400_000;

test('the highest report decides, the first of equal ones, in any order', () => {
  const reports = ['3.86', '0', '3.860', '1.2'].map((rawCost, id) => ({ id, rawCost }));
  expect(decidingReport(reports)?.id).toBe(0);
  expect(decidingReport([...reports].reverse())?.id).toBe(2);
  expect(decidingReport([])).toBeUndefined();
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 1_000 }), { minLength: 1 }), (cents) => {
      const most = decidingReport(cents.map((cent) => ({ rawCost: (cent / 100).toFixed(2) })));
      expect(Number(most?.rawCost)).toBe(Math.max(...cents) / 100);
    }),
  );
});

test.each([
  ['nothing when it cost what was charged', 5, 1, { kind: 'none' }],
  ['a charge of the rest within two days', 7, 2 * DAY, { kind: 'charge', amountUtok: 2 }],
  ['the surplus back within two days', 3, 0, { kind: 'give_back', amountUtok: 2 }],
  ['nobody after two days', 7, 2 * DAY + 1, { kind: 'too_late', amountUtok: 2 }],
])('a late report gives %s', (_name, costUtok, atMs, expected) => {
  expect(correctionOf({ costUtok, chargedUtok: 5, settledAtMs: 0, atMs })).toEqual(expected);
});

test('names of jobs and of charges never run into each other', () => {
  const job = (source: string, taskRef: string) => trackJobKey('c', { userId: 1, source, taskRef });
  expect(job('a:b', 'c')).not.toBe(job('a', 'b:c'));
  expect(job('a%3A', 'c')).not.toBe(job('a:', 'c'));
  const key = trackChargeKey('c', { source: 'a', eventId: 'e' });
  expect(key.startsWith('c:')).toBe(false);
});

test('work that cost nothing is free or local, and other work neither', () => {
  expect(trackLabel({ rawCost: '0.0000000000', freeRequests: 1 })).toBe('free');
  expect(trackLabel({ rawCost: '0', freeRequests: 0 })).toBe('local_model');
  expect(trackLabel({ rawCost: '0.0000000001', freeRequests: 1 })).toBeUndefined();
});

test.each([
  ['value=3.5', { kind: 'multiplier', multiplier: '3.5' }],
  [
    'track=cats client=runner tariff=basic value=2 from=2026-04-01',
    {
      kind: 'multiplier',
      track: 'cats',
      client: 'runner',
      tariff: 'basic',
      multiplier: '2',
      from: '2026-04-01T00:00:00.000Z',
    },
  ],
  ['rate=usd value=91.5', { kind: 'rate', currency: 'USD', rubPerUnit: '91.5' }],
  ['', { unread: 'value=' }],
  ['track=cats', { unread: 'value=' }],
  ['value=-1', { unread: 'value=-1' }],
  ['value=1 value=2', { unread: 'value=2' }],
  ['value=1 from=2026-02-30', { unread: 'from=2026-02-30' }],
  ['rate=USD track=cats value=1', { unread: 'rate=USD' }],
  ['cats value=1', { unread: 'cats' }],
])('the line %p is read', (line, expected) => {
  expect(readMultiplierLine(line)).toEqual(expected);
});
