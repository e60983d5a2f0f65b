import type { SpendAnswer } from '../../commands/spend-gate';
import type { Problem } from './problems';
import { amountOut } from './schemas';

type Refused = Omit<Extract<SpendAnswer, { kind: 'refused' }>, 'key'>;

/** Why a spend or a hold did not happen, with the members of its code (specification 13.1). */
export function refusalOf(refused: Refused): Problem {
  const { code, requiredUtok = 0, availableUtok = 0 } = refused;
  const missingUtok = Math.max(0, requiredUtok - availableUtok);
  return { code, detail: DETAIL[code], members: membersOf(refused), missingUtok };
}

const DETAIL: Readonly<Record<Refused['code'], string>> = {
  user_not_found: 'No such user is known.',
  user_blocked: 'The user is blocked.',
  money_frozen: 'The tokens of the user are frozen for the time of a dispute or an erasure.',
  subscription_required: 'Spending needs a subscription in force.',
  invalid_amount: 'The amount is above what one spend may take.',
  insufficient_balance: 'Fewer tokens are available than the spend needs.',
  spend_limit_reached: 'The spend would pass a spending limit.',
};

function membersOf({ code, requiredUtok = 0, availableUtok = 0, ...more }: Refused) {
  if (code === 'insufficient_balance') {
    return { ...amountOut('required', requiredUtok), ...amountOut('available', availableUtok) };
  }
  if (code === 'subscription_required') {
    return { subscription_state: more.subscriptionState ?? 'none' };
  }
  if (code === 'invalid_amount') {
    return { errors: [{ path: 'amount', message: 'is above the most that one spend may take' }] };
  }
  return more.limit ? limitMembers(more.limit) : {};
}

function limitMembers(limit: NonNullable<Refused['limit']>) {
  return {
    scope: limit.scope,
    window: limit.window,
    ...amountOut('limit', limit.limitUtok),
    ...amountOut('used', limit.usedUtok),
    resets_at: limit.resetsAt,
  };
}
