import { randomUUID } from 'node:crypto';
import { createCommands } from '../../../src/commands/billing';
import { tokens } from '../../../src/domain/tokens';
import {
  limitChangeId,
  type LimitChangeOutcome,
} from '../../../workflows/billing/limit-change/contract';
import {
  spendRefundId,
  type SpendRefundOutcome,
} from '../../../workflows/billing/spend-refund/contract';
import { USER_ID } from '../../workflows/support/cast';
import { named } from '../../workflows/support/hold-jobs';
import type { Theatre } from '../../workflows/support/theatre';
import type { Scene } from './scenes';

async function changed(theatre: Theatre, outcome: LimitChangeOutcome) {
  theatre.recast({ setLimits: () => Promise.resolve(outcome) });
  const own = { scope: 'user' as const, scopeId: String(USER_ID) };
  const change = {
    changeId: randomUUID(),
    wishes: [{ ...own, dayUtok: tokens(10), monthUtok: null }],
    actor: { kind: 'user' as const, id: String(USER_ID) },
  };
  await createCommands(theatre.client, theatre.taskQueue).setLimits(change);
  return theatre.client.workflow.getHandle(limitChangeId(change));
}

async function refunded(theatre: Theatre, outcome: SpendRefundOutcome) {
  theatre.recast({ refundSpend: () => Promise.resolve(outcome) });
  const request = named('/charges/1/refunds');
  await createCommands(theatre.client, theatre.taskQueue).refundSpend({
    request,
    ...{ chargeId: randomUUID(), clientId: randomUUID(), clientName: 'runner' },
    reason: 'the picture is black',
  });
  return theatre.client.workflow.getHandle(spendRefundId(request));
}

/** Changes of limits and refunds of spends: one step each, done and refused. */
export const LIMIT_SCENES: Readonly<Record<string, Scene>> = {
  'limit-change-refused': (theatre) =>
    changed(theatre, { kind: 'refused', reason: 'user_not_found' }),
  'limit-change-set': (theatre) => changed(theatre, { kind: 'set' }),
  'spend-refund-done': (theatre) =>
    refunded(theatre, {
      ...{ kind: 'refunded', isReplay: false, chargeId: 'c', transferId: 't', lots: [] },
      ...{ amountUtok: tokens(3), waivedUtok: 0, returnedUtok: tokens(3), lapsedUtok: 0 },
      ...{ leftUtok: 0, balanceAfterUtok: tokens(3), availableAfterUtok: tokens(3) },
    }),
  'spend-refund-refused': (theatre) => refunded(theatre, { kind: 'refused', reason: 'not_found' }),
};
