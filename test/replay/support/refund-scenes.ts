import { randomUUID } from 'node:crypto';
import {
  concedeDisputeUpdate,
  disputeQuery,
  disputeStageSignal,
  disputeWorkflowId,
  submitEvidenceUpdate,
} from '../../../workflows/billing/dispute/contract';
import { paymentConfirmationId } from '../../../workflows/billing/contract';
import {
  deskRefundUpdate,
  describePaymentUpdate,
  OPERATIONS_ID,
} from '../../../workflows/billing/operations/contract';
import {
  abandonRefundUpdate,
  approveRefundUpdate,
  confirmRefundUpdate,
  openRefundUpdate,
  refundPlanQuery,
  refundWorkflowId,
  retryRefundUpdate,
  type RefundInput,
  type RefundPhase,
} from '../../../workflows/billing/refund/contract';
import type { PaymentStanding } from '../../../workflows/billing/operations/contract';
import type { WireFact } from '../../../src/domain/billing/payment';
import { until } from '../../support/until';
import { fact, proposedRefund, REPAIR, USER_ID } from '../../workflows/support/cast';
import { DAY, HOUR, MINUTE, type Theatre } from '../../workflows/support/theatre';
import { twoWords } from '../../workflows/support/two-words';
import type { Scene } from './scenes';

const OTHER = { operatorId: 'boris', reason: 'looked at the papers' };
const ASKER = { kind: 'operator', id: REPAIR.operatorId } as const;

async function asked(theatre: Theatre, change: Partial<RefundInput> = {}) {
  const paymentId = randomUUID();
  return theatre.start('refund', {
    workflowId: refundWorkflowId(paymentId, '1'),
    input: {
      ...{ paymentId, origin: 'operator', requestedBy: ASKER, reason: REPAIR.reason },
      ...change,
    },
  });
}

async function reached(handle: Awaited<ReturnType<typeof asked>>, phase: RefundPhase) {
  await until(`it is ${phase}`, async () => (await handle.query(refundPlanQuery)).phase === phase);
}

async function disputed(theatre: Theatre) {
  const ref = randomUUID();
  const handle = await theatre.start('dispute', {
    workflowId: disputeWorkflowId('mock', ref),
    input: { provider: 'mock', ref, providerPaymentId: 'p-1', news: [{ stage: 'opened' }] },
  });
  await until('it is defended', async () => (await handle.query(disputeQuery)).phase === 'open');
  return handle;
}

const decided =
  (stage: 'won' | 'lost'): Scene =>
  async (theatre) => {
    const handle = await disputed(theatre);
    await handle.signal(disputeStageSignal, { stage });
    await handle.result();
    return handle;
  };

/** A payment of which the provider tells something new after it was booked. */
const toldOf =
  (change: Partial<WireFact>): Scene =>
  async (theatre) => {
    const providerPaymentId = randomUUID().slice(0, 8);
    const told = fact(providerPaymentId, change);
    const returned = { paymentId: randomUUID(), returnedMinor: 5_000 };
    theatre.play({
      learnPayment: () => Promise.resolve({ kind: 'fact', fact: told, evidence: 'asked' }),
      recordFact: () =>
        Promise.resolve({
          state: told.state,
          outcome: undefined,
          ...(told.state === 'partially_refunded' ? { returned } : {}),
        }),
    });
    const handle = await theatre.start('paymentConfirmation', {
      workflowId: paymentConfirmationId('mock', providerPaymentId),
      input: { provider: 'mock', providerPaymentId },
      signal: ['hint', { source: 'webhook', fact: told }],
    });
    await handle.result();
    return handle;
  };

const PAYMENT: PaymentStanding = {
  paymentId: randomUUID(),
  provider: 'mock',
  providerPaymentId: 'p-1',
  state: 'paid',
  userId: USER_ID,
  invoiceNo: 7,
  amountMinor: 20_000,
  currency: 'RUB',
  refunds: [],
  disputes: [],
};

