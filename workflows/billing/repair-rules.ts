import type { Actor, OperatorSigned, Repair, RoleSigned } from './contract';

const SHORTEST_REASON = 10;

/** Refuses a repair without a name or a reason that a colleague could understand next year (OPS-3). */
export function requireRepair({ operatorId, reason }: Partial<Repair>): void {
  if (!operatorId?.trim()) throw new Error('operatorId is empty; say who you are');
  if ((reason ?? '').trim().length < SHORTEST_REASON) {
    throw new Error(`reason needs at least ${SHORTEST_REASON} characters; say why`);
  }
}

/** The same where only an operator with a role may ask: they are known by their Telegram id. */
export function requireRole({ operatorId, reason }: RoleSigned): void {
  requireRepair({ operatorId: String(operatorId ?? ''), reason });
  if (/^[1-9]\d{0,15}$/.test(String(operatorId))) return;
  throw new Error('operatorId must be your Telegram id, digits only');
}

/** Refuses a repair in a phase where it makes no sense, and names the phases where it does. */
export function requirePhase(phase: string, allowed: readonly string[]): void {
  if (allowed.includes(phase)) return;
  throw new Error(`not possible while ${phase}; possible while ${allowed.join(' or ')}`);
}

/** Refuses a repair that needs words of its own without them. */
export function requireWords(words: string | undefined, refusal: string): void {
  if (!words?.trim()) throw new Error(refusal);
}

/** Who asks for an update that people and operators share: an operator signs as under every other repair. */
export function signedBy(asked: { readonly actor?: Actor } & Partial<OperatorSigned>): Actor {
  return asked.actor ?? { kind: 'operator', id: asked.operatorId ?? '' };
}
