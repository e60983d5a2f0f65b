import type { Activities } from '../../activities/support/books';

/** Charges of a saved method that reach nobody, and its end. */
export function chargeRoles(): Pick<
  Activities,
  | 'sendRenewalCharge'
  | 'askRenewalCharge'
  | 'tellTelegram'
  | 'beginMethodRemoval'
  | 'showUnrevoked'
  | 'abandonMethod'
> {
  const nothing = { kind: 'over', reason: 'nothing is under way' } as const;
  return {
    sendRenewalCharge: () => Promise.resolve(nothing),
    askRenewalCharge: () => Promise.resolve(nothing),
    tellTelegram: () => Promise.resolve(),
    beginMethodRemoval: () => Promise.resolve({ kind: 'begun', subscriptionIds: [] }),
    showUnrevoked: () => Promise.resolve(),
    abandonMethod: () => Promise.resolve(),
  };
}
