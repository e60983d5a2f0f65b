import { z } from 'zod';
import type { JsonAnswer } from './outgoing';
import type { ChargeOutcome, SavedMethodOutcome } from './provider';

export const declineSchema = z.object({ code: z.string().min(1), isHard: z.boolean() });
const chargedSchema = z.object({ paymentId: z.string().min(1), state: z.string() });
const methodsSchema = z.object({
  methods: z.array(
    z.object({
      id: z.string().min(1),
      label: z.string(),
      expiresOn: z.iso.date().optional(),
      state: z.enum(['active', 'revoked']),
    }),
  ),
});

/** What became of a charge; a bank that has taken the permission for itself will never charge again. */
export function readCharge(answer: JsonAnswer): ChargeOutcome {
  if (answer.kind === 'unknown') return answer;
  const declined = declineSchema.safeParse(answer.body);
  if (answer.status === 402 && declined.success) return { kind: 'refused', ...declined.data };
  if (answer.status === 409) return { kind: 'refused', isHard: true, code: 'method_revoked' };
  if (answer.status === 422) return { kind: 'refused', isHard: true, code: 'method_unknown' };
  const charged = chargedSchema.safeParse(answer.body);
  if (answer.status !== 200 || !charged.success) {
    return { kind: 'unknown', reason: `the answer (${answer.status}) names no payment` };
  }
  const { paymentId: providerPaymentId, state } = charged.data;
  return { kind: state === 'paid' ? 'paid' : 'sent', providerPaymentId };
}

/** The card that a payment left with us. */
export function readMethod(answer: JsonAnswer): SavedMethodOutcome {
  if (answer.kind === 'unknown') return answer;
  const parsed = methodsSchema.safeParse(answer.body);
  if (answer.status !== 200 || !parsed.success) {
    return { kind: 'unknown', reason: `the answer (${answer.status}) says nothing of a method` };
  }
  const [method] = parsed.data.methods.filter(({ state }) => state === 'active');
  if (!method) return { kind: 'none' };
  const { id: token, label, expiresOn } = method;
  return { kind: 'saved', method: { token, label, expiresOn } };
}
