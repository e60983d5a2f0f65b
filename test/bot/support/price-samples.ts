import type { TemplateParams } from '../../../src/domain/messages';

const plan = { planRu: 'Базовый', planEn: 'Basic' };

/** Messages about a plan or a price that changes. */
export const PRICE_SAMPLES: Pick<TemplateParams, 'plan.changed' | 'price.offer' | 'price.over'> = {
  'plan.changed': { ...plan, until: '2026-03-17T12:00:00.000Z' },
  'price.offer': {
    ...plan,
    offerId: '0198a000-0000-7000-8000-000000000001',
    ...{ oldFeeUtok: 100_000_000, oldUnit: 'month', oldCount: 1, oldTokensUtok: 0 },
    ...{ newAmountMinor: 29_900, newCurrency: 'RUB', newExponent: 2 },
    ...{ newUnit: 'day', newCount: 30, newTokensUtok: 5_000_000 },
    from: '2026-03-17T12:00:00.000Z',
    until: '2026-04-09T12:00:00.000Z',
  },
  'price.over': { ...plan, offered: 5, accepted: 2, kept: 1 },
};
