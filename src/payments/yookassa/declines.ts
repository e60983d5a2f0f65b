import type { WireDecline } from '../../domain/billing/payment';

/** The same method is never charged again; `permission_revoked` is the payer's own word. */
const HARD: ReadonlySet<string> = new Set([
  'permission_revoked',
  'fraud_suspected',
  'country_forbidden',
  'payment_method_restricted',
  'card_expired',
  'invalid_card_number',
  'invalid_csc',
]);

/** Only the payer can help: by a confirmation, an identification, or a word with the bank. */
const NEEDS_USER: ReadonlySet<string> = new Set([
  '3d_secure_failed',
  'identification_required',
  'call_issuer',
]);

/**
 * What a reason of `cancellation_details` means for the method that was charged. Everything else passes by itself, such
 * as `insufficient_funds`, or ended this one payment, such as `expired_on_confirmation`: another payment may work.
 */
export function declineOf(reason: string | undefined): WireDecline {
  const code = reason ?? 'general_decline';
  if (HARD.has(code)) return { isHard: true, code };
  return { isHard: false, code, ...(NEEDS_USER.has(code) ? { needsUser: true } : {}) };
}
