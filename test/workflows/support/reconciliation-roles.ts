import type { MismatchSnapshot } from '../../../activities/billing/reconciliation/mismatches';
import type { Activities } from '../../activities/support/books';

const HOUR = 3_600_000;

/** A payment that the provider lists and we do not have, due in a day. */
export function mismatchOf(change: Partial<MismatchSnapshot> = {}): MismatchSnapshot {
  const amount = { minor: 20_000, currency: 'RUB', exponent: 2 };
  return {
    kind: 'missing_here',
    state: 'found',
    difference: 'the provider has it, our books do not',
    isNewsForUs: true,
    fact: { providerPaymentId: 'p-1', state: 'paid', amount },
    owner: 'finance',
    dueAt: new Date(Date.now() + 24 * HOUR).toISOString(),
    userId: 42,
    invoiceId: undefined,
    amountMinor: 20_000,
    currency: 'RUB',
    ...change,
  };
}

type Roles = Pick<
  Activities,
  | 'planReconciliation'
  | 'pullStatement'
  | 'matchStatement'
  | 'openSilentItem'
  | 'startMismatches'
  | 'loadMismatch'
  | 'weighMismatch'
  | 'escalateMismatch'
  | 'alertOverdue'
  | 'acceptMismatch'
  | 'assignMismatch'
  | 'weighUnverified'
>;

const nothing = () => Promise.resolve();

/** Every night has one closed day, and both sides agree. */
export function reconciliationRoles(): Roles {
  return {
    planReconciliation: ({ asOf }) => {
      const at = (hours: number) => new Date(Date.parse(asOf) + hours * HOUR).toISOString();
      const days = [{ from: at(-24), to: at(0) }];
      return Promise.resolve({ run: { runId: 'run-1', days }, nextAt: at(24) });
    },
    pullStatement: () => Promise.resolve({ kind: 'listed', payments: 1 }),
    matchStatement: () => Promise.resolve({ found: 0 }),
    openSilentItem: nothing,
    startMismatches: () => Promise.resolve({ started: 0, after: undefined }),
    loadMismatch: () => Promise.resolve(mismatchOf()),
    weighMismatch: () => Promise.resolve({ kind: 'closed', state: 'healed' }),
    escalateMismatch: nothing,
    alertOverdue: nothing,
    acceptMismatch: nothing,
    assignMismatch: nothing,
    weighUnverified: () => Promise.resolve({ recent: 0, isAlarming: false }),
  };
}
