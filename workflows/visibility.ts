import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { billingState, nextActionAt, stuckReason } from './contract';

/** What an operator sees of a running workflow in the Web UI (OPS-1, OPS-5). */
export interface Showing {
  readonly state: string;
  /** One sentence in words: what the workflow waits for. */
  readonly waitingFor: string;
  /** When it acts by itself; undefined when only the outside world can move it. */
  readonly nextAt?: string | undefined;
  /** Why a human should look; undefined when nothing is wrong. */
  readonly stuck?: string | undefined;
}

/** Shows state, next action and reason; unchanged values cost nothing. */
export function createShowcase(): (showing: Showing) => void {
  let last = '';
  return (showing) => {
    const current = JSON.stringify(showing);
    if (current === last) return;
    last = current;
    setCurrentDetails(details(showing));
    upsertSearchAttributes([
      { key: billingState, value: showing.state },
      { key: stuckReason, value: showing.stuck ?? null },
      { key: nextActionAt, value: showing.nextAt === undefined ? null : new Date(showing.nextAt) },
    ]);
  };
}

function details(showing: Showing): string {
  const lines = [
    `**${showing.state}**: ${showing.waitingFor}`,
    ...(showing.nextAt === undefined ? [] : [`Next action at ${showing.nextAt}`]),
    ...(showing.stuck === undefined ? [] : [`Needs attention: ${showing.stuck}`]),
  ];
  return lines.join('\n\n');
}
