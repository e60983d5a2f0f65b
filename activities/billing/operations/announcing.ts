import type { Transaction } from '../../../drizzle/client';
import type { proposals } from '../../../drizzle/schema';
import type { Role } from '../../../src/domain/billing/operations';
import type { BillingSettings } from '../../../src/domain/billing/settings';
import type { TemplateParams } from '../../../src/domain/messages';
import { promiseToOperators, promiseToUser, type MessagePromise } from '../../outbox';
import { peopleWithRole } from './people';

type Proposal = typeof proposals.$inferSelect;

/** Asks everybody who may allow it, each in their own chat, and once in the operators' chat. */
export async function announce(
  tx: Transaction,
  row: Proposal,
  terms: { approvers: readonly Role[]; settings: BillingSettings; asOf: Date },
): Promise<void> {
  const { settings, asOf } = terms;
  const template = 'proposal.opened';
  const params = {
    ...summary(row),
    amountMinor: row.amount,
    quorum: row.quorum,
    reason: row.reason,
    proposedBy: row.proposedBy,
    until: row.expiresAt.toISOString(),
  };
  for (const userId of await peopleWithRole(tx, terms.approvers)) {
    if (userId === row.proposedBy) continue;
    const key = `${userId}:${template}:${row.id}`;
    await promiseToUser(tx, userId, { key, template, params, category: 'ops', asOf, settings });
  }
  await promiseToOperators(tx, settings, {
    key: `ops:${template}:${row.id}`,
    template,
    params,
    asOf,
  });
}

type Ending = 'proposal.executed' | 'proposal.failed' | 'proposal.rejected' | 'proposal.expired';

/** Says to whoever proposed it how it ended; once. */
export async function tellProposer<E extends Ending>(
  tx: Transaction,
  row: Proposal,
  told: {
    template: E;
    params: Omit<TemplateParams[E], keyof ReturnType<typeof summary>>;
    asOf: Date;
    settings: BillingSettings;
  },
): Promise<void> {
  const { template, asOf, settings } = told;
  const promise = {
    key: `${row.proposedBy}:${template}:${row.id}`,
    template,
    params: { ...summary(row), ...told.params },
    category: 'ops',
    asOf,
    settings,
  };
  await promiseToUser(
    tx,
    row.proposedBy,
    promise as unknown as MessagePromise & { settings: BillingSettings },
  );
}

/** What it is about, as JSON in one primitive: each action has params of its own. */
function summary(row: Proposal) {
  return { proposalId: row.id, action: row.action, details: JSON.stringify(row.params) };
}
