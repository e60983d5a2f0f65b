import type { BotCommand, ChatFullInfo, UserFromGetMe } from '@grammyjs/types';
import { isRecord, textField } from '../arguments';
import { reachablePlace } from '../conversation';
import { badRequest } from '../failure';
import { botUser } from '../state';
import type { Call } from './call';
import { admittedAction } from './chat-action';

export function getMe({ bot }: Call): UserFromGetMe {
  return {
    ...botUser(bot),
    can_join_groups: true,
    can_read_all_group_messages: false,
    supports_guest_queries: false,
    supports_inline_queries: false,
    can_connect_to_business: false,
    has_main_web_app: false,
    has_topics_enabled: false,
    allows_users_to_create_topics: false,
    can_manage_bots: false,
    supports_join_request_queries: false,
  };
}

export function setMyCommands(call: Call): true {
  const { telegram, bot, args } = call;
  const list = args.json('commands', "can't parse commands JSON object");
  if (!Array.isArray(list)) throw badRequest('expected an Array of BotCommand');
  if (list.length > 100) throw badRequest('BOT_COMMANDS_TOO_MUCH');
  const commands = list.map(checkedCommand);
  telegram.store.commands.put(commandsKey(call), { botId: bot.id, commands });
  telegram.events.publish({ type: 'commands', botId: bot.id });
  return true;
}

export function getMyCommands(call: Call): BotCommand[] {
  return [...(call.telegram.store.commands.get(commandsKey(call))?.commands ?? [])];
}

export function deleteMyCommands(call: Call): true {
  call.telegram.store.commands.delete(commandsKey(call));
  call.telegram.events.publish({ type: 'commands', botId: call.bot.id });
  return true;
}

export function setMyName({ telegram, bot, args }: Call): true {
  const firstName = args.text('name') ?? '';
  if (firstName !== '') telegram.saveBot({ ...bot, firstName });
  return true;
}

export function getChat({ telegram, bot, args }: Call): ChatFullInfo {
  const { chat } = reachablePlace(telegram, bot, args.text('chat_id') ?? '');
  const details = {
    accent_color_id: 0,
    max_reaction_count: 11,
    accepted_gift_types: {
      unlimited_gifts: false,
      limited_gifts: false,
      unique_gifts: false,
      premium_subscription: false,
      gifts_from_channels: false,
    },
  };
  if (chat.type === 'private') return { ...chat, ...details };
  return { ...chat, ...details, permissions: {} };
}

export function sendChatAction(call: Call): true {
  return admittedAction(call);
}

/** Calls that change what only the real client shows: accepted, and without effect. */
export function accepted(): true {
  return true;
}

function checkedCommand(value: unknown): BotCommand {
  if (!isRecord(value)) throw badRequest("can't parse BotCommand: expected an Object");
  const command = textField(value, 'command').replace(/^\//, '');
  const description = textField(value, 'description');
  if (!/^[a-z0-9_]{1,32}$/.test(command)) throw badRequest('BOT_COMMAND_INVALID');
  if (description.length === 0 || description.length > 256)
    throw badRequest('BOT_COMMAND_DESCRIPTION_INVALID');
  return { command, description };
}

function commandsKey({ bot, args }: Call): string {
  const value = args.json('scope', "can't parse scope JSON object");
  const scope = isRecord(value) ? value : { type: 'default' };
  const chatId = textField(scope, 'chat_id');
  const place = `${textField(scope, 'type')}${chatId === '' ? '' : `:${chatId}`}`;
  return `${bot.id}|${place}|${args.text('language_code') ?? ''}`;
}
