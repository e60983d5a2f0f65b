import { badRequest } from '../failure';
import { characterCount } from '../formatting/text';
import type { CallbackAnswer } from '../state';
import type { Call } from './call';

const LONGEST_ANSWER = 200;

/** Answers a pressed button, once and in time. */
export function answerCallbackQuery({ telegram, bot, args }: Call): true {
  const press = telegram.store.presses.get(args.text('callback_query_id') ?? '');
  const { clock, callbackSeconds } = telegram.behaviour;
  const isStale = press === undefined || clock() - press.pressedAt > callbackSeconds * 1000;
  if (isStale || press.answer !== undefined || press.botId !== bot.id) {
    throw badRequest('query is too old and response timeout expired or query ID is invalid');
  }
  const answer = readAnswer(args.text('text'), args.text('url'), args.flag('show_alert'));
  telegram.store.presses.put(press.id, { ...press, answer });
  const { id: pressId, personId } = press;
  telegram.events.publish({ type: 'answer', botId: bot.id, personId, pressId, ...answer });
  return true;
}

function readAnswer(
  text: string | undefined,
  url: string | undefined,
  isAlert: boolean,
): CallbackAnswer {
  if (text !== undefined && characterCount(text) > LONGEST_ANSWER)
    throw badRequest('MESSAGE_TOO_LONG');
  return {
    isAlert,
    ...(text === undefined || text === '' ? {} : { text }),
    ...(url === undefined || url === '' ? {} : { url }),
  };
}
