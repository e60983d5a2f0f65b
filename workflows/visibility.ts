import type { SearchAttributeUpdatePair } from '@temporalio/common';
import {
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { decimalText, exponentOf } from '../src/domain/money';
import { tokenText } from '../src/domain/tokens';
import {
  guidesOf,
  repairArgument,
  type WorkflowType,
} from '../src/domain/billing/workflow-repairs';
import {
  billingState,
  nextActionAt,
  operatorCardQuery,
  stuckReason,
  type OperatorCard,
} from './contract';

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

/** What a workflow is about, as far as it knows by now; in the words of its card. */
export interface Subject extends Pick<OperatorCard, 'who' | 'what'> {
  readonly howMuch?: string | undefined;
  /** Names of the updates that are possible now; none when absent. */
  readonly repairs?: readonly string[];
}

/** Shows a standing, with further search attributes of it in the same change. */
export type Show = (showing: Showing, further?: readonly SearchAttributeUpdatePair[]) => void;

/**
 * Shows state, next action and reason; unchanged values cost nothing. The same, with what the workflow is about, is
 * answered to the query `card`.
 */
export function createShowcase(subjectOf: () => Subject): Show {
  let last = '';
  let standing: Showing = { state: 'starting', waitingFor: 'its first step' };
  answerCard(() => ({ ...standing, ...subjectOf() }));
  return (showing, further = []) => {
    standing = showing;
    const current = JSON.stringify([showing, further]);
    if (current === last) return;
    last = current;
    setCurrentDetails(details(showing));
    upsertSearchAttributes([
      { key: billingState, value: showing.state },
      { key: stuckReason, value: showing.stuck ?? null },
      { key: nextActionAt, value: showing.nextAt === undefined ? null : new Date(showing.nextAt) },
      ...further,
    ]);
  };
}

/** Answers the query `card` of a workflow that is one step and shows nothing on its way. */
export function answerCard(standingOf: () => Showing & Subject): void {
  setHandler(operatorCardQuery, () => cardOf(standingOf()), {
    description: 'who, what, how much, waiting for, next at, and which repairs are possible now',
  });
}

/** The card as the query gives it, for workflows that answer more with it. */
export function cardOf({ repairs = [], ...standing }: Showing & Subject): OperatorCard {
  const { who, what, howMuch, state, waitingFor, nextAt, stuck } = standing;
  const type = workflowInfo().workflowType as WorkflowType;
  return {
    ...{ who, what, howMuch: howMuch ?? null, state, waitingFor },
    ...{ nextAt: nextAt ?? null, stuck: stuck ?? null },
    allowedRepairs: Object.fromEntries(
      repairs
        .filter((update) => update in guidesOf(type))
        .map((update) => [update, repairArgument(type, update)]),
    ),
  };
}

/** What an operator reads beside the update in the Web UI: its argument, to be filled in. */
export function describeRepair(type: WorkflowType, update: string): { description: string } {
  const effect = guidesOf(type)[update]?.effect ?? '';
  return { description: `${repairArgument(type, update)} ${effect}` };
}

/** A sum as a card says it. */
export function moneyWords(amount: {
  readonly minor: number;
  readonly currency: string;
  readonly exponent?: number;
}): string {
  const { minor, currency, exponent = exponentOf(currency) } = amount;
  return exponent === undefined
    ? `${minor} minor units of ${currency}`
    : `${decimalText({ minor, currency, exponent })} ${currency}`;
}

/** Micro-tokens as a card says them. */
export function tokenWords(utok: number): string {
  return `${tokenText(utok)} tokens`;
}

function details(showing: Showing): string {
  const lines = [
    `**${showing.state}**: ${showing.waitingFor}`,
    ...(showing.nextAt === undefined ? [] : [`Next action at ${showing.nextAt}`]),
    ...(showing.stuck === undefined ? [] : [`Needs attention: ${showing.stuck}`]),
  ];
  return lines.join('\n\n');
}
