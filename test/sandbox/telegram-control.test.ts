import { Api } from 'grammy';
import type { TelegramSandbox } from '../../sandbox/telegram/server';
import { startTelegramSandbox } from '../../sandbox/telegram/server';

const TOKEN = '4242:secret';

describe('the control API of the Telegram sandbox', () => {
  let sandbox: TelegramSandbox;
  let api: Api;
  let anna: number;

  beforeEach(async () => {
    sandbox = await startTelegramSandbox({ port: 0, rates: 'unlimited' });
    api = new Api(TOKEN, { apiRoot: sandbox.apiRoot });
    await request('POST', '/bots', { token: TOKEN });
    const person = await request('POST', '/people', { firstName: 'Anna', languageCode: 'ru' });
    anna = (person.body as { id: number }).id;
    await request('POST', '/send', { personId: anna, text: '/start' });
  });

  afterEach(() => sandbox.close());

  const request = async (
    method: string,
    path: string,
    body?: object,
  ): Promise<{ status: number; body: unknown }> => {
    const response = await fetch(`${sandbox.url}/sandbox${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  };

  it('shows people, bots without tokens, chats and messages', async () => {
    await api.sendMessage(anna, 'hello');
    const state = await request('GET', '/state');
    expect(state.body).toMatchObject({
      bots: [{ id: 4242 }],
      people: [{ id: anna, firstName: 'Anna' }],
      chats: [{ chatId: anna, unreadCount: 1, lastMessage: { message: { text: 'hello' } } }],
    });
    expect(JSON.stringify(state.body)).not.toContain('secret');
    await request('POST', '/read', { chatId: anna });
    const messages = await request('GET', `/chats/${anna}/messages?contains=hello&wait=1`);
    expect(messages.body).toMatchObject([{ message: { text: 'hello' } }]);
    expect(sandbox.messages(anna)).toHaveLength(2);
  });

  it('presses buttons and waits for the answer', async () => {
    const reply_markup = { inline_keyboard: [[{ text: 'Go', callback_data: 'go' }]] };
    const { message_id } = await api.sendMessage(anna, 'x', { reply_markup });
    const pressing = request('POST', '/press', {
      personId: anna,
      messageId: message_id,
      text: 'Go',
      wait: 5,
    });
    const offset = (sandbox.pendingUpdates().at(-1)?.update_id ?? 0) + 1;
    const [update] = await api.getUpdates({ offset, timeout: 5 });
    expect(update?.callback_query).toMatchObject({ data: 'go', message: { message_id } });
    await api.answerCallbackQuery(update?.callback_query?.id ?? '', { text: 'Done' });
    expect((await pressing).body).toMatchObject({ answer: { text: 'Done', isAlert: false } });
  });

  it('changes people and blocks the bot', async () => {
    await request('PATCH', `/people/${anna}`, { languageCode: 'en', username: 'anna_p' });
    await request('POST', '/send', { personId: anna, text: 'x' });
    const from = sandbox.pendingUpdates().at(-1)?.message?.from;
    expect(from).toMatchObject({ language_code: 'en', username: 'anna_p' });
    await request('POST', '/blocked', { personId: anna, isBlocked: true });
    const refused = await request('POST', '/send', { personId: anna, text: 'x' });
    expect(refused).toMatchObject({ status: 409 });
  });

  it('says what is wrong with a request', async () => {
    expect(await request('POST', '/people', {})).toMatchObject({ status: 400 });
    expect(await request('POST', '/send', { personId: 1, text: 'x' })).toEqual({
      status: 404,
      body: { error: 'no person 1; see GET /sandbox/people' },
    });
    expect(await request('GET', '/nothing')).toMatchObject({ status: 404 });
  });

  it('breaks calls as it is asked to, so often and no more', async () => {
    const fault = (body: object): Promise<unknown> => request('POST', '/faults', body);
    await fault({ kind: '429', method: 'sendMessage', seconds: 7, times: 1 });
    await expect(api.sendMessage(anna, 'x')).rejects.toMatchObject({
      parameters: { retry_after: 7 },
    });
    await fault({ kind: '500', times: 1, chatId: anna });
    await api.getMe();
    await expect(api.sendMessage(anna, 'x')).rejects.toMatchObject({ error_code: 500 });
    await fault({ kind: '403', times: 1 });
    await expect(api.sendMessage(anna, 'x')).rejects.toMatchObject({ error_code: 403 });
    await fault({ kind: 'hang', seconds: 0.05, times: 1 });
    await expect(api.sendMessage(anna, 'x')).rejects.toThrow('Network request');
    await fault({ kind: 'drop-response', method: 'sendmessage', times: 1 });
    await expect(api.sendMessage(anna, 'sent all the same')).rejects.toThrow('Network request');
    await sandbox.waitForMessage(anna, 'sent all the same');
    await fault({ kind: '400' });
    await request('DELETE', '/faults');
    await api.sendMessage(anna, 'x');
  });

  it('streams what happens', async () => {
    const response = await fetch(`${sandbox.url}/sandbox/events`);
    const reader = response.body?.getReader() as ReadableStreamDefaultReader<Uint8Array>;
    await api.sendMessage(anna, 'live');
    let text = '';
    while (!text.includes('"live"')) {
      text += new TextDecoder().decode((await reader.read()).value);
    }
    await reader.cancel();
    expect(text).toContain('"type":"message"');
  });

  it('streams only what was asked for', async () => {
    const response = await fetch(`${sandbox.url}/sandbox/events?types=edited,answer`);
    const reader = response.body?.getReader() as ReadableStreamDefaultReader<Uint8Array>;
    const { message_id: messageId } = await api.sendMessage(anna, 'before');
    await api.editMessageText(anna, messageId, 'after');
    let text = '';
    while (!text.includes('"after"')) {
      text += new TextDecoder().decode((await reader.read()).value);
    }
    await reader.cancel();
    const types = [...text.matchAll(/^data: \{"type":"(\w+)"/gm)].map(([, type]) => type);
    expect(types).toEqual(['edited']);
  });

  it('serves the chat page with nothing from elsewhere', async () => {
    const page = await fetch(sandbox.chatUrl(anna));
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    const html = await page.text();
    expect(html).toContain('js/app.js');
    expect(html).not.toMatch(/https?:\/\//);
  });
});
