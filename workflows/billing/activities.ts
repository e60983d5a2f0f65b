import { proxyLocalActivities, TemporalFailure } from '@temporalio/workflow';
import type { DeliveryActivities, OutboxActivities } from '../../activities';
import type {
  CheckoutActivities,
  PaymentActivities,
  PlanChangeActivities,
  ProviderActivities,
  RefundActivities,
  RepairActivities,
  SubscriptionActivities,
  TrialActivities,
} from '../../activities/billing';
import { NUDGE, PAY_LINK, PROVIDER_EFFECT, PROVIDER_QUESTION, TELEGRAM } from '../policies';
import { databaseStubs, databaseStubsAtOnce, stub } from '../stubs';

// Each stub carries the sentence that an operator reads beside it in the Web UI (OPS-5).

type Families = CheckoutActivities &
  PaymentActivities &
  PlanChangeActivities &
  RefundActivities &
  RepairActivities &
  SubscriptionActivities &
  TrialActivities &
  OutboxActivities;

const database = databaseStubs<Families>();
const atOnce = databaseStubsAtOnce<Families>();

export const openInvoice = atOnce('openInvoice', 'Consume the quote and write the invoice');
export const publishInvoice = atOnce('publishInvoice', 'Publish the invoice with its pay link');
export const replaceLink = database('replaceLink', 'Put a new link on the invoice');
export const switchProvider = database(
  'switchProvider',
  'Put another provider’s link on the invoice',
);
export const remindInvoice = database('remindInvoice', 'Promise the reminder of an unpaid invoice');
export const closeInvoice = database('closeInvoice', 'Close the invoice and promise the notice');
export const prolongInvoice = database('prolongInvoice', 'Give the invoice more time');

export const locatePayment = atOnce('locatePayment', 'Find the order this payment names');
export const recordFact = database('recordFact', 'Record what the provider says');
export const postPayment = atOnce('postPayment', 'Compare with the order and book the money');
export const openUnknownItem = database('openUnknownItem', 'Show operators an unknown outcome');
export const tellPayer = database('tellPayer', 'Promise the payer a word about the payment');

export const creditQuarantined = database(
  'creditQuarantined',
  'Credit suspended money to the wallet',
);
export const completeQuarantined = database(
  'completeQuarantined',
  'Complete the order from suspense',
);
export const openRefund = database('openRefund', 'Record the refund before it is sent');
export const bookRefund = database('bookRefund', 'Book the refund the provider proved');
export const refuseRefund = database('refuseRefund', 'Record that the provider refused the refund');
export const writeOffQuarantined = database(
  'writeOffQuarantined',
  'Close the item, money stays in suspense',
);

export const loadSubscription = database('loadSubscription', 'Read where the subscription stands');
export const expireSubscription = database(
  'expireSubscription',
  'End the subscription, promise the notice',
);

export const remindTrial = database('remindTrial', 'Ask the person on trial to stay');
export const endTrial = database('endTrial', 'Turn the trial into what follows it');

export const scheduleTariff = database('scheduleTariff', 'Note which plan begins at the end');

// Not in the worker that holds the sender: a local activity amid a flood of signals makes the SDK lose its place.
export const dueMessages = database('dueMessages', 'Read which messages are due');

export const createPayment = stub<ProviderActivities['createPayment']>('createPayment', {
  ...PAY_LINK,
  summary: 'Ask the provider for the pay link',
});
export const askOrder = stub<ProviderActivities['askOrder']>('askOrder', {
  ...PROVIDER_QUESTION,
  summary: 'Ask the provider about this order',
});
export const learnPayment = stub<PaymentActivities['learnPayment']>('learnPayment', {
  ...PROVIDER_QUESTION,
  summary: 'Ask the provider about this payment',
});
export const cancelAtProvider = stub<ProviderActivities['cancelAtProvider']>('cancelAtProvider', {
  ...PROVIDER_QUESTION,
  summary: 'Close the order at the provider',
});
export const refundAtProvider = stub<ProviderActivities['refundAtProvider']>('refundAtProvider', {
  ...PROVIDER_EFFECT,
  summary: 'Give the money back at the provider',
});

/** Sends on the messages task queue, whose rate the server limits for all workers together. */
export function deliveryStub(taskQueue: string): DeliveryActivities['deliverMessage'] {
  return stub('deliverMessage', {
    ...TELEGRAM,
    taskQueue,
    summary: 'Hand one message to Telegram',
  });
}

const nudge = proxyLocalActivities<Pick<OutboxActivities, 'wakeNotifier'>>(NUDGE);

/** Makes the sender look at the outbox now; when that fails, it looks by itself within a minute. */
export async function wakeNotifier(): Promise<void> {
  try {
    await nudge.wakeNotifier();
  } catch (error) {
    // A worker that does not know the activity throws before it asks for it: no other worker would replay that.
    if (!(error instanceof TemporalFailure)) throw error;
    // The row is committed and the sender sweeps: a lost nudge delays a message, it never loses one.
  }
}
