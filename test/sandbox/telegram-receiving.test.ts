import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Update } from '@grammyjs/types';
import { Api, Bot, webhookCallback } from 'grammy';
import type { TelegramSandbox } from '../../sandbox/telegram/server';
import { startTelegramSandbox } from '../../sandbox/telegram/server';

const TOKEN = '4242:secret';
const SECRET = 'a-secret_1';

describe('receiving updates from the Telegram sandbox', () => {
  let sandbox: TelegramSandbox;
  let api: Api;
  let anna: number;
  const servers: Server[] = [];

  beforeEach(async () => {
    sandbox = await startTelegramSandbox({
      port: 0,
      webhook: { firstRetrySeconds: 0.02, longestRetrySeconds: 0.1, timeoutSeconds: 5 },
    });
    api = new Api(TOKEN, { apiRoot: sandbox.apiRoot });
    sandbox.registerBot(TOKEN);
    anna = sandbox.createPerson({ firstName: 'Anna' }).id;
  });

  afterEach(async () => {
    for (const server of servers.splice(0)) server.close();
    await sandbox.close();
  });

  const listen = async (server: Server): Promise<string> => {
    servers.push(server.listen(0, '127.0.0.1'));
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  };

  const until = async (isDone: () => boolean): Promise<void> => {
    for (let tries = 0; tries < 200 && !isDone(); tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(isDone()).toBe(true);
  };

  it('keeps updates until a higher offset confirms them', async () => {
    sandbox.send(anna, 'one');
    sandbox.send(anna, 'two');
    const first = await api.getUpdates({ limit: 1 });
    expect(first.map((it) => it.message?.text)).toEqual(['one']);
    expect((await api.getUpdates()).map((it) => it.message?.text)).toEqual(['one', 'two']);
    const offset = (first[0]?.update_id ?? 0) + 1;
    expect((await api.getUpdates({ offset })).map((it) => it.message?.text)).toEqual(['two']);
    expect(sandbox.pendingUpdates()).toHaveLength(1);
    expect((await api.getUpdates({ offset: -1 })).map((it) => it.message?.text)).toEqual(['two']);
  });

  it('holds a long poll until something comes', async () => {
    const waiting = api.getUpdates({ timeout: 10 });
    setTimeout(() => sandbox.send(anna, 'late'), 30);
    expect((await waiting).map((it) => it.message?.text)).toEqual(['late']);
  });

  it('ends the older of two polls with 409', async () => {
    const older = api.getUpdates({ timeout: 10 });
    const refused = expect(older).rejects.toMatchObject({
      error_code: 409,
      description:
        'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
    });
    await until(() => true);
    await new Promise((resolve) => setTimeout(resolve, 30));
    await api.getUpdates({ timeout: 0 });
    await refused;
  });

  it('sends only the kinds a bot allows, and remembers the list', async () => {
    await api.getUpdates({ allowed_updates: ['callback_query'] });
    sandbox.send(anna, 'unwanted');
    expect(await api.getUpdates()).toEqual([]);
    await api.getUpdates({ allowed_updates: [] });
    sandbox.send(anna, 'wanted');
    expect(await api.getUpdates()).toHaveLength(1);
  });

  it('tells of edits, blocking and unblocking, and refuses to write to who blocks', async () => {
    const own = sandbox.send(anna, 'frist');
    sandbox.edit(anna, { messageId: own.message_id, text: 'first' });
    sandbox.setBlocked(anna, true);
    await expect(api.sendMessage(anna, 'x')).rejects.toMatchObject({
      error_code: 403,
      description: 'Forbidden: bot was blocked by the user',
    });
    sandbox.setBlocked(anna, false);
    await api.sendMessage(anna, 'x');
    const updates = await api.getUpdates();
    expect(updates[1]?.edited_message?.text).toBe('first');
    const statuses = updates.slice(2).map((it) => it.my_chat_member?.new_chat_member.status);
    expect(statuses).toEqual(['kicked', 'member']);
  });

  it('delivers to a webhook with its secret, in order, and again until it is accepted', async () => {
    const seen: [unknown, string | undefined][] = [];
    let refusals = 2;
    const url = await listen(
      createServer((request, response) => {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          const update = JSON.parse(Buffer.concat(chunks).toString()) as Update;
          seen.push([request.headers['x-telegram-bot-api-secret-token'], update.message?.text]);
          refusals -= 1;
          response.writeHead(refusals >= 0 ? 500 : 200).end();
        });
      }),
    );
    await api.setWebhook(url, { secret_token: SECRET });
    sandbox.send(anna, 'one');
    sandbox.send(anna, 'two');
    await until(() => sandbox.pendingUpdates().length === 0);
    expect(seen).toEqual([
      [SECRET, 'one'],
      [SECRET, 'one'],
      [SECRET, 'one'],
      [SECRET, 'two'],
    ]);
    const info = await api.getWebhookInfo();
    expect(info).toMatchObject({
      url,
      pending_update_count: 0,
      last_error_message: 'Wrong response from the webhook: 500 Internal Server Error',
    });
    await expect(api.getUpdates()).rejects.toMatchObject({ error_code: 409 });
    await api.deleteWebhook();
    expect(await api.getUpdates()).toEqual([]);
  });

  it('serves a grammY webhook, whose answer may itself be a call', async () => {
    const bot = new Bot(TOKEN, {
      client: {
        apiRoot: sandbox.apiRoot,
        canUseWebhookReply: (method) => method === 'sendMessage',
      },
    });
    bot.on('message', (ctx) => ctx.reply('by reply').then(() => undefined));
    await bot.init();
    const handle = webhookCallback(bot, 'http', { secretToken: SECRET });
    const url = await listen(createServer((request, response) => void handle(request, response)));
    await api.setWebhook(url, { secret_token: SECRET });
    sandbox.send(anna, 'hello');
    await sandbox.waitForMessage(anna, 'by reply');
  });

  it('keeps updates for a webhook nobody listens on, and can drop them', async () => {
    await api.setWebhook('http://127.0.0.1:9/');
    sandbox.send(anna, 'lost');
    await until(() => sandbox.log('webhook').length > 0);
    expect(await api.getWebhookInfo()).toMatchObject({ pending_update_count: 1 });
    await api.deleteWebhook({ drop_pending_updates: true });
    expect(await api.getUpdates()).toEqual([]);
  });

  it.each([
    ['secret token contains unallowed characters', 'no spaces please'],
    ['secret token is too long', 'x'.repeat(257)],
  ])('refuses a webhook: %s', async (reason, secret_token) => {
    await expect(api.setWebhook('http://127.0.0.1:9/', { secret_token })).rejects.toMatchObject({
      description: `Bad Request: ${reason}`,
    });
  });
});
