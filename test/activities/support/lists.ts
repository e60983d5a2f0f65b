import type { MismatchName } from '../../../activities/billing/reconciliation/mismatches';
import type { ListedDay } from '../../../activities/billing/reconciliation/planning';
import type { PaymentFact } from '../../../src/payments/provider';
import type { WireFact } from '../../../src/domain/billing/payment';
import { asWorkflow, fakeProvider, type Activities, type Books } from './books';

/** The night after `NOON`: the day of March 10 is closed. */
export const NIGHT = '2026-03-11T04:00:00.000Z';

/** Activities that work with a provider whose list is what the test says. */
export function listing(books: Books, facts: () => readonly WireFact[]): Activities {
  const provider = fakeProvider({
    statement: () => Promise.resolve({ kind: 'facts', facts: facts() as PaymentFact[] }),
  });
  return books.activities({ providers: new Map([['mock', provider]]) });
}

export function asReconciliation<T>(work: () => Promise<T>): Promise<T> {
  return asWorkflow('reconciliation:mock', work);
}

export function asMismatch<T>({ providerPaymentId }: WireFact, work: () => Promise<T>): Promise<T> {
  return asWorkflow(`mismatch:mock:${providerPaymentId}`, work);
}

export function nameOf({ providerPaymentId }: WireFact): MismatchName {
  return { provider: 'mock', providerPaymentId };
}

/** A whole run, as its workflow does it; answers how many differences were new. */
export async function reconcile(
  books: Books,
  facts: readonly WireFact[],
  change: { asOf?: string; since?: string } = {},
): Promise<number> {
  const { asOf = NIGHT, since } = change;
  const act = listing(books, () => facts);
  return asReconciliation(async () => {
    const question = { provider: 'mock', asOf, ...(since === undefined ? {} : { since }) };
    const { run } = await act.planReconciliation(question);
    if (!run) return 0;
    for (const day of run.days) await pull(act, run.runId, day);
    return (await act.matchStatement({ runId: run.runId, asOf })).found;
  });
}

export function pull(act: Activities, runId: string, day: ListedDay) {
  return act.pullStatement({ provider: 'mock', runId, day });
}

/** Every difference ever found, as `payment kind state` in the order of these words. */
export async function breaksOf(books: Books): Promise<string[]> {
  const rows = await books.sql`
    select provider_payment_id as id, kind, state from recon_breaks`;
  return rows.map(({ id, kind, state }) => `${String(id)} ${String(kind)} ${String(state)}`).sort();
}
