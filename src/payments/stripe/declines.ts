import type { WireDecline } from '../../domain/billing/payment';

/** What Stripe says of a refused charge. */
export interface DeclineWords {
  readonly code?: string | null | undefined;
  readonly declineCode?: string | null | undefined;
  readonly adviceCode?: string | null | undefined;
}

/** The card or the permission is gone: the same method can never be charged again. */
const HARD: ReadonlySet<string> = new Set([
  'card_not_supported',
  'currency_not_supported',
  'expired_card',
  'fraudulent',
  'incorrect_number',
  'invalid_account',
  'invalid_expiry_month',
  'invalid_expiry_year',
  'invalid_number',
  'lost_card',
  'merchant_blacklist',
  'new_account_information_available',
  'payment_method_unactivated',
  'pickup_card',
  'resource_missing',
  'restricted_card',
  'revocation_of_all_authorizations',
  'revocation_of_authorization',
  'security_violation',
  'service_not_allowed',
  'stolen_card',
  'stop_payment_order',
  'transaction_not_allowed',
]);

/** Only the payer can help: by confirming, by a PIN, by a call to the bank, by the right number on the card. */
const NEEDS_USER: ReadonlySet<string> = new Set([
  'approve_with_id',
  'authentication_not_handled',
  'authentication_required',
  'call_issuer',
  'incorrect_cvc',
  'incorrect_pin',
  'incorrect_zip',
  'invalid_cvc',
  'invalid_pin',
  'mobile_device_authentication_required',
  'offline_pin_required',
  'online_or_offline_pin_required',
  'payment_intent_authentication_failure',
  'pin_try_exceeded',
]);

/**
 * The class of a decline. What the card network advises counts as much as the bank's word; a word that is unknown to us
 * is soft, because trying once more later does less harm than giving a good card up.
 */
export function declineOf({ code, declineCode, adviceCode }: DeclineWords): WireDecline {
  // The library says an absent word with an empty one.
  const word = declineCode || code || 'card_declined';
  const words = [word, code];
  if (words.some((each) => NEEDS_USER.has(each ?? '')))
    return { code: word, isHard: false, needsUser: true };
  return {
    code: word,
    isHard: adviceCode === 'do_not_try_again' || words.some((each) => HARD.has(each ?? '')),
  };
}
