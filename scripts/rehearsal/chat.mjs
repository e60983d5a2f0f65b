import { until } from './judgement.mjs';

const SANDBOX = 'http://127.0.0.1:18081/sandbox';
/** From the greeting to an open invoice for Stars. */
const WAY = [/I accept/, /Plans/, /Premium/, /^Choose/, /Continue to pay/];

async function call(path, body) {
  const how = { method: 'POST', headers: { 'content-type': 'application/json' } };
  const response = await fetch(`${SANDBOX}${path}`, body && { ...how, body: JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(`the sandbox answers ${response.status} to ${path}: ${text}`);
  return JSON.parse(text);
}

/** Somebody new in a chat with the bot. */
export async function openChat() {
  const { id: personId } = await call('/people', { firstName: 'Kim', languageCode: 'en' });
  const messages = () => call(`/chats/${personId}/messages`);
  const find = async (label) => {
    for (const { message } of (await messages()).reverse()) {
      const buttons = (message.reply_markup?.inline_keyboard ?? []).flat();
      const button = buttons.find(({ text }) => label.test(text));
      if (button) return { messageId: message.message_id, button };
    }
    return undefined;
  };
  const press = async (label) => {
    const { messageId, button } = await until(`there is a button ${label}`, () => find(label));
    await call('/press', { personId, messageId, data: button.callback_data, wait: 15 });
  };
  return {
    personId,
    order: async () => {
      await call('/send', { personId, text: '/start' });
      for (const label of WAY) await press(label);
      await until('there is an invoice', () => find(/Pay /));
    },
    pay: async () => {
      const { button } = await until('there is an invoice', () => find(/Pay /));
      const outcome = await until('Telegram takes the Stars', async () => {
        const answer = await call('/pay', { personId, link: button.url });
        if (answer.status !== 'paid') throw new Error(JSON.stringify(answer));
        return answer;
      });
      return outcome;
    },
    hears: (words) =>
      until(`the bot says ${words}`, async () =>
        (await messages()).some(({ message }) => words.test(message.text ?? '')),
      ),
  };
}
