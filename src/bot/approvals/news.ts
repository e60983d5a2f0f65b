import { createHash } from 'node:crypto';
import { tell, type BotContext, type CallbackHandlers } from '../context';
import type { BotParts } from '../parts';
import { sayPlainly } from '../wording';

/** Keeps what a person says about marketing, with the words they said yes to (NT-5). */
export async function chooseNews(ctx: BotContext, parts: BotParts, isOn: boolean): Promise<void> {
  const { userId, asOf, place } = ctx.visit;
  const words = sayPlainly(place.locale, 'button.news_on');
  const textHash = createHash('sha256').update(words).digest('hex');
  await parts.records.chooseMarketing({ userId, isOn, textHash, asOf });
}

/** The button under every broadcast; the message itself stays as it is. */
export function newsCallbacks(parts: BotParts): CallbackHandlers<'news:off'> {
  return {
    'news:off': async (ctx) => {
      await chooseNews(ctx, parts, false);
      await tell(ctx, { key: 'broadcast.unsubscribed' });
    },
  };
}
