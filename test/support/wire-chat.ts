import type { ProcessStack } from './process-stack';
import { until } from './until';

/** Somebody's open order of 200 roubles. */
export interface ChatOrder {
  readonly personId: number;
  readonly no: number;
  readonly invoiceId: string;
}

/** The chat of the sandbox over the wire, for processes that share nothing with the test. */
export interface WireChat {
  /** A new person accepts the terms and orders a top-up of 200 roubles. */
  orderTopup(firstName: string): Promise<ChatOrder>;
  press(personId: number, button: string): Promise<void>;
  /** What the chat shows, oldest first; a picture says nothing. */
  texts(personId: number): Promise<string[]>;
}

interface Bubble {
  readonly message: {
    readonly message_id: number;
    readonly text?: string;
    readonly reply_markup?: {
      readonly inline_keyboard: { text: string; callback_data?: string }[][];
    };
  };
}

/** Asks one of the sandbox's programs, and throws with its words when it refuses. */
export async function post<T>(url: string, body: unknown): Promise<T> {
  return answerOf(url, {
    ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
    body: JSON.stringify(body),
  });
}

async function answerOf<T>(url: string, init: RequestInit = {}): Promise<T> {
  const response = await fetch(url, init);
  const text = await response.text();
  if (!response.ok) throw new Error(`${url}: ${response.status} ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

export function wireChat({
  telegramUrl,
  sql,
}: Pick<ProcessStack, 'telegramUrl' | 'sql'>): WireChat {
  const sandbox = `${telegramUrl}/sandbox`;
  const bubbles = async (personId: number) => {
    const shown = await answerOf<Bubble[]>(`${sandbox}/chats/${personId}/messages`);
    return shown.map(({ message }) => message);
  };
  /** Presses the newest button whose text fits, as soon as the chat shows it. */
  const press = async (personId: number, text: string) => {
    const found = await until(`button ${text}`, async () => {
      for (const message of (await bubbles(personId)).reverse()) {
        const buttons = message.reply_markup?.inline_keyboard.flat() ?? [];
        const button = buttons.find((one) => one.callback_data && one.text.includes(text));
        if (button) return { messageId: message.message_id, data: button.callback_data };
      }
      return undefined;
    });
    await post(`${sandbox}/press`, { personId, ...found });
  };
  return {
    press,
    texts: async (personId) => (await bubbles(personId)).map(({ text }) => text ?? ''),
    orderTopup: async (firstName) => {
      const person = { firstName, languageCode: 'en' };
      const { id: personId } = await post<{ id: number }>(`${sandbox}/people`, person);
      await post(`${sandbox}/send`, { personId, text: '/start' });
      for (const button of ['I accept', 'Top up', '₽200', 'Continue to pay']) {
        await press(personId, button);
      }
      return until('the invoice is pending', async () => {
        const [row] = await sql`
          select id, no::int as no from invoices where user_id = ${personId} and state = 'pending'`;
        return row && { personId, no: Number(row['no']), invoiceId: String(row['id']) };
      });
    },
  };
}
