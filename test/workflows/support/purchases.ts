import { randomUUID } from 'node:crypto';
import {
  checkoutId,
  openCheckoutUpdate,
  paymentConfirmationId,
} from '../../../workflows/billing/contract';
import { fact, USER_ID } from './cast';
import type { Theatre } from './theatre';

/** An order whose link its buyer has. */
export async function openedOrder(theatre: Theatre) {
  const invoiceId = randomUUID();
  const handle = await theatre.start('checkout', {
    workflowId: checkoutId(invoiceId),
    input: { invoiceId, userId: USER_ID, provider: 'mock' },
  });
  await handle.executeUpdate(openCheckoutUpdate);
  return { handle, invoiceId };
}

/** A payment that one hint told of, at its end. */
export async function confirmedPayment(theatre: Theatre) {
  const providerPaymentId = randomUUID().slice(0, 8);
  const handle = await theatre.start('paymentConfirmation', {
    workflowId: paymentConfirmationId('mock', providerPaymentId),
    input: { provider: 'mock', providerPaymentId },
    signal: ['hint', { source: 'webhook', fact: fact(providerPaymentId) }],
  });
  await handle.result();
  return handle;
}
