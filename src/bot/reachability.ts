import { Composer } from 'grammy';
import type { BotContext } from './context';
import type { BotParts } from './parts';

/** People block the bot and come back; messages to them wait for neither (NT-2). */
export function reachability(parts: BotParts): Composer<BotContext> {
  const composer = new Composer<BotContext>();
  composer.chatType('private').on('my_chat_member', async (ctx) => {
    const { status } = ctx.myChatMember.new_chat_member;
    await parts.records.setReachable(ctx.visit.userId, status !== 'kicked' && status !== 'left');
  });
  return composer;
}
