import type { ActivityDeps } from '../../deps';
import { sendTopupCharge, type ChargeOrder } from './charging';
import { dismissTopupCharge, type DismissedCharge } from './dismissing';
import { keepMethod, type PaidOrder } from './methods';
import { sweepTopups } from './nudging';
import { planAutoTopup, type TopupQuestion } from './planning';
import {
  recordTopupDecline,
  tellUnknownTopup,
  topupAttemptState,
  type SilentCharge,
} from './settling';

/** What the `autoTopup` workflow does, and what saves the card it charges. Repeating any of it changes nothing. */
export function autoTopupActivities(deps: ActivityDeps) {
  return {
    planAutoTopup: (question: TopupQuestion) => planAutoTopup(deps, question),
    sendTopupCharge: (order: ChargeOrder) => sendTopupCharge(deps, order),
    recordTopupDecline: (told: Parameters<typeof recordTopupDecline>[1]) =>
      recordTopupDecline(deps, told),
    topupAttemptState: (charge: { readonly attemptId: string }) => topupAttemptState(deps, charge),
    tellUnknownTopup: (charge: SilentCharge) => tellUnknownTopup(deps, charge),
    dismissTopupCharge: (declared: DismissedCharge) => dismissTopupCharge(deps, declared),
    sweepTopups: (round: { readonly asOf: string }) => sweepTopups(deps, round),
    keepMethod: (paid: PaidOrder) => keepMethod(deps, paid),
  };
}
