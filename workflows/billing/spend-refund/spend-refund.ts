import { setCurrentDetails } from '@temporalio/workflow';
import { assertNever } from '../../../src/domain/assert';
import { businessClock } from '../../clock';
import { answerCard, tokenWords } from '../../visibility';
import type { SpendRefundInput, SpendRefundOutcome, SpendRefundResult } from './contract';
import { refundSpend } from './stubs';

/**
 * Tokens of a charge that a client gives back, whole or in part: one transaction. A refusal is an answer and not a
 * failure, so its name may try again.
 */
export async function spendRefund(input: SpendRefundInput): Promise<SpendRefundResult> {
  let said = 'one transaction';
  answerCard(() => ({
    who: `client ${input.clientName}`,
    what: `tokens of charge ${input.chargeId} given back`,
    howMuch: input.amountUtok === undefined ? 'all that is left' : tokenWords(input.amountUtok),
    state: 'refunding',
    waitingFor: said,
  }));
  const outcome = await refundSpend({ ...input, asOf: businessClock(0).now() });
  said = `nothing: ${inWords(outcome)}`;
  setCurrentDetails(inWords(outcome));
  return { ...outcome, fingerprint: input.request.bodyHash };
}

function inWords(outcome: SpendRefundOutcome): string {
  switch (outcome.kind) {
    case 'refunded':
      return outcome.isReplay ? 'It went back before' : `${outcome.amountUtok} µtok went back`;
    case 'refused':
      return `Refused: ${outcome.reason}`;
    default:
      return assertNever(outcome);
  }
}
