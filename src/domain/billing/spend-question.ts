import { assert } from '../assert';
import { tokens } from '../tokens';
import type { BillingSettings } from './settings';
import { decideSpends, type SpendDecision, type SpendLimit, type Spender } from './spend-batch';

/** Who asks whether they could spend, and what stands in the way. */
export interface SpendProspect {
  readonly spender: Spender;
  readonly limits: readonly SpendLimit[];
  readonly settings: BillingSettings;
}

/** What a spend would be answered now, were it asked for: the decision of the spend itself, without its effect. */
export function prospectOf(
  { spender, limits, settings }: SpendProspect,
  amountUtok: number,
): SpendDecision {
  const { userId } = spender;
  const limitIds = limits.map(({ limitId }) => limitId);
  const [decision] = decideSpends(
    [{ key: 'prospect', userId, amountUtok, isPostPaid: false, limitIds }],
    {
      spenders: new Map([[userId, spender]]),
      limits: new Map(limits.map((limit) => [limit.limitId, limit])),
      floorUtok: 0,
      leastToStartUtok: tokens(settings.trackMinStartTokens),
      mostUtok: tokens(settings.spendMaxTokens),
    },
  );
  assert(decision, 'one wish has one decision');
  return decision;
}
