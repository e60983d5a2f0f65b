import { readCampaignLine, readChanges } from '../../src/domain/billing/campaign-line';

describe('a campaign in one line', () => {
  const cases: readonly [line: string, campaign: object][] = [
    ['spring 10%', { code: 'SPRING', name: 'spring', kind: 'percent', value: 1_000 }],
    ['SPRING 12,5%', { kind: 'percent', value: 1_250 }],
    ['SPRING 100RUB', { kind: 'fixed', value: 10_000, currency: 'RUB' }],
    ['SPRING 5xtr', { kind: 'fixed', value: 5, currency: 'XTR' }],
    ['SPRING 50tok', { kind: 'bonus_tokens', value: 50_000_000 }],
    ['SPRING 7d', { kind: 'bonus_days', value: 7 }],
    ['SPRING trial tariff=trial-30-7', { kind: 'trial', value: 1, tariff: 'trial-30-7' }],
    [
      'SPRING +50tok 10% +7d',
      { kind: 'percent', value: 1_000, alsoBonusUtok: 50_000_000, alsoBonusDays: 7 },
    ],
    ['SPRING 7d 5tok', { kind: 'bonus_days', value: 7, alsoBonusUtok: 5_000_000 }],
    [
      'SPRING 10% budget=100 per=2 uses=3 count=50 name=Spring_sale',
      { budget: 100, perUser: 2, maxUses: 3, count: 50, name: 'Spring sale' },
    ],
    [
      'SPRING 10% from=2026-03-01 until=2026-04-01T12:00:00Z',
      { validFrom: '2026-03-01T00:00:00.000Z', validUntil: '2026-04-01T12:00:00.000Z' },
    ],
  ];

  test.each(cases)('%s', (line, campaign) => {
    expect(readCampaignLine(line)).toMatchObject({ kind: 'read', value: campaign });
  });

  test.each([
    '',
    'SPRING',
    'SPRING 10',
    'SPRING -10%',
    'SPRING 10.555%',
    'SPRING 10% 20%',
    'SPRING 10% 100RUB',
    'SPRING 10ZZZ',
    'SPRING 1.5XTR',
    'SPRING 10% budget=many',
    'SPRING 10% until=soon',
    'SPRING 10% colour=red',
  ])('%j is not read', (line) => {
    expect(readCampaignLine(line).kind).toBe('unread');
  });
});

describe('the changes of a tariff in one line', () => {
  test('are read with their units', () => {
    const line = 'price=299,50RUB price=200xtr tokens=50.5 fee=100 period=30d min=200 max=5000';
    expect(readChanges(line.split(' '))).toEqual({
      kind: 'read',
      value: {
        prices: { RUB: 29_950, XTR: 200 },
        ...{ tokensUtok: 50_500_000, feeUtok: 100_000_000, periodUnit: 'day', periodCount: 30 },
        ...{ minAmountMinor: 20_000, maxAmountMinor: 500_000 },
      },
    });
  });

  test.each(['price=299', 'price=1.5XTR', 'tokens=-1', 'period=30', 'period=x', 'colour=red', ''])(
    '%j is not read',
    (word) => {
      expect(readChanges([word])).toEqual({ kind: 'unread', word });
    },
  );
});
