import { continueAsNew, sleep, workflowInfo } from '@temporalio/workflow';
import { createShowcase } from '../../visibility';
import type { AutoTopupSweepInput } from './contract';
import { sweepTopups } from './stubs';

const EVERY = '1 minute';

/**
 * Starts, every minute, the workflow of each standing order that a debit noted and that nobody works on: a nudge lost
 * with its process delays a top-up by a minute and never loses it. It never ends; a long history continues as new.
 */
export async function autoTopupSweep(input: AutoTopupSweepInput): Promise<void> {
  const show = createShowcase(() => ({ who: 'everybody', what: 'standing orders to top up' }));
  show({ state: 'keeping', waitingFor: 'the next look for standing orders without a workflow' });
  for (;;) {
    await sweepTopups({ asOf: new Date(Date.now()).toISOString() });
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof autoTopupSweep>(input);
    await sleep(EVERY, { summary: 'Until standing orders are looked after again' });
  }
}
