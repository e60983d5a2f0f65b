import type { Activities } from '../../activities/support/books';

/** Charges of a saved method that reach nobody. */
export function chargeRoles(): Pick<
  Activities,
  'sendRenewalCharge' | 'askRenewalCharge' | 'tellTelegram'
> {
  const nothing = { kind: 'over', reason: 'nothing is under way' } as const;
  return {
    sendRenewalCharge: () => Promise.resolve(nothing),
    askRenewalCharge: () => Promise.resolve(nothing),
    tellTelegram: () => Promise.resolve(),
  };
}
