import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import type { Workflows } from '../../src/commands/start';
import {
  paymentConfirmationId,
  paymentHintSignal,
  type PaymentHint,
} from '../../workflows/billing/contract';
import { until } from '../support/until';
import { fact, happyActivities } from './support/cast';
import { shown } from './support/seen';
import { HOUR, MINUTE, openTheatre, type Roles, type Theatre } from './support/theatre';
import { UNANSWERED } from './support/troubles';

// A payment without an outcome says so to payer and operators in time, whenever it asks next (PC-11, PC-16).

type Payment = WorkflowHandle<Workflows['paymentConfirmation']>;

let theatre: Theatre;

beforeAll(async () => {
  theatre = await openTheatre();
});
beforeEach(() => theatre.play());
afterEach(() => theatre.clear());
afterAll(() => theatre.close());

const INVOICE = '0195f000-0000-7000-8000-000000000001';

function pendingHint(providerPaymentId: string): PaymentHint {
  const told = fact(providerPaymentId, { invoiceId: INVOICE, state: 'pending' });
  return { source: 'webhook', fact: told };
}

/** A webhook arrives: signal with start, as the server sends it. */
async function arrives(): Promise<Payment> {
  const providerPaymentId = randomUUID().slice(0, 8);
  return theatre.start('paymentConfirmation', {
    workflowId: paymentConfirmationId('mock', providerPaymentId),
    input: { provider: 'mock', providerPaymentId },
    signal: ['hint', pendingHint(providerPaymentId)],
  });
}

/** Its order is known, so that its owner can be told; nobody knows what became of it. */
const unanswered = (unknownAlertMinutes = 15): Roles => ({
  ...UNANSWERED,
  locatePayment: async (asked) => ({
    ...(await happyActivities().locatePayment(asked)),
    ...{ invoiceId: INVOICE, unknownAlertMinutes },
  }),
});

const hint = (handle: Payment) =>
  handle.signal(paymentHintSignal, pendingHint(handle.workflowId.replace('pay:mock:', '')));

test('is told and shown when it is due, however late the next question comes', async () => {
  theatre.play(unanswered());
  const handle = await arrives();
  // Each hint is a reason to ask, and brings the hourly questions nearer.
  for (let asked = 1; asked <= 6; asked += 1) {
    await until('it has asked', async () => theatre.calls('learnPayment').length >= asked);
    if (asked < 6) await hint(handle);
  }
  await theatre.pass(handle.workflowId, 5.5 * MINUTE);
  expect(theatre.calls('tellPayer')).toMatchObject([{ template: 'pay.confirming' }]);
  await theatre.pass(handle.workflowId, 9 * MINUTE);
  expect((await shown(theatre.client, handle)).attributes).not.toHaveProperty('StuckReason');
  await theatre.pass(handle.workflowId, MINUTE);
  const { attributes, details } = await shown(theatre.client, handle);
  expect(attributes).toMatchObject({ BillingState: 'unknown', StuckReason: 'unknown' });
  expect(details).toContain('Needs attention: unknown');
  expect(theatre.calls('learnPayment')).toHaveLength(6);
  expect(theatre.calls('tellPayer')).toHaveLength(1);
  await theatre.pass(handle.workflowId, HOUR);
  expect(theatre.calls('learnPayment')).toHaveLength(7);
});

test('is shown by the setting, and forgotten by the list once it is known', async () => {
  theatre.play(unanswered(3));
  const handle = await arrives();
  await theatre.pass(handle.workflowId, 2.5 * MINUTE);
  expect((await shown(theatre.client, handle)).attributes).not.toHaveProperty('StuckReason');
  await theatre.pass(handle.workflowId, MINUTE);
  expect((await shown(theatre.client, handle)).attributes).toHaveProperty('StuckReason');
  theatre.recast({
    learnPayment: ({ hint: told }) =>
      Promise.resolve({ kind: 'fact', fact: { ...told, state: 'paid' }, evidence: 'asked' }),
  });
  await hint(handle);
  await handle.result();
  expect((await shown(theatre.client, handle)).attributes).not.toHaveProperty('StuckReason');
});
