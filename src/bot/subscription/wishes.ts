import type { WishOutcome } from '../../commands/subscriptions-contract';
import type { TextKey } from '../../texts';
import { show, tell, toast, type BotContext } from '../context';
import { instantText } from '../display';
import type { BotParts } from '../parts';
import type { TextParams } from '../wording';
import { cardScreen } from './card';
import { ownSubscription } from './own';

/** What to say of a wish that was granted, by what it led to. */
export type Said = (outcome: Extract<WishOutcome, { kind: 'done' }>) => TextKey;

/** Says what became of a wish, and shows the subscription as it stands now. */
export async function answerWish(
  ctx: BotContext,
  parts: BotParts,
  { outcome, said, isNew = false }: { outcome: WishOutcome; said: Said; isNew?: boolean },
): Promise<void> {
  if (outcome.kind === 'refused') {
    await tellWishRefusal(ctx, parts, outcome.reason);
    return;
  }
  const words = { key: said(outcome), params: timesOf(ctx, outcome.at) };
  if (ctx.callbackQuery) await toast(ctx, words);
  else await tell(ctx, words);
  await show(ctx, cardScreen(ctx, await ownSubscription(ctx, parts)), { isNew });
}

/** Says why not; the screen stays as it is. */
export async function tellWishRefusal(
  ctx: BotContext,
  parts: BotParts,
  reason: Extract<WishOutcome, { kind: 'refused' }>['reason'],
): Promise<void> {
  const days = parts.settings.pauseMaxDays;
  await tell(ctx, { key: `sub.refused.${reason}`, params: { days } });
}

export function timesOf(ctx: BotContext, at: string | undefined): TextParams {
  if (at === undefined) return { until: '—', at: '—' };
  const text = instantText(at, ctx.visit.place);
  return { until: text, at: text };
}
