import { NEW_MESSAGE } from '../callback-data';
import { show, tell, type BotContext, type CallbackHandlers, type Press } from '../context';
import { instantText } from '../display';
import type { BotParts } from '../parts';
import { isChangeable } from './card';
import { isOver, withOwn, type Own } from './own';
import { showMethods } from './methods';
import { move, morningAfter } from './moving';
import { daysScreen } from './pausing';
import { askRenewal } from './renewing';

export type DunningRoute =
  'dun:top' | 'dun:how' | 'dun:pay' | 'dun:later' | 'dun:small' | 'dun:pause';

/** Screens of other features that a notice leads to. */
export type Doors = CallbackHandlers<'nav:top' | 'sub:plans'>;

/**
 * The ways out of an unpaid subscription, under the message about it. The message stays as it is, so that it can be
 * read again; once the subscription is paid or over, each button says so.
 */
export function dunning(parts: BotParts, doors: Doors): CallbackHandlers<DunningRoute> {
  const unpaid = (act: (ctx: BotContext, own: Own) => Promise<void>) => {
    return (ctx: BotContext, press: Press) =>
      withOwn(ctx, parts, { press, act: (own) => whileUnpaid(ctx, own, () => act(ctx, own)) });
  };
  const fresh: Press = { id: undefined, arg: NEW_MESSAGE };
  return {
    'dun:top': unpaid((ctx) => doors['nav:top'](ctx, fresh)),
    'dun:how': unpaid((ctx, own) => showMethods(ctx, parts, { own, isNew: true })),
    'dun:pay': unpaid((ctx, own) => askRenewal(ctx, parts, { own, isNew: true })),
    'dun:later': unpaid((ctx, own) =>
      move(ctx, parts, { own, at: morningAfter(ctx.visit.asOf, ctx.visit.place, 1), isNew: true }),
    ),
    'dun:small': unpaid((ctx, { plan }) =>
      isChangeable(plan) ? doors['sub:plans'](ctx, fresh) : tell(ctx, { key: 'dun.no_plans' }),
    ),
    'dun:pause': unpaid((ctx, own) => show(ctx, daysScreen(ctx, parts, own), { isNew: true })),
  };
}

async function whileUnpaid(
  ctx: BotContext,
  { plan }: Own,
  act: () => Promise<void>,
): Promise<void> {
  const until = instantText(plan.periodEnd, ctx.visit.place);
  if (plan.state === 'past_due') await act();
  else if (isOver(plan)) await tell(ctx, { key: 'dun.over' });
  else if (plan.state === 'paused') await tell(ctx, { key: 'dun.paused' });
  else await tell(ctx, { key: 'dun.settled', params: { until } });
}
