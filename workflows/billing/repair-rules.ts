import type { Repair } from './contract';

const SHORTEST_REASON = 10;

/** Refuses a repair without a name or a reason that a colleague could understand next year (OPS-3). */
export function requireRepair(repair: Repair): void {
  if (!repair.operatorId.trim()) throw new Error('operatorId is empty; say who you are');
  if (repair.reason.trim().length < SHORTEST_REASON) {
    throw new Error(`reason needs at least ${SHORTEST_REASON} characters; say why`);
  }
}

/** Refuses a repair in a phase where it makes no sense, and names the phases where it does. */
export function requirePhase(phase: string, allowed: readonly string[]): void {
  if (allowed.includes(phase)) return;
  throw new Error(`not possible while ${phase}; possible while ${allowed.join(' or ')}`);
}
