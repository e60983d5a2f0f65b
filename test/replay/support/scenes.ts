import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import {
  cancelCheckoutUpdate,
  changeProviderUpdate,
  checkoutId,
  checkPaymentUpdate,
  NOTIFIER_ID,
  openCheckoutUpdate,
  paymentConfirmationId,
  paymentFactsQuery,
  paymentSeenSignal,
  pauseNotifierUpdate,
  prolongCheckoutUpdate,
  resolvePaymentUpdate,
  resumeNotifierUpdate,
  type ResolutionKind,
} from '../../../workflows/billing/contract';
import { until } from '../../support/until';
import { fact, fulfilled, quarantined, REPAIR, USER_ID } from '../../workflows/support/cast';
import { DAY, HOUR, MINUTE, type Theatre } from '../../workflows/support/theatre';
import { PRIVACY_SCENES } from './privacy-scenes';
import { PURCHASE_SCENES } from './purchase-scenes';
import { GIFT_SCENES } from './gift-scenes';
import { REFERRAL_SCENES } from './referral-scenes';
import { TRIAL_SCENES } from './trial-scenes';
import { OPERATOR_SCENES } from './operator-scenes';
import { BREAK_SCENES } from './break-scenes';
import { RECONCILIATION_SCENES } from './reconciliation-scenes';
import { REFUND_SCENES } from './refund-scenes';
import { REPAIR_SCENES } from './repair-scenes';
import { HOLD_SCENES } from './hold-scenes';
import { LANDMARK_SCENES } from './landmark-scenes';
import { METHOD_SCENES } from './method-scenes';
import { LIMIT_SCENES } from './limit-scenes';
import { SPEND_SCENES } from './spend-scenes';
import { FIRST_SHAPE, SUBSCRIPTION_SCENES } from './subscription-scenes';
import { TRACK_SCENES } from './track-scenes';
import { TOPUP_SCENES } from './topup-scenes';
import { WALLET_SCENES } from './wallet-scenes';

/** Plays one workflow to an interesting state and gives the handle whose history is kept. */
export type Scene = (theatre: Theatre) => Promise<WorkflowHandle>;

const OWNER = { actor: { kind: 'user' as const, id: String(USER_ID) } };

async function opened(theatre: Theatre) {
  const invoiceId = randomUUID();
  const handle = await theatre.start('checkout', {
    workflowId: checkoutId(invoiceId),
    input: { invoiceId, userId: USER_ID, provider: 'mock' },
  });
  await handle.executeUpdate(openCheckoutUpdate);
  return handle;
}

async function arrived(theatre: Theatre, state: 'paid' | 'failed' | 'pending' = 'paid') {
  const providerPaymentId = randomUUID().slice(0, 8);
  return theatre.start('paymentConfirmation', {
    workflowId: paymentConfirmationId('mock', providerPaymentId),
    input: { provider: 'mock', providerPaymentId },
    signal: ['hint', { source: 'webhook', fact: fact(providerPaymentId, { state }) }],
  });
}

async function quarantinedPayment(theatre: Theatre) {
  theatre.play({ postPayment: () => Promise.resolve(quarantined()) });
  const handle = await arrived(theatre);
  await until(
    'an operator is waited for',
    async () => (await handle.query(paymentFactsQuery)).phase === 'quarantined',
  );
  return handle;
}

const resolvedBy =
  (how: ResolutionKind): Scene =>
  async (theatre) => {
    const handle = await quarantinedPayment(theatre);
    await handle.executeUpdate(resolvePaymentUpdate, { args: [{ ...REPAIR, how }] });
    await handle.result();
    return handle;
  };

/** Histories of runs that began under older rules. No code of today can play them, only replay them. */
export const OF_BEFORE: readonly string[] = [
  ...FIRST_SHAPE,
  // Written off by one operator alone.
  'payment-written-off',
];

