import { Api } from 'grammy';
import { editScreen, sendScreen } from '../../src/bot/delivery';
import type { Screen } from '../../src/bot/screen';

/** A Telegram that answers as the test says and writes down what it was asked. */
function scripted(...answers: (string | undefined)[]) {
  const calls: { method: string; payload: Record<string, unknown> }[] = [];
  const api = new Api('1:x');
  api.config.use(async (_previous, method, payload) => {
    calls.push({ method, payload: payload });
    const description = answers.shift();
    if (description !== undefined) return { ok: false, error_code: 400, description } as never;
    return { ok: true, result: { message_id: 5 } } as never;
  });
  return { api, calls };
}

const SCREEN: Screen = {
  text: '<b>Pay & go</b>'.replace('&', '&amp;'),
  rows: [
    [{ label: 'Pay', url: 'http://127.0.0.1:9/pay?a=1&b=2' }],
    [{ label: 'Menu', press: { route: 'nav:menu' } }],
  ],
};
const MESSAGE = { chatId: 1, messageId: 2 };

describe('delivering a screen', () => {
  it('writes a link out when Telegram takes it for no public address', async () => {
    const { api, calls } = scripted(
      "Bad Request: inline keyboard button URL 'http://127.0.0.1:9/pay' is invalid: Wrong HTTP URL",
    );
    await sendScreen(api, 1, SCREEN);
    expect(calls[1]?.payload).toMatchObject({
      text: '<b>Pay &amp; go</b>\nPay: http://127.0.0.1:9/pay?a=1&amp;b=2',
      reply_markup: { inline_keyboard: [[{ text: 'Menu', callback_data: 'v1:nav:menu' }]] },
    });
  });

  it('falls back to plain text when its markup cannot be read', async () => {
    const { api, calls } = scripted("Bad Request: can't parse entities: unexpected end tag");
    await sendScreen(api, 1, SCREEN);
    expect(calls[1]?.payload).toMatchObject({ text: 'Pay & go' });
    expect(calls[1]?.payload).not.toHaveProperty('parse_mode');
  });

  it('takes an unmodified message for success', async () => {
    const { api, calls } = scripted(
      'Bad Request: message is not modified: specified new message content',
    );
    await editScreen(api, MESSAGE, SCREEN);
    expect(calls).toHaveLength(1);
  });

  it('sends anew what cannot be edited any more', async () => {
    const { api, calls } = scripted('Bad Request: message to edit not found');
    await editScreen(api, MESSAGE, SCREEN);
    expect(calls.map(({ method }) => method)).toEqual(['editMessageText', 'sendMessage']);
  });

  it('lets any other refusal be known', async () => {
    const { api } = scripted('Bad Request: chat not found');
    await expect(sendScreen(api, 1, SCREEN)).rejects.toThrow('chat not found');
  });
});