/** Refunds, disputes and the operators' desk. */
export const REFUND_SCENES: Readonly<Record<string, Scene>> = {
  'refund-done': async (theatre) => {
    const handle = await asked(theatre);
    await handle.executeUpdate(openRefundUpdate);
    await handle.result();
    return handle;
  },
  'refund-previewed-and-confirmed': async (theatre) => {
    const handle = await asked(theatre, { isPreview: true });
    await handle.executeUpdate(openRefundUpdate);
    await handle.executeUpdate(confirmRefundUpdate, { args: [{ actor: ASKER }] });
    await handle.result();
    return handle;
  },
  'refund-previewed-and-left': async (theatre) => {
    const handle = await asked(theatre, { isPreview: true });
    await handle.executeUpdate(openRefundUpdate);
    await theatre.pass(handle.workflowId, 16 * MINUTE);
    await handle.result();
    return handle;
  },
  'refund-previewed-for-its-owner': async (theatre) => {
    const handle = await asked(theatre, { isPreview: true });
    await handle.executeUpdate(openRefundUpdate);
    await theatre.pass(handle.workflowId, 16 * MINUTE);
    await handle.result();
    return handle;
  },
  'refund-agreed': async (theatre) => {
    theatre.play({ proposeRefund: () => Promise.resolve(proposedRefund(1)) });
    const handle = await asked(theatre);
    await reached(handle, 'proposed');
    await handle.executeUpdate(approveRefundUpdate, { args: [OTHER] });
    await handle.result();
    return handle;
  },
  'refund-waiting-for-consent': async (theatre) => {
    theatre.play({ proposeRefund: () => Promise.resolve(proposedRefund(2)) });
    const handle = await asked(theatre);
    await reached(handle, 'proposed');
    return handle;
  },
  'refund-unknown-then-done': async (theatre) => {
    theatre.play({
      refundAtProvider: () => Promise.resolve({ kind: 'unknown', reason: 'timeout' }),
    });
    const handle = await asked(theatre);
    await theatre.pass(handle.workflowId, 3 * HOUR);
    theatre.play();
    await handle.executeUpdate(retryRefundUpdate, { args: [OTHER] });
    await handle.result();
    return handle;
  },
  'refund-refused-then-given-up': async (theatre) => {
    theatre.play({
      refundAtProvider: () => Promise.resolve({ kind: 'refused', reason: 'too old' }),
    });
    const handle = await asked(theatre);
    await reached(handle, 'stuck');
    await handle.executeUpdate(retryRefundUpdate, { args: [OTHER] });
    await until('it was tried twice', () =>
      Promise.resolve(theatre.calls('releaseRefund').length === 2),
    );
    await reached(handle, 'stuck');
    await handle.executeUpdate(abandonRefundUpdate, { args: [OTHER] });
    await handle.result();
    return handle;
  },
  'refund-by-the-provider': async (theatre) => {
    const requestedBy = { kind: 'provider', id: 'mock' } as const;
    const handle = await asked(theatre, {
      ...{ origin: 'provider', requestedBy, returnedMinor: 10_000, clockOffsetMs: 0 },
    });
    await handle.result();
    return handle;
  },
  'dispute-won': decided('won'),
  'dispute-lost': decided('lost'),
  'dispute-conceded': async (theatre) => {
    const handle = await disputed(theatre);
    await theatre.pass(handle.workflowId, 7 * DAY);
    const evidence = { ...REPAIR, note: 'order and consent' };
    await handle.executeUpdate(submitEvidenceUpdate, { args: [evidence] });
    await handle.executeUpdate(concedeDisputeUpdate, { args: [REPAIR] });
    await handle.result();
    return handle;
  },
  'operations-asked': async (theatre) => {
    theatre.play({ findPayment: () => Promise.resolve(PAYMENT) });
    const handle = await theatre.start('operations', { workflowId: OPERATIONS_ID, input: {} });
    await handle.executeUpdate(describePaymentUpdate, { args: [{ invoiceNo: 7 }] });
    await handle.executeUpdate(deskRefundUpdate, { args: [{ ...REPAIR, invoiceNo: 7 }] });
    return handle;
  },
  'payment-returned-by-the-provider': toldOf({ state: 'partially_refunded', refundedMinor: 5_000 }),
  'payment-disputed': toldOf({ state: 'disputed', dispute: { ref: 'd-1', stage: 'opened' } }),
  'payment-returned-in-two-words': (theatre) =>
    twoWords(theatre, [
      { state: 'partially_refunded', refundedMinor: 1_000 },
      { state: 'partially_refunded', refundedMinor: 3_000 },
    ]),
};
