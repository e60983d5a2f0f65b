import { reachablePlace } from '../conversation';
import { badRequest } from '../failure';
import type { Call } from './call';

const ACTIONS = [
  'typing',
  'upload_photo',
  'record_video',
  'upload_video',
  'record_voice',
  'upload_voice',
  'upload_document',
  'choose_sticker',
  'find_location',
  'record_video_note',
  'upload_video_note',
];

/** Shows "typing…" and its kin on the person's side; it is not a message, so no rate counts it. */
export function admittedAction({ telegram, bot, args }: Call): true {
  const place = reachablePlace(telegram, bot, args.text('chat_id') ?? '');
  const action = args.text('action') ?? '';
  if (!ACTIONS.includes(action)) throw badRequest('wrong parameter action in request');
  telegram.events.publish({ type: 'action', botId: bot.id, chatId: place.chat.id, action });
  return true;
}
