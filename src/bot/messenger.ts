import type { Api } from 'grammy';
import type {
  AddressedMessage,
  EditOutcome,
  Messenger,
  SendOutcome,
  ShownCard,
} from '../domain/messages';
import type { BillingReads } from '../reads/billing';
import { invoiceScreen, type CardParts } from './billing/invoice-card';
import { renderNotice } from './billing/notices';
import { changeMessage, sendScreen } from './delivery';
import { refusalOf } from './refusals';
import type { Screen } from './screen';

/** What a card is drawn from: the order as it stands, and who could be paid. */
export type MessengerParts = CardParts & { readonly reads: Pick<BillingReads, 'invoice'> };

/** Turns stored messages into Telegram ones. Nothing is retried here: whoever calls knows the order and the patience. */
export function createMessenger(api: Api, parts: MessengerParts): Messenger {
  return {
    edit: (card) => redraw(api, parts, card),
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

async function redraw(api: Api, parts: MessengerParts, card: ShownCard): Promise<EditOutcome> {
  const invoice = await parts.reads.invoice(card.invoiceId);
  if (!invoice) return { kind: 'gone', reason: `invoice ${card.invoiceId} is not there` };
  try {
    await changeMessage(api, card, invoiceScreen(card, parts, invoice));
    return { kind: 'edited' };
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal?.kind === 'not_modified') return { kind: 'edited' };
    return refusal?.kind === 'gone' ? refusal : outcomeOf(error);
  }
}

function outcomeOf(error: unknown): Exclude<SendOutcome, { readonly kind: 'sent' }> {
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
