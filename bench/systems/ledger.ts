import { createHash } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { v7 } from 'uuid';
import { connect } from '../../drizzle/client';
import { spendActivities } from '../../activities/billing/spends';
import { DEFAULT_SETTINGS } from '../../src/domain/billing/settings';
import { assert } from '../../src/domain/assert';
import type { SpendAnswer, SpendRequest } from '../../workflows/billing/token-spend/contract';

/** The product's own spend transaction without anything around it; whoever is compared moves tokens with this. */
export interface Ledger {
  /** One spend, one transaction. A key that was charged before is answered with its first charge. */
  spend(wish: SpendWish): Promise<SpendAnswer>;
  /** One transaction for all. */
  spendAll(wishes: readonly SpendWish[]): Promise<readonly SpendAnswer[]>;
  close(): Promise<void>;
}

export interface SpendWish {
  readonly key: string;
  readonly userId: number;
}

export interface LedgerPlace {
  readonly databaseUrl: string;
  readonly clientId: string;
  readonly poolSize: number;
}

/** What every spend of the benchmark costs: a hundredth of a token. */
export const SPEND_UTOK = 10_000;

export function openLedger({ databaseUrl, clientId, poolSize }: LedgerPlace): Ledger {
  const { db, close } = connect(databaseUrl, {
    poolSize,
    applicationName: 'bench',
    keepsStatements: true,
  });
  const { applySpends } = spendActivities({ db, settings: DEFAULT_SETTINGS });
  // The audit names the workflow on whose behalf tokens moved; here it is one that nobody started.
  const workflow = new MockActivityEnvironment(
    { workflowExecution: { workflowId: 'spends:bench', runId: v7() } },
    { logger: new DefaultLogger('ERROR') },
  );
  const spendAll = (wishes: readonly SpendWish[]): Promise<readonly SpendAnswer[]> =>
    workflow.run(() => applySpends({ spends: wishes.map((wish) => requestOf(clientId, wish)) }));
  return {
    spendAll,
    spend: async (wish) => {
      const [answer] = await spendAll([wish]);
      assert(answer?.kind === 'charged', `spend ${wish.key} was charged`);
      return answer;
    },
    close,
  };
}

const DESCRIPTION = 'One request of a benchmark';
const BODY_HASH = createHash('sha256').update(DESCRIPTION).digest('hex');

function requestOf(clientId: string, { key, userId }: SpendWish): SpendRequest {
  return {
    key: `${clientId}:${key}`,
    clientId,
    userId,
    amountUtok: SPEND_UTOK,
    kind: 'spend',
    description: DESCRIPTION,
    name: {
      key,
      method: 'POST',
      path: `/api/v1/users/${userId}/spend`,
      bodyHash: BODY_HASH,
    },
    asOf: new Date().toISOString(),
  };
}
