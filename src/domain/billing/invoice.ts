/** Where an order to pay stands. `expired` and `cancelled` are closed for the person, not for their money. */
export type InvoiceState =
  'draft' | 'pending' | 'paid' | 'expired' | 'cancelled' | 'refunded' | 'partially_refunded';

/** True while the person can still pay or cancel. */
export function isOpen(state: InvoiceState): boolean {
  return state === 'draft' || state === 'pending';
}
