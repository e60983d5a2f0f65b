import type { DailyDigest } from '../../../src/domain/billing/digest';
import type { TemplateParams } from '../../../src/domain/messages';

const DIGEST: DailyDigest = {
  revenue: [
    {
      ...{ provider: 'mock', payments: 3, returns: 1 },
      received: { minor: 60_000, currency: 'RUB', exponent: 2 },
      returned: { minor: 20_000, currency: 'RUB', exponent: 2 },
    },
  ],
  newPayers: 2,
  openItems: [{ kind: 'underpaid', count: 3, overdue: 1 }],
  reconciled: [{ provider: 'mock', payments: 400, found: 21, healed: 18, open: 3 }],
  ...{ unknownPayments: 1, unconfirmedRefunds: 1, unverified: 2 },
};

/** What operators are told of the day, and of what is not as it is. */
export const OPS_SAMPLES: Pick<
  TemplateParams,
  | 'ops.overdue'
  | 'ops.verification'
  | 'ops.stuck'
  | 'ops.free_periods'
  | 'ops.digest'
  | 'ops.incident'
> = {
  'ops.overdue': {
    ...{
      kind: 'break',
      key: 'mismatch:mock:1:differs:1',
      owner: 'finance',
      reason: 'paid <100>',
    },
    dueAt: '2026-03-01T12:00:00.000Z',
  },
  'ops.verification': { provider: 'mock', count: 3, minutes: 5 },
  'ops.stuck': {
    ...{ workflowId: 'sub:1', activity: 'takeSubscriptionStep', tries: 8 },
    reason: 'no such row',
  },
  'ops.free_periods': {
    subscriptionId: '0198a000-0000-7000-8000-000000000001',
    userId: 7,
    count: 3,
  },
  'ops.incident': { incidentId: 'ABCDEFGH', summary: 'update 1' },
  'ops.digest': { day: '2026-03-01', digest: JSON.stringify(DIGEST) },
};
