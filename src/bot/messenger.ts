import type { Api } from 'grammy';
import type { AddressedMessage, Messenger, SendOutcome } from '../domain/messages';
import { renderNotice } from './billing/notices';
import { sendScreen } from './delivery';
import { refusalOf } from './refusals';
import type { Screen } from './screen';

/** Turns stored messages into Telegram ones. Nothing is retried here: whoever calls knows the order and the patience. */
export function createMessenger(api: Api): Messenger {
  return {
    send: async (message) => {
      const screen = rendered(message);
      return screen.kind === 'rejected' ? screen : deliver(api, message.chatId, screen.screen);
    },
  };
}

type Rendered =
  | { readonly kind: 'rendered'; readonly screen: Screen }
  | { readonly kind: 'rejected'; readonly reason: string };

/** A row whose params do not fit its template is refused alone, so that the next message goes on. */
function rendered(message: AddressedMessage): Rendered {
  try {
    const screen = renderNotice(message, message);
    return screen
      ? { kind: 'rendered', screen }
      : { kind: 'rejected', reason: `unknown template ${message.template}` };
  } catch (error) {
    return { kind: 'rejected', reason: `template ${message.template}: ${String(error)}` };
  }
}

async function deliver(api: Api, chatId: number, screen: Screen): Promise<SendOutcome> {
  try {
    return { kind: 'sent', telegramMessageId: await sendScreen(api, chatId, screen) };
  } catch (error) {
    return outcomeOf(error);
  }
}

function outcomeOf(error: unknown): SendOutcome {
  const refusal = refusalOf(error);
  switch (refusal?.kind) {
    case 'rate_limited':
    case 'unreachable':
    case 'unavailable':
      return refusal;
    case 'rejected':
    case 'bad_markup':
    case 'bad_link':
    case 'gone':
      return { kind: 'rejected', reason: refusal.reason };
    case 'not_modified':
      return { kind: 'rejected', reason: 'message is not modified' };
    // Not Telegram's word but a fault of ours: this row will not get better, and others wait behind it.
    case undefined:
      return { kind: 'rejected', reason: String(error) };
  }
}
