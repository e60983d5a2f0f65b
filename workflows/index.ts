export { checkout } from './billing/checkout';
export { operation } from './billing/operation/operation';
export { paymentConfirmation } from './billing/payment-confirmation';
export { subscription } from './billing/subscription';
export { notifier } from './notifier';
