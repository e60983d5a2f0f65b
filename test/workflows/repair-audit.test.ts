import {
  guidesOf,
  WORKFLOW_REPAIRS,
  type WorkflowType,
} from '../../src/domain/billing/workflow-repairs';
import type { Activities } from '../activities/support/books';
import { until } from '../support/until';
import { proposedRefund, REPAIR } from './support/cast';
import { repairable } from './support/repairing';
import { openTheatre, type Roles, type Theatre } from './support/theatre';
import {
  broadcasting,
  DIFFERING,
  QUARANTINED,
  REFUSED,
  REPAIRABLE,
  silent,
  UNANSWERED,
  UNDELIVERED,
  UNPROVED,
} from './support/troubles';

// Every repair of the catalogue reaches the activity that audits it, with who asks and why (OPS-3). That the rows keep
// a before and an after is checked of everything that operators do in the acceptance tests: test/support/traces.ts.

let theatre: Theatre;

beforeAll(async () => {
  theatre = await openTheatre();
});
beforeEach(() => theatre.play());
afterEach(() => theatre.clear());
afterAll(() => theatre.close());

/** The activity that writes the repair down, and what it takes to get there. */
interface Audited {
  readonly by: keyof Activities;
  readonly members?: object;
  readonly roles?: Roles;
  /** Another repair that has to come first. */
  readonly after?: string;
}

const BY_ROLE = { operatorId: '7' };
const EVIDENCE = { evidence: 'statement 17' };
const ITEM = { openItemId: '0195f000-0000-7000-8000-000000000001', amountMinor: 15_000 };
const findsItem: Roles = { findOpenItem: () => Promise.resolve(ITEM) };
const standing = {
  ...{ paymentId: 'p', provider: 'mock', providerPaymentId: 'p-1', state: 'paid', userId: 42 },
  ...{ invoiceNo: 17, amountMinor: 20_000, currency: 'RUB', refunds: [], disputes: [] },
};
const findsPayment: Roles = {
  findPayment: () => Promise.resolve(standing),
  proposeRefund: () => Promise.resolve(proposedRefund()),
};
const noted: Audited = { by: 'recordRepair' };
const wished: Audited = { by: 'grantWish', roles: REPAIRABLE };
const steered: Audited = { by: 'steerBroadcast', members: BY_ROLE };
const voted: Audited = { by: 'castVote', members: BY_ROLE };

