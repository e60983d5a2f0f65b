export { keeper } from './billing/keeper/keeper';
export { checkout } from './billing/checkout';
export { operation } from './billing/operation/operation';
export { paymentConfirmation } from './billing/payment-confirmation';
export { proposal } from './billing/proposal/proposal';
export { subscription } from './billing/subscription';
export { wallet } from './billing/wallet/wallet';
export { notifier } from './notifier';
