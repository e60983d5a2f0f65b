import type { InlineKeyboardButton } from '@grammyjs/types';
import type { StoredMessage } from '../../../sandbox/telegram/state';
import type { Stage } from './stage';

/** What a chat needs of the world around it: the bot tests' stage has it, and so has the whole stack. */
export type ChatStage = Pick<Stage, 'telegram' | 'sql'>;

/** Somebody in a chat with the bot, as the chat page would play them. */
export interface Visitor {
  readonly id: number;
  /** Sends a text and gives the bot's answer. */
  write(text: string): Promise<StoredMessage>;
  /** Presses a button, by its data or a part of its label, on the newest message of the bot. */
  press(button: string): Promise<Pressed>;
  /** Presses data that need not stand on any button, as an old client or a forger can. */
  forge(data: string): Promise<Pressed>;
  /** The bot's newest message as it stands. */
  shown(): StoredMessage;
  texts(): string[];
}

export interface Pressed {
  readonly toast: string | undefined;
  readonly isAlert: boolean;
  /** The newest message after the press. */
  readonly message: StoredMessage;
}

let made = 0;

export function newVisitor(
  stage: ChatStage,
  person: { name?: string; language?: string } = {},
): Visitor {
  made += 1;
  const id = 9_000_000 + made;
  const { telegram } = stage;
  const { name = 'Anna', language = 'en' } = person;
  telegram.createPerson({ id, firstName: name, languageCode: language });
  const ours = () => telegram.messages(id).filter(({ message }) => message.from?.is_bot);
  const shown = () => {
    const last = ours().at(-1);
    if (!last) throw new Error('the bot has said nothing yet');
    return last;
  };
  const press = async (data: string): Promise<Pressed> => {
    const target = shown();
    const pressed = telegram.press(id, target.message.message_id, { data });
    const answer = await telegram.waitForAnswer(pressed.id, 15_000);
    if (!answer) throw new Error(`the press of ${data} was not answered`);
    await idle(stage);
    return { toast: answer.text, isAlert: answer.isAlert, message: shown() };
  };
  return {
    id,
    shown,
    texts: () => ours().map(({ message }) => message.text ?? ''),
    write: async (text) => {
      const before = ours().length;
      telegram.send(id, text);
      await until(`an answer to ${text}`, () => ours().length > before);
      await idle(stage);
      return shown();
    },
    press: (button) => press(dataOf(shown(), button)),
    forge: async (data) => {
      const target = shown().message;
      const keep = target.reply_markup;
      target.reply_markup = { inline_keyboard: [[{ text: 'forged', callback_data: data }]] };
      const pressed = await press(data);
      if (keep && shown().message === target) target.reply_markup = keep;
      return pressed;
    },
  };
}

export function buttonsOf(stored: StoredMessage): InlineKeyboardButton[] {
  return (stored.message.reply_markup?.inline_keyboard ?? []).flat();
}

/** The data of the button with this data or label. */
export function dataOf(stored: StoredMessage, wanted: string): string {
  const data = buttonsOf(stored).flatMap((button) =>
    'callback_data' in button && (button.callback_data === wanted || button.text.includes(wanted))
      ? [button.callback_data]
      : [],
  )[0];
  if (data !== undefined) return data;
  const labels = buttonsOf(stored).map(({ text }) => text);
  throw new Error(`no button ${wanted} among ${JSON.stringify(labels)}`);
}

/** Every update so far is handled to its end. */
export async function idle(stage: ChatStage): Promise<void> {
  await until('the bot to be idle', async () => {
    const pending = stage.telegram.pendingUpdates().map((update) => update.update_id);
    if (pending.length === 0) return true;
    const [row] = await stage.sql`
      select count(*)::int as n from handled_updates where update_id in ${stage.sql(pending)}`;
    return row?.['n'] === pending.length;
  });
}

export async function until(what: string, isDone: () => boolean | Promise<boolean>): Promise<void> {
  for (let waited = 0; waited < 15_000; waited += 20) {
    if (await isDone()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`waited in vain for ${what}`);
}
