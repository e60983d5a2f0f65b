import type { WireDecline } from '../../domain/billing/payment';

/** Codes after which the same card is never charged again: lost, stolen, blocked, expired, forbidden, fraud. */
const HARD = new Set([
  5004, 5007, 5014, 5015, 5033, 5034, 5036, 5041, 5043, 5054, 5057, 5058, 5059, 5062, 5063, 5300,
  6001, 6025,
]);

/** Codes that only the payer can do something about: a wrong CVV or PIN, their bank's question, 3-D Secure. */
const NEEDS_USER = new Set([5001, 5055, 5082, 5206, 5207]);

const WORDS: Readonly<Record<number, string>> = {
  5001: 'refer_to_card_issuer',
  5005: 'do_not_honor',
  5041: 'lost_card',
  5043: 'stolen_card',
  5051: 'insufficient_funds',
  5054: 'expired_card',
  5082: 'incorrect_cvv',
  5091: 'issuer_timeout',
  5096: 'system_error',
  5206: 'authentication_failed',
  5207: 'authentication_unavailable',
  5300: 'anti_fraud',
};

/** What a ReasonCode means for a charge that may be tried again; a code nobody knows yet is tried again. */
export function declineOf(reasonCode: number): WireDecline {
  const code = WORDS[reasonCode] ?? `cloudpayments_${reasonCode}`;
  const isHard = HARD.has(reasonCode);
  return { isHard, code, ...(NEEDS_USER.has(reasonCode) ? { needsUser: true } : {}) };
}
