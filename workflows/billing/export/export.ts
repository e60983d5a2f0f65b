import {
  allHandlersFinished,
  condition,
  setHandler,
  sleep,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import { wakeNotifier } from '../activities';
import { businessClock } from '../../clock';
import { billingUserId } from '../../contract';
import { createShowcase } from '../../visibility';
import {
  exportStateQuery,
  openExportUpdate,
  type ExportCard,
  type ExportInput,
  type ExportOpening,
} from './contract';
import { beginExport, emptyExport, makeExport } from './stubs';

/** Makes a person's copy of their data, sends its link, and empties the copy when the link is over (AU-3). */
export async function dataExport(input: ExportInput): Promise<{ readonly state: string }> {
  const { exportId, userId, isFarewell = false } = input;
  const clock = businessClock(input.clockOffsetMs ?? 0);
  const show = createShowcase(() => ({
    who: `user ${userId}`,
    what: `copy ${exportId} of their data`,
  }));
  const answer: { opening?: ExportOpening } = {};
  let card: ExportCard = { exportId, state: 'opening', linkUntil: undefined };
  setHandler(openExportUpdate, async () => {
    await condition(() => answer.opening !== undefined);
    return answer.opening as ExportOpening;
  });
  setHandler(exportStateQuery, () => card);
  upsertSearchAttributes([{ key: billingUserId, value: String(userId) }]);

  answer.opening = await beginExport({ exportId, userId, isFarewell, asOf: clock.now() });
  if (answer.opening.kind === 'accepted') {
    card = { ...card, state: 'making' };
    show({ state: 'making', waitingFor: 'the archive to be made' });
    const { linkUntil } = await makeExport({ exportId, asOf: clock.now() });
    await wakeNotifier();
    card = { ...card, state: 'ready', linkUntil };
    show({ state: 'ready', waitingFor: 'the end of the link', nextAt: linkUntil });
    await sleep(clock.untilMs(Date.parse(linkUntil)), { summary: 'Until the link is over' });
    await emptyExport({ exportId });
    card = { ...card, state: 'gone' };
  } else {
    card = { ...card, state: 'refused' };
  }
  show({ state: card.state, waitingFor: 'nothing: this copy is over' });
  await condition(allHandlersFinished);
  return { state: card.state };
}
