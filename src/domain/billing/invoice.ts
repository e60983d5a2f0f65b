/** Where an order to pay stands. `expired` and `cancelled` are closed for the person, not for their money. */
export type InvoiceState =
  'draft' | 'pending' | 'paid' | 'expired' | 'cancelled' | 'refunded' | 'partially_refunded';

/** True while money may still fulfil the order: it is open, or closed for the person only. */
export function isPayable(state: InvoiceState): boolean {
  return isOpen(state) || state === 'expired' || state === 'cancelled';
}

/** True while the person can still pay or cancel. */
export function isOpen(state: InvoiceState): boolean {
  return state === 'draft' || state === 'pending';
}