/** Every workflow in each state worth keeping a history of. */
export const SCENES: Readonly<Record<string, Scene>> = {
  'checkout-paid': async (theatre) => {
    const handle = await opened(theatre);
    await theatre.pass(handle.workflowId, 20 * MINUTE);
    await handle.executeUpdate(checkPaymentUpdate, { args: [OWNER] });
    await handle.signal(paymentSeenSignal, { outcome: fulfilled('x'), providerPaymentId: 'p' });
    await handle.result();
    return handle;
  },
  'checkout-refused': async (theatre) => {
    theatre.play({
      openInvoice: () => Promise.resolve({ kind: 'refused', reason: 'quote_expired' }),
    });
    const handle = await opened(theatre);
    await handle.result();
    return handle;
  },
  'checkout-without-link': async (theatre) => {
    theatre.play({ createPayment: () => Promise.resolve({ kind: 'refused', reason: 'closed' }) });
    const handle = await opened(theatre);
    await handle.result();
    return handle;
  },
  'checkout-found-by-poll': async (theatre) => {
    const handle = await opened(theatre);
    const invoiceId = handle.workflowId.replace('checkout:', '');
    const paid = fact(randomUUID(), { invoiceId });
    theatre.recast({ askOrder: () => Promise.resolve({ kind: 'facts', facts: [paid] }) });
    await theatre.pass(handle.workflowId, 3 * MINUTE);
    await handle.result();
    return handle;
  },
  'checkout-with-new-link': async (theatre) => {
    const object = { kind: 'created', url: 'https://pay.example/1', providerRef: 'one' } as const;
    const failed = fact('one', { state: 'failed' });
    theatre.play({
      createPayment: () => Promise.resolve(object),
      askOrder: () => Promise.resolve({ kind: 'facts', facts: [failed] }),
    });
    const handle = await opened(theatre);
    theatre.recast({ createPayment: () => Promise.resolve({ ...object, providerRef: 'two' }) });
    await handle.executeUpdate(checkPaymentUpdate, { args: [OWNER] });
    await handle.signal(paymentSeenSignal, { outcome: fulfilled('x'), providerPaymentId: 'p' });
    await handle.result();
    return handle;
  },
  'checkout-cancelled': async (theatre) => {
    const handle = await opened(theatre);
    await handle.executeUpdate(changeProviderUpdate, { args: [{ ...OWNER, provider: 'stars' }] });
    await handle.executeUpdate(cancelCheckoutUpdate, { args: [OWNER] });
    await theatre.pass(handle.workflowId, 31 * DAY);
    await handle.result();
    return handle;
  },
  'checkout-expired-and-watched': async (theatre) => {
    const handle = await opened(theatre);
    await handle.executeUpdate(prolongCheckoutUpdate, { args: [{ ...REPAIR, hours: 2 }] });
    await theatre.pass(handle.workflowId, 27 * HOUR);
    return handle;
  },
  'checkout-withdrawn': async (theatre) => {
    const handle = await opened(theatre);
    await handle.cancel();
    await handle.result().catch(() => undefined);
    return handle;
  },
  'payment-delivered': async (theatre) => {
    const handle = await arrived(theatre);
    await handle.result();
    return handle;
  },
  'payment-with-period': async (theatre) => {
    const subscriptionId = randomUUID();
    theatre.play({
      postPayment: () =>
        Promise.resolve({
          kind: 'fulfilled',
          as: 'order',
          isLate: false,
          invoiceId: randomUUID(),
          userId: USER_ID,
          subscription: { subscriptionId, change: 'started' },
        }),
    });
    const handle = await arrived(theatre);
    await handle.result();
    return handle;
  },
  'payment-failed': async (theatre) => {
    theatre.play({
      learnPayment: ({ hint }) => Promise.resolve({ kind: 'fact', fact: hint, evidence: 'signed' }),
    });
    const handle = await arrived(theatre, 'failed');
    await handle.result();
    return handle;
  },
  'payment-unknown-then-paid': async (theatre) => {
    theatre.play({ learnPayment: () => Promise.resolve({ kind: 'unknown', reason: 'timeout' }) });
    const handle = await arrived(theatre, 'pending');
    await theatre.pass(handle.workflowId, 80 * HOUR);
    theatre.play();
    await theatre.pass(handle.workflowId, 25 * HOUR);
    await handle.result();
    return handle;
  },
  'payment-waiting-for-operator': quarantinedPayment,
  'payment-credited': resolvedBy('credit_wallet'),
  'payment-completed': resolvedBy('complete_order'),
  'payment-given-back': resolvedBy('refund'),
  'payment-reversed': async (theatre) => {
    theatre.play({
      learnPayment: ({ hint }) =>
        Promise.resolve({ kind: 'fact', fact: { ...hint, state: 'refunded' }, evidence: 'asked' }),
    });
    const handle = await arrived(theatre);
    await handle.result();
    return handle;
  },
  'notifier-running': async (theatre) => {
    let isRefused = false;
    theatre.play({
      dueMessages: ({ busyChats }) =>
        Promise.resolve({
          messages: busyChats.length > 0 ? [] : [{ messageId: 'm', chatId: 1 }],
          nextInMs: undefined,
        }),
      deliverMessage: () => {
        if (isRefused) return Promise.resolve({ kind: 'done' });
        isRefused = true;
        return Promise.resolve({ kind: 'rate_limited', retryAfterSeconds: 3 });
      },
    });
    await theatre.start('notifier', { workflowId: NOTIFIER_ID, input: {}, signal: ['wake'] });
    const handle = theatre.client.workflow.getHandle(NOTIFIER_ID);
    await until('messages went out', async () => theatre.calls('deliverMessage').length > 2);
    await handle.executeUpdate(pauseNotifierUpdate, { args: [REPAIR] });
    await handle.executeUpdate(resumeNotifierUpdate, { args: [REPAIR] });
    await handle.signal('wake');
    return handle;
  },
  ...PURCHASE_SCENES,
  ...PRIVACY_SCENES,
  ...GIFT_SCENES,
  ...LANDMARK_SCENES,
  ...REFERRAL_SCENES,
  ...TRIAL_SCENES,
  ...RECONCILIATION_SCENES,
  ...REFUND_SCENES,
  ...REPAIR_SCENES,
  ...TOPUP_SCENES,
  ...WALLET_SCENES,
  ...BREAK_SCENES,
  ...OPERATOR_SCENES,
  ...SPEND_SCENES,
  ...SUBSCRIPTION_SCENES,
  ...HOLD_SCENES,
  ...TRACK_SCENES,
  ...LIMIT_SCENES,
  ...METHOD_SCENES,
};
