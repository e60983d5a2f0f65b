import { allHandlersFinished, condition, setHandler } from '@temporalio/workflow';
import { businessClock } from '../../clock';
import { createShowcase } from '../../visibility';
import { wakeNotifier } from '../activities';
import { operationOutcomeUpdate, type OperationInput, type OperationOutcome } from './contract';
import { perform } from './effects';
import { runOperation } from './stubs';

/**
 * One audited admin action: done in one transaction, refused with a reason, or turned into a proposal that others must
 * allow. What follows from it outside the database is performed here, after the commit.
 */
export async function operation(input: OperationInput): Promise<OperationOutcome> {
  const show = createShowcase(() => ({
    who: `operator ${input.operator.userId}`,
    what: `${input.action}: ${input.reason}`,
  }));
  const told: { outcome?: OperationOutcome } = {};
  setHandler(operationOutcomeUpdate, async () => {
    await condition(() => told.outcome !== undefined);
    return told.outcome as OperationOutcome;
  });
  show({ state: 'running', waitingFor: `${input.action} to be written` });
  const asOf = businessClock(input.clockOffsetMs ?? 0).now();
  const ran = await runOperation({ ...input, asOf });
  await perform(ran.effects);
  if (ran.outcome.kind !== 'refused') await wakeNotifier();
  const { outcome } = ran;
  told.outcome = outcome;
  show({ state: outcome.kind, waitingFor: 'nothing: this operation is over' });
  await condition(allHandlersFinished);
  return outcome;
}
