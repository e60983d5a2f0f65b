import { randomUUID } from 'node:crypto';
import {
  NOTIFIER_ID,
  notifierStateQuery,
  paymentSeenSignal,
} from '../../../workflows/billing/contract';
import { walletStateQuery, walletWorkflowId } from '../../../workflows/billing/wallet/contract';
import { until } from '../../support/until';
import { fulfilled, USER_ID } from '../../workflows/support/cast';
import { Outbox } from '../../workflows/support/outbox';
import { confirmedPayment, openedOrder } from '../../workflows/support/purchases';
import { DAY, MINUTE, SECOND, type Theatre } from '../../workflows/support/theatre';
import type { Scene } from './scenes';

/** A plan whose tokens end some day, for an order whose checkout runs, paid with a card that is kept. */
async function planBought(theatre: Theatre, change: { savesMethod?: true } = {}) {
  const { handle: order } = await openedOrder(theatre);
  const { workflowId } = order;
  const bought = {
    ...fulfilled(workflowId.replace('checkout:', '')),
    subscription: { subscriptionId: randomUUID(), change: 'started' as const },
    hasExpiringLots: true,
    ...change,
  };
  theatre.recast({ postPayment: () => Promise.resolve(bought) });
  return confirmedPayment(theatre);
}

/** The database is away for so many tries of whatever is asked. */
function failing<Q, A>(role: (asked: Q) => Promise<A>, tries: number): (asked: Q) => Promise<A> {
  let left = tries;
  return (asked) => {
    left -= 1;
    return left >= 0 ? Promise.reject(new Error('ECONNREFUSED')) : role(asked);
  };
}

/** A purchase whose transactions are done in the worker that holds its workflows. */
export const PURCHASE_SCENES: Readonly<Record<string, Scene>> = {
  'checkout-at-once-paid': async (theatre) => {
    const { handle } = await openedOrder(theatre);
    await theatre.pass(handle.workflowId, 3 * MINUTE);
    await handle.signal(paymentSeenSignal, { outcome: fulfilled('x'), providerPaymentId: 'p' });
    await handle.result();
    return handle;
  },
  'checkout-at-once-after-failures': async (theatre) => {
    theatre.recast({ openInvoice: failing(theatre.roles().openInvoice, 3) });
    const { handle } = await openedOrder(theatre);
    await handle.signal(paymentSeenSignal, { outcome: fulfilled('x'), providerPaymentId: 'p' });
    await handle.result();
    return handle;
  },
  'payment-at-once-told': confirmedPayment,
  'payment-at-once-after-failures': async (theatre) => {
    theatre.recast({ postPayment: failing(theatre.roles().postPayment, 3) });
    return confirmedPayment(theatre);
  },
  'payment-at-once-of-a-plan': (theatre) => planBought(theatre),
  'payment-at-once-with-a-card': (theatre) => planBought(theatre, { savesMethod: true }),
  'wallet-at-once': async (theatre) => {
    const expiresAt = new Date(Date.now() + 10 * DAY).toISOString();
    const lot = { lotId: randomUUID(), origin: 'promo', remainingUtok: 5_000_000, heldUtok: 0 };
    const lots = [{ ...lot, creditedAt: new Date().toISOString(), expiresAt }];
    theatre.play({
      expiringLots: ({ asOf }) => Promise.resolve(asOf < expiresAt ? lots : []),
    });
    const handle = await theatre.start('wallet', {
      workflowId: walletWorkflowId(USER_ID),
      input: { userId: USER_ID },
    });
    await until('it watches', async () => (await handle.query(walletStateQuery)).lots.length === 1);
    await theatre.passTo(handle.workflowId, Date.parse(expiresAt) + SECOND);
    await handle.result();
    return handle;
  },
  'notifier-resting': async (theatre) => {
    const outbox = new Outbox();
    theatre.play(outbox.roles());
    const sent = (count: number) =>
      until(`${count} are sent`, async () => outbox.sent.length === count);
    outbox.add(['a', 1], ['b', 1], ['c', 2]);
    await theatre.start('notifier', { workflowId: NOTIFIER_ID, input: {}, signal: ['wake'] });
    const handle = theatre.client.workflow.getHandle(NOTIFIER_ID);
    await sent(3);
    await until('nothing is in flight', async () => {
      return (await handle.query(notifierStateQuery)).inFlight === 0;
    });
    outbox.add(['d', 1]);
    await handle.signal('wake');
    await sent(4);
    return handle;
  },
};
