import type { BillingSettings } from '../../../src/domain/billing/settings';
import { createQuote } from '../../../src/records/quotes';
import type { newTrial } from '../../support/trials';
import { asWorkflow, NOON, SETTINGS, type Books } from './books';

export type Trial = Awaited<ReturnType<typeof newTrial>>;

export interface TrialOrder {
  readonly quoteId: string;
  readonly userId: number;
  readonly asOf?: string;
}

/** The id of a person's quote of a trial, opened by its code. */
export async function quoteTrial(
  { db }: Books,
  { tariffVersionId, code }: Trial,
  { userId, asOf = NOON }: { readonly userId: number; readonly asOf?: string },
): Promise<string> {
  const outcome = await createQuote(db, SETTINGS, {
    ...{ userId, tariffVersionId, currency: 'RUB', purpose: 'trial', promo: code },
    asOf: new Date(asOf),
  });
  if (outcome.kind !== 'quoted') throw new Error(`no quote: ${outcome.reason}`);
  return outcome.quoteId;
}

/** What the activity that gives trials says, under other settings where they are named. */
export function completeTrial(
  books: Books,
  order: TrialOrder,
  settings: Partial<BillingSettings> = {},
) {
  const act = books.activities({ settings: { ...SETTINGS, ...settings } });
  return asWorkflow(`free:${order.quoteId}`, () => act.completeFreeOrder({ asOf: NOON, ...order }));
}
