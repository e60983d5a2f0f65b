import type { TelegramWebhook } from '../../src/http/ports';
import { startTestServer } from './harness';
import type { TestServer } from './harness';

const SECRET = 'a-Secret_of-the-webhook';
const updates: unknown[] = [];
let fails = false;

const telegramWebhook: TelegramWebhook = {
  secret: SECRET,
  handle: async (request, response) => {
    if (fails) throw new Error('the handler failed');
    updates.push(request.body);
    response.status(200).end();
  },
};

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ telegramWebhook });
});
afterAll(() => server.stop());
beforeEach(() => {
  updates.length = 0;
  fails = false;
});

function send(body: string, secret?: string): Promise<Response> {
  return fetch(`${server.url}/webhook/telegram`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(secret === undefined ? {} : { 'x-telegram-bot-api-secret-token': secret }),
    },
    body,
  });
}

test('an update with the secret reaches the bot', async () => {
  expect((await send('{"update_id":1}', SECRET)).status).toBe(200);
  expect(updates).toEqual([{ update_id: 1 }]);
});

test.each([undefined, '', 'wrong', SECRET.toLowerCase(), `${SECRET}x`])(
  'the secret %j is 401 and nothing is processed',
  async (secret) => {
    expect((await send('{"update_id":1}', secret)).status).toBe(401);
    expect(updates).toEqual([]);
  },
);

test('without the secret the body is not even parsed', async () => {
  expect((await send('{not json')).status).toBe(401);
  expect((await send('{not json', SECRET)).status).toBe(400);
});

test('a failing handler is a 500, so that Telegram repeats the update', async () => {
  fails = true;
  const response = await send('{"update_id":1}', SECRET);
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain('the handler failed');
});

test('an empty secret refuses to start', async () => {
  await expect(
    startTestServer({ telegramWebhook: { ...telegramWebhook, secret: '' } }),
  ).rejects.toThrow('TELEGRAM_WEBHOOK_SECRET is empty');
});
