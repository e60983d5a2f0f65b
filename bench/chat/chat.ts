import { decodeCallback } from '../../src/bot/callback-data';

/** What the sandbox tells of a chat; the parts that a person can act on. */
export type ChatEvent =
  | { readonly type: 'message' | 'edited'; readonly message: StoredMessage }
  | {
      readonly type: 'answer';
      readonly personId: number;
      readonly pressId: string;
      readonly text?: string;
    };

interface StoredMessage {
  readonly chatId: number;
  readonly message: {
    readonly message_id: number;
    readonly text?: string;
    readonly from?: { readonly is_bot: boolean };
    readonly reply_markup?: { readonly inline_keyboard?: readonly (readonly WireButton[])[] };
  };
}

interface WireButton {
  readonly text: string;
  readonly callback_data?: string;
  readonly url?: string;
}

/** A button in sight, and the message that carries it. */
export interface Button {
  readonly messageId: number;
  readonly label: string;
  readonly route: string | undefined;
  readonly data: string | undefined;
  readonly url: string | undefined;
}

export type Wanted = (button: Button) => boolean;

/** By what pressing it asks for, and by some of its words where several ask for the same. */
export function asks(route: string, words = ''): Wanted {
  return (button) => button.route === route && button.label.includes(words);
}

export function leadsOut(button: Button): boolean {
  return button.url !== undefined;
}

/** Nobody scrolls further up. */
const MESSAGES_IN_SIGHT = 6;
const ANSWERS_KEPT = 3;

interface Bubble {
  readonly messageId: number;
  readonly text: string;
  readonly buttons: readonly Button[];
  /** Grows with every change of the chat. */
  readonly change: number;
}

/** One person's view of their chat with the bot. */
export class Chat {
  private bubbles: readonly Bubble[] = [];
  private answers: readonly string[] = [];
  private readonly watchers = new Set<() => void>();
  /** Every receipt that was sent, and when; one that came twice stands here twice. */
  readonly receipts: { readonly data: string; readonly at: number }[] = [];
  /** How often the chat has changed. */
  changes = 0;

  take(event: ChatEvent): void {
    if (event.type === 'answer')
      this.answers = [...this.answers, event.pressId].slice(-ANSWERS_KEPT);
    else this.show(event.type, event.message);
    for (const look of [...this.watchers]) look();
  }

  isAnswered(pressId: string): boolean {
    return this.answers.includes(pressId);
  }

  /** The newest fitting button, on messages that changed after an earlier count of changes where one is given. */
  find(wanted: Wanted, since = 0): Button | undefined {
    const changed = this.bubbles.filter(({ change }) => change > since);
    return changed.flatMap(({ buttons }) => buttons).findLast(wanted);
  }

  /** The newest words, for whoever asks what went wrong. */
  get words(): string {
    return this.bubbles.at(-1)?.text.slice(0, 120) ?? '(an empty chat)';
  }

  /** What the look finds, as soon as it does; undefined when it finds nothing in time. */
  until<T>(look: () => T | undefined, withinMs: number): Promise<T | undefined> {
    const found = look();
    if (found !== undefined) return Promise.resolve(found);
    return new Promise((resolve) => {
      const end = (result: T | undefined): void => {
        clearTimeout(patience);
        this.watchers.delete(watch);
        resolve(result);
      };
      const watch = (): void => {
        const seen = look();
        if (seen !== undefined) end(seen);
      };
      const patience = setTimeout(() => end(undefined), withinMs);
      this.watchers.add(watch);
    });
  }

  private show(type: 'message' | 'edited', { message }: StoredMessage): void {
    if (message.from?.is_bot !== true) return;
    this.changes += 1;
    const { message_id: messageId, text = '' } = message;
    const rows = message.reply_markup?.inline_keyboard ?? [];
    const buttons = rows.flat().map((button) => buttonOf(messageId, button));
    const others = this.bubbles.filter((bubble) => bubble.messageId !== messageId);
    const bubble = { messageId, text, buttons, change: this.changes };
    this.bubbles = [...others, bubble]
      .sort((one, other) => one.messageId - other.messageId)
      .slice(-MESSAGES_IN_SIGHT);
    const receipt = buttons.find(asks('rcpt:pdf'))?.data;
    if (type === 'message' && receipt !== undefined)
      this.receipts.push({ data: receipt, at: performance.now() });
  }
}

function buttonOf(messageId: number, { text, callback_data, url }: WireButton): Button {
  const route = callback_data === undefined ? undefined : decodeCallback(callback_data)?.route;
  return { messageId, label: text, route, data: callback_data, url };
}
