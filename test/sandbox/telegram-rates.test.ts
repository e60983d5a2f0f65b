import type { GrammyError } from 'grammy';
import { Api } from 'grammy';
import { startTelegramSandbox } from '../../sandbox/telegram/server';

const TOKEN = '4242:secret';

describe('time and rates of the Telegram sandbox', () => {
  it('refuses an answer to a press after its time', async () => {
    let now = 1_800_000_000_000;
    const sandbox = await startTelegramSandbox({ port: 0, clock: () => now });
    const api = new Api(TOKEN, { apiRoot: sandbox.apiRoot });
    sandbox.registerBot(TOKEN);
    const anna = sandbox.createPerson({ firstName: 'Anna' }).id;
    const { message_id } = sandbox.send(anna, '/start');
    const press = sandbox.press(anna, message_id, { data: 'x' });
    now += 31_000;
    await expect(api.answerCallbackQuery(press.id)).rejects.toMatchObject({ error_code: 400 });
    await sandbox.close();
  });

  it('lets a burst into a chat, then one message a second, and says how long to wait', async () => {
    let now = 1_800_000_000_000;
    const sandbox = await startTelegramSandbox({ port: 0, clock: () => now });
    const api = new Api(TOKEN, { apiRoot: sandbox.apiRoot });
    sandbox.registerBot(TOKEN);
    const anna = sandbox.createPerson({ firstName: 'Anna' }).id;
    sandbox.openChat(anna);
    for (let count = 0; count < 8; count += 1) await api.sendMessage(anna, 'x');
    await expect(api.sendMessage(anna, 'x')).rejects.toMatchObject({
      error_code: 429,
      description: 'Too Many Requests: retry after 1',
      parameters: { retry_after: 1 },
    });
    now += 1000;
    await api.sendMessage(anna, 'x');
    await sandbox.close();
  });

  it('lets a bot send 30 messages a second in all, and 20 a minute to a group', async () => {
    const now = 1_800_000_000_000;
    const sandbox = await startTelegramSandbox({ port: 0, clock: () => now });
    const api = new Api(TOKEN, { apiRoot: sandbox.apiRoot });
    sandbox.registerBot(TOKEN);
    const outcome = async (chatId: number): Promise<number> =>
      api.sendMessage(chatId, 'x').then(
        () => 200,
        (error: GrammyError) => error.error_code,
      );
    const group = sandbox.createGroup({ title: 'Team', memberIds: [] });
    for (let count = 0; count < 20; count += 1) expect(await outcome(group.id)).toBe(200);
    expect(await outcome(group.id)).toBe(429);
    const people = Array.from({ length: 11 }, (_, index) =>
      sandbox.createPerson({ firstName: `P${index}` }),
    );
    for (const person of people) sandbox.openChat(person.id);
    const outcomes: number[] = [];
    for (const person of people) outcomes.push(await outcome(person.id));
    expect(outcomes).toEqual([...Array<number>(10).fill(200), 429]);
    await sandbox.close();
  });

  it('does not start in production', async () => {
    process.env['NODE_ENV'] = 'production';
    const start = startTelegramSandbox({ port: 0 });
    process.env['NODE_ENV'] = 'test';
    await expect(start).rejects.toThrow('does not start when NODE_ENV is production');
  });
});
