import { InputFile, type Api } from 'grammy';
import type { Message } from 'grammy/types';
import { plainText, splitHtml } from './long-text';
import { refusalOf } from './refusals';
import { escapeHtml } from './wording';
import { toMarkup, type Screen } from './screen';

/**
 * Sends a screen as one message, or several when it is long; the buttons go under the last. Markup that Telegram
 * cannot read is sent as plain text (BOT-8), and a link it takes for no public address is written out instead of
 * standing on a button: a pay page on one's own machine has such an address.
 */
export async function sendScreen(api: Api, chatId: number, screen: Screen): Promise<number> {
  const parts = splitHtml(screen.text);
  let messageId = 0;
  for (const [index, text] of parts.entries()) {
    const rows = index === parts.length - 1 ? screen.rows : [];
    messageId = await tolerantly({ text, rows }, (content) => sendPart(api, chatId, content));
  }
  return messageId;
}

/** Sends a screen exactly as it is, or gives Telegram's reason for not taking it: nothing is made to fit. */
export async function sendStrictly(
  api: Api,
  chatId: number,
  screen: Screen,
): Promise<string | undefined> {
  try {
    await sendPart(api, chatId, screen);
    return undefined;
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal?.kind === 'bad_markup' || refusal?.kind === 'rejected') return refusal.reason;
    throw error;
  }
}

/** A message of a chat. */
export interface PlacedMessage {
  readonly chatId: number;
  readonly messageId: number;
}

/**
 * Changes a message into a screen; a message that shows it already is success, one that is gone is sent anew. Returns
 * the id of the message that shows it.
 */
export async function editScreen(
  api: Api,
  message: PlacedMessage,
  screen: Screen,
): Promise<number> {
  if (splitHtml(screen.text).length > 1) return sendScreen(api, message.chatId, screen);
  try {
    await changeMessage(api, message, screen);
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal?.kind === 'gone') return sendScreen(api, message.chatId, screen);
    if (refusal?.kind !== 'not_modified') throw error;
  }
  return message.messageId;
}

/** Changes a message into a short screen and sends nothing; throws whatever Telegram has against it. */
export async function changeMessage(
  api: Api,
  message: PlacedMessage,
  screen: Screen,
): Promise<void> {
  await tolerantly(screen, (content) => editPart(api, message, content));
}

/** A file the bot has made, and the plain words under it. */
export interface OutgoingFile {
  readonly bytes: Uint8Array;
  readonly name: string;
  readonly caption?: string;
}

/** Sends a file as a document, which Telegram keeps byte for byte; returns the message's id. */
export async function sendFile(api: Api, chatId: number, file: OutgoingFile): Promise<number> {
  const { bytes, name, caption } = file;
  const document = new InputFile(bytes, name);
  const sent = await api.sendDocument(chatId, document, caption === undefined ? {} : { caption });
  return sent.message_id;
}

interface Content extends Screen {
  readonly isPlain?: boolean;
}

async function sendPart(api: Api, chatId: number, content: Content): Promise<number> {
  const sent: Message = await api.sendMessage(chatId, content.text, optionsOf(content));
  return sent.message_id;
}

async function editPart(
  api: Api,
  { chatId, messageId }: PlacedMessage,
  content: Content,
): Promise<void> {
  await api.editMessageText(chatId, messageId, content.text, optionsOf(content));
}

function optionsOf({ rows, isPlain }: Content) {
  return {
    ...(isPlain ? {} : { parse_mode: 'HTML' as const }),
    reply_markup: toMarkup(rows),
    link_preview_options: { is_disabled: true },
  };
}

async function tolerantly<T>(
  content: Content,
  deliver: (content: Content) => Promise<T>,
): Promise<T> {
  try {
    return await deliver(content);
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal?.kind === 'bad_markup' && !content.isPlain) {
      return tolerantly({ ...content, text: plainText(content.text), isPlain: true }, deliver);
    }
    const links = content.rows.flat().filter((button) => 'url' in button);
    if (refusal?.kind !== 'bad_link' || links.length === 0) throw error;
    return tolerantly(withLinksWritten(content), deliver);
  }
}

function withLinksWritten(content: Content): Content {
  const buttons = content.rows.flat();
  const links = buttons.flatMap((button) =>
    'url' in button ? [`${button.label}: ${button.url}`] : [],
  );
  return {
    ...content,
    text: [content.text, ...links.map((line) => (content.isPlain ? line : escapeHtml(line)))].join(
      '\n',
    ),
    rows: content.rows.map((row) => row.filter((button) => !('url' in button))),
  };
}
