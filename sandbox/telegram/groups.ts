import { openChat } from './conversation';
import type { BotAccount, Group } from './state';
import type { Telegram } from './telegram';

export interface NewGroup {
  readonly title: string;
  readonly memberIds: readonly number[];
}

/** A supergroup with the bot in it, for what is said to teams: alerts, reports. */
export function createGroup(telegram: Telegram, bot: BotAccount, request: NewGroup): Group {
  const id = -(1_002_000_000_000 + telegram.store.next('group', 1));
  const group = telegram.store.groups.put(id, { id, ...request });
  openChat(telegram, bot, id);
  return group;
}
