import { allHandlersFinished, condition, continueAsNew, workflowInfo } from '@temporalio/workflow';
import { assertNever } from '../../../src/domain/assert';
import { wakeNotifier } from '../activities';
import { carryCharge } from './charge';
import type { AutoTopupInput } from './contract';
import { layDesk, showWait, type TopupDesk } from './desk';
import { planAutoTopup } from './stubs';

/**
 * The standing order of one person: as long as too little is available, one top-up at a time, within the caps and only
 * while the consent stands. What a cap or a declined card holds back waits here for its time; it ends when enough is
 * there or nothing may be charged, and the next debit starts it again.
 */
export async function autoTopup(input: AutoTopupInput): Promise<{ readonly reason: string }> {
  const desk = layDesk(input);
  for (;;) {
    desk.hasNews = false;
    const plan = await planAutoTopup({ userId: input.userId, asOf: desk.clock.now() });
    await wakeNotifier();
    switch (plan.kind) {
      case 'idle':
        if (!desk.hasNews) return finish(desk, plan.reason);
        break;
      case 'deferred':
        await waitUntil(desk, plan.until);
        break;
      case 'charge':
        await carryCharge(desk, plan.attempt);
        break;
      default:
        assertNever(plan);
    }
    if (workflowInfo().continueAsNewSuggested) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof autoTopup>(input);
    }
  }
}

async function finish(desk: TopupDesk, reason: string): Promise<{ reason: string }> {
  showWait(desk, { state: 'idle', waitingFor: `nothing: ${reason}` });
  await condition(allHandlersFinished);
  return { reason };
}

async function waitUntil(desk: TopupDesk, until: string): Promise<void> {
  const waitingFor = 'the next window, or another try after a declined card';
  showWait(desk, { state: 'deferred', waitingFor, nextAt: until });
  await condition(() => desk.hasNews, desk.clock.untilMs(Date.parse(until)), {
    summary: 'Until a top-up may be tried again',
  });
}