/** Where each repair is written down; several ways of one repair are several rows. */
const AUDITED: readonly (readonly [WorkflowType, string, Audited])[] = [
  ['autoTopup', 'retryNow', noted],
  ['autoTopup', 'resolve', { by: 'dismissTopupCharge', members: { how: 'not_made', ...EVIDENCE } }],
  ['broadcast', 'pause', { ...steered, roles: broadcasting('running') }],
  ['broadcast', 'resume', { ...steered, roles: broadcasting('paused') }],
  ['broadcast', 'cancel', { ...steered, roles: broadcasting('running') }],
  ['checkout', 'cancel', { by: 'closeInvoice' }],
  ['checkout', 'switchProvider', { by: 'switchProvider', members: { provider: 'stars' } }],
  ['checkout', 'prolong', { by: 'prolongInvoice', members: { hours: 24 } }],
  ['checkout', 'retryNow', noted],
  ['dispute', 'submitEvidence', { by: 'noteEvidence', members: { note: 'the usage log' } }],
  ['dispute', 'concede', { by: 'loseDispute' }],
  ['erasure', 'retryNow', noted],
  ['hold', 'forceExpire', noted],
  ['keeper', 'checkBooks', noted],
  ['methodRemoval', 'retryNow', noted],
  ['mismatch', 'resolve', { ...noted, members: { how: 'retry' }, roles: DIFFERING }],
  ['mismatch', 'resolve', { by: 'acceptMismatch', members: { how: 'accept' }, roles: DIFFERING }],
  ['mismatch', 'assign', { by: 'assignMismatch', members: { owner: 'anna' }, roles: DIFFERING }],
  ['notifier', 'pause', noted],
  ['notifier', 'resume', { ...noted, after: 'pause' }],
  [
    'operations',
    'refund',
    { by: 'proposeRefund', members: { invoiceNo: 17 }, roles: findsPayment },
  ],
  [
    'operations',
    'writeOff',
    { by: 'runOperation', members: { ...BY_ROLE, item: 'key' }, roles: findsItem },
  ],
  [
    'operations',
    'resendMessage',
    { by: 'runOperation', members: { ...BY_ROLE, messageId: ITEM.openItemId } },
  ],
  ['paymentConfirmation', 'markPaid', { by: 'postPayment', members: EVIDENCE, roles: UNANSWERED }],
  ['paymentConfirmation', 'retryNow', { ...noted, roles: UNANSWERED }],
  ['paymentConfirmation', 'retryDelivery', { ...noted, roles: UNDELIVERED }],
  [
    'paymentConfirmation',
    'resolve',
    { by: 'creditQuarantined', members: { how: 'credit_wallet' }, roles: QUARANTINED },
  ],
  [
    'paymentConfirmation',
    'resolve',
    { by: 'completeQuarantined', members: { how: 'complete_order' }, roles: QUARANTINED },
  ],
  [
    'paymentConfirmation',
    'resolve',
    { by: 'bookRefund', members: { how: 'refund' }, roles: QUARANTINED },
  ],
  [
    'paymentConfirmation',
    'declareRefund',
    { by: 'bookRefund', members: { how: 'made', ...EVIDENCE }, roles: QUARANTINED },
  ],
  [
    'paymentConfirmation',
    'writeOff',
    { by: 'runOperation', members: BY_ROLE, roles: { ...QUARANTINED, ...findsItem } },
  ],
  ['priceChange', 'withdraw', { by: 'withdrawPrices', members: BY_ROLE }],
  ['proposal', 'approve', voted],
  ['proposal', 'reject', voted],
  ['reconciliation', 'reconcile', noted],
  ['reconciliation', 'retire', { ...noted, roles: { pullStatement: silent } }],
  ['refund', 'approve', noted],
  ['refund', 'retry', { ...noted, roles: REFUSED }],
  ['refund', 'retry', { ...noted, roles: UNPROVED }],
  ['refund', 'resolve', { ...noted, members: { how: 'made', ...EVIDENCE }, roles: UNPROVED }],
  ['refund', 'abandon', { by: 'abandonRefund' }],
  ['subscription', 'renewNow', wished],
  ['subscription', 'extend', { ...wished, members: { days: 3 } }],
  ['subscription', 'editTimeline', { ...wished, members: { days: -3 } }],
  ['subscription', 'skipPeriod', wished],
  ['subscription', 'forceExpire', wished],
  ['subscription', 'cancel', wished],
  ['subscription', 'uncancel', wished],
  ['subscription', 'resume', wished],
  ['trackJob', 'retryNow', noted],
];

test('every repair of the catalogue is here', () => {
  const known = (Object.keys(WORKFLOW_REPAIRS) as WorkflowType[]).flatMap((type) =>
    Object.keys(guidesOf(type)).map((update) => `${type}.${update}`),
  );
  const proved = new Set(AUDITED.map(([type, update]) => `${type}.${update}`));
  expect([...proved].sort()).toEqual(known.sort());
});

test.each(AUDITED)('%s %s is written down', async (type, update, audited) => {
  const { by, members = {}, roles = {}, after } = audited;
  const handle = await repairable(theatre, type, { update: after ?? update, roles });
  if (after) await handle.executeUpdate(after, { args: [REPAIR] });
  await handle.executeUpdate(update, { args: [{ ...REPAIR, ...members }] });
  const { operatorId } = { ...REPAIR, ...members };
  const told = await until(`${by} was told by whom and why`, () => {
    const calls: unknown[] = theatre.calls(by);
    return Promise.resolve(calls.findLast((call) => isSignedBy(call, operatorId)));
  });
  if (by !== 'recordRepair') return;
  const { before, after: changed } = told as { before: object; after: object };
  expect(Object.keys(before)).not.toEqual([]);
  expect(Object.keys(changed)).not.toEqual([]);
  expect(changed).not.toEqual(before);
});

function isSignedBy(call: unknown, operatorId: string): boolean {
  const words = JSON.stringify(call);
  const isNamed = words.includes(`:"${operatorId}"`) || words.includes(`:${operatorId}`);
  return isNamed && words.includes(REPAIR.reason);
}
