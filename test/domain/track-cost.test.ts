import fc from 'fast-check';
import { largestRemainder, shareCost } from '../../src/domain/billing/track-cost';

test('a charge is distributed over the steps by their costs', () => {
  const nodes = [
    { node: 'draft', rawCost: '0.03' },
    { node: 'check', rawCost: '0.01' },
  ];
  expect(shareCost(130_000, { totalCost: '0.04', nodes })).toEqual({
    shares: [
      { node: 'draft', rawCost: '0.03', costUtok: 97_500 },
      { node: 'check', rawCost: '0.01', costUtok: 32_500 },
    ],
    isOverstated: false,
  });
});

test('what no step names is a step of its own', () => {
  const nodes = [{ node: 'draft', rawCost: '0.03' }];
  const { shares } = shareCost(100, { totalCost: '0.0401', nodes });
  expect(shares.map(({ node, rawCost }) => [node, rawCost])).toEqual([
    ['draft', '0.03'],
    ['_other', '0.0101'],
  ]);
});

test('steps that say more than the total share the total, and are flagged', () => {
  const nodes = [
    { node: 'a', rawCost: '3' },
    { node: 'b', rawCost: '1' },
  ];
  const shared = shareCost(100, { totalCost: '2', nodes });
  expect(shared.isOverstated).toBe(true);
  expect(shared.shares.map(({ costUtok }) => costUtok)).toEqual([75, 25]);
});

test.each([
  ['without steps', []],
  ['with steps that cost nothing', [{ node: 'a', rawCost: '0' }]],
])('a flat charge %s lies on the other step', (_name, nodes) => {
  const { shares } = shareCost(1_000_000, { totalCost: '0', nodes });
  expect(shares.at(-1)).toEqual({ node: '_other', rawCost: '0', costUtok: 1_000_000 });
});

test('nothing charged is nothing shared', () => {
  const { shares } = shareCost(0, { totalCost: '0', nodes: [{ node: 'a', rawCost: '0' }] });
  expect(shares).toEqual([{ node: 'a', rawCost: '0', costUtok: 0 }]);
});

test('thirds go to the earlier parts first', () => {
  expect(largestRemainder(100, [1n, 1n, 1n])).toEqual([34, 33, 33]);
});

test('shares always sum to the charge and none differs from its proportion by a micro-token', () => {
  const weight = fc.bigInt({ min: 0n, max: 10n ** 15n });
  fc.assert(
    fc.property(fc.nat(2_000_000_000), fc.array(weight, { minLength: 1 }), (whole, weights) => {
      const total = weights.reduce((sum, one) => sum + one, 0n);
      const parts = largestRemainder(whole, weights);
      expect(parts.reduce((sum, one) => sum + one, 0)).toBe(total === 0n ? 0 : whole);
      if (total === 0n) return;
      parts.forEach((part, index) => {
        const exact = BigInt(whole) * (weights[index] ?? 0n);
        const off = BigInt(part) * total - exact;
        expect(off < total && off > -total).toBe(true);
      });
    }),
  );
});
