import {
  allHandlersFinished,
  condition,
  getExternalWorkflowHandle,
  ParentClosePolicy,
  startChild,
  upsertSearchAttributes,
  uuid4,
  type ChildWorkflowHandle,
} from '@temporalio/workflow';
import { billingUserId } from '../../contract';
import { wakeNotifier } from '../activities';
import { fundsArrivedSignal, subscriptionWorkflowId } from '../contract';
import { exportWorkflowId } from '../export/contract';
import type { dataExport } from '../export/export';
import type { ErasureInput, ErasurePhase } from './contract';
import { answerWithdrawals, isWithdrawn, layDesk, present, type ErasureDesk } from './desk';
import { awaitHolds, stopForGood } from './settling';
import {
  awaitErasure,
  beginErasure,
  cancelOpenOrders,
  erasePerson,
  withdrawErasure,
} from './stubs';

/** Days after the wish by which the person is erased, whatever a provider says (AU-4). */
const LAST_DAY = 29;
const DAY_MS = 24 * 3_600_000;

/**
 * Forgets a person: stops every charge, gives them a copy of their data, settles what is under way, waits in case they
 * change their mind, and then erases what names or describes them. The numbers of the books stay.
 */
export async function erasure(input: ErasureInput): Promise<{ readonly state: ErasurePhase }> {
  const desk = layDesk(input);
  const { erasureId, userId } = input;
  upsertSearchAttributes([{ key: billingUserId, value: String(userId) }]);
  const begun = await beginErasure({ erasureId, userId, asOf: desk.clock.now() });
  const deadlineMs = desk.clock.nowMs() + LAST_DAY * DAY_MS;
  desk.dueAt = begun.dueAt;
  present(desk, 'settling', 'providers and running work');
  await wakeNotifier();
  await cancelOpenOrders({ userId });
  const copy = await startCopy(desk);
  const settled = settle(desk, begun.methodIds, deadlineMs);
  await condition(() => isWithdrawn(desk), desk.clock.untilMs(Date.parse(begun.dueAt)), {
    summary: 'Until the person can change their mind no more',
  });
  await settled;
  if (isWithdrawn(desk)) return stay(desk);
  present(desk, 'erasing', 'the link of the person’s copy to be over');
  await ended(copy);
  if (isWithdrawn(desk)) return stay(desk);
  await eraseNow(desk);
  await condition(allHandlersFinished);
  return { state: 'done' };
}

async function settle(
  desk: ErasureDesk,
  methodIds: readonly string[],
  deadlineMs: number,
): Promise<void> {
  await Promise.all([
    ...methodIds.map((methodId) => stopForGood(desk, methodId, deadlineMs)),
    awaitHolds(desk, deadlineMs),
  ]);
  if (isWithdrawn(desk)) return;
  await awaitErasure({ erasureId: desk.input.erasureId });
  present(desk, 'waiting', 'the day of the erasure');
}

async function stay(desk: ErasureDesk): Promise<{ readonly state: ErasurePhase }> {
  const { erasureId, userId } = desk.input;
  await withdrawErasure({ erasureId, userId, asOf: desk.clock.now() });
  await wakeNotifier();
  desk.unstopped.clear();
  desk.dueAt = undefined;
  present(desk, 'withdrawn', 'nothing: the person stays');
  answerWithdrawals(desk, { kind: 'withdrawn' });
  await condition(allHandlersFinished);
  return { state: 'withdrawn' };
}

async function eraseNow(desk: ErasureDesk): Promise<void> {
  const { erasureId, userId } = desk.input;
  const { subscriptionIds } = await erasePerson({ erasureId, userId, asOf: desk.clock.now() });
  await wakeNotifier();
  for (const subscriptionId of subscriptionIds) await tellSubscription(subscriptionId);
  desk.dueAt = undefined;
  present(desk, 'done', 'nothing: the person is forgotten');
  answerWithdrawals(desk, { kind: 'too_late' });
}

/** The copy lives on by itself: its link outlives even an erasure that is withdrawn. */
async function startCopy(
  desk: ErasureDesk,
): Promise<ChildWorkflowHandle<typeof dataExport> | undefined> {
  const { userId, clockOffsetMs } = desk.input;
  const exportId = uuid4();
  return startChild<typeof dataExport>('export', {
    workflowId: exportWorkflowId(exportId),
    args: [
      {
        exportId,
        userId,
        isFarewell: true,
        ...(clockOffsetMs === undefined ? {} : { clockOffsetMs }),
      },
    ],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    staticSummary: `Farewell copy of ${userId}`,
  });
}

/** A copy that an operator ended holds nobody back. */
async function ended(copy: ChildWorkflowHandle<typeof dataExport> | undefined): Promise<void> {
  try {
    await copy?.result();
  } catch {
    // The reason stands in the history of the copy itself.
  }
}

/** The row has ended; the workflow that still runs finds that out. */
async function tellSubscription(subscriptionId: string): Promise<void> {
  try {
    const handle = getExternalWorkflowHandle(subscriptionWorkflowId(subscriptionId));
    await handle.signal(fundsArrivedSignal);
  } catch {
    // No workflow runs for it: the row alone decides.
  }
}
