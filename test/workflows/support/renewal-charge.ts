import { randomUUID } from 'node:crypto';
import type { AskedRenewal } from '../../../activities/billing/subscription-course/asking';
import type { SentRenewal } from '../../../activities/billing/subscription-course/charging';
import { fact, fulfilled } from './cast';
import { change, due, renewed, rowsOf, type Rows } from './subscriptions';
import { HOUR, SECOND, type Roles } from './theatre';

/** What the bank answers to each call, in order; an error is an answer that was lost. */
export interface Bank {
  readonly sent: (SentRenewal | Error)[];
  readonly asked: (AskedRenewal | Error)[];
  /** What is due after a refusal. */
  readonly refused?: (rows: Rows) => void;
}

export const PAID = { kind: 'fact', provider: 'mock', fact: fact('mp_1') } as const;
export const SILENT = { kind: 'unknown', reason: 'no answer' } as const;
export const REFUSED = { kind: 'over', reason: 'declined: insufficient_funds' } as const;

/** An unpaid subscription whose charge is ordered and waits to be sent. */
export function orderedRows(): Rows {
  return rowsOf({ state: 'past_due', driver: 'saved_method', steps: [due('send', 'send', -1)] });
}

/** The activities of a charge, as the rows follow what the bank says; money is the next period. */
export function bankRoles(rows: Rows, bank: Bank): Roles {
  let questions = 0;
  const next = <T>(answers: (T | Error)[]): T => {
    const answer = answers.shift();
    if (answer === undefined) throw new Error('the bank was called once too often');
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const awaitOutcome = (asOf: string, delayMs: number): void => {
    const at = new Date(Date.parse(asOf) + delayMs).toISOString();
    change(rows, { steps: [{ kind: 'ask', name: `ask:${questions}`, at }] });
  };
  /** Noted before the call, because its answer may be lost; booking has an hour before anybody asks again. */
  const call = <T extends SentRenewal | AskedRenewal>(answers: (T | Error)[], asOf: string): T => {
    awaitOutcome(asOf, 10 * SECOND);
    questions += 1;
    const told = next(answers);
    if (told.kind === 'fact') awaitOutcome(asOf, HOUR);
    if (told.kind === 'over') (bank.refused ?? tomorrow)(rows);
    return told;
  };
  return {
    sendRenewalCharge: async ({ asOf }) => call(bank.sent, asOf),
    askRenewalCharge: async ({ asOf }) => call(bank.asked, asOf),
    postPayment: async () => {
      const { subscriptionId = '' } = rows.course ?? {};
      renewed(rows);
      const subscription = { subscriptionId, change: 'extended' } as const;
      return { ...fulfilled(randomUUID()), isRenewal: true, isAutomatic: true, subscription };
    },
  };
}

function tomorrow(rows: Rows): void {
  change(rows, { steps: [due('renew', 'renew:1', 1)] });
}
