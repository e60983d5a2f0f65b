import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Api, InputFile } from 'grammy';
import { startTelegramSandbox } from '../../sandbox/telegram/server';

const TOKEN = '4242:secret';

describe('a Telegram sandbox with a data file', () => {
  let folder: string;
  let dataFile: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'telegram-sandbox-'));
    dataFile = join(folder, 'telegram.jsonl');
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('remembers everything over a restart, a torn last line included', async () => {
    const before = await startTelegramSandbox({ port: 0, dataFile });
    const api = new Api(TOKEN, { apiRoot: before.apiRoot });
    before.registerBot(TOKEN, { firstName: 'Shop' });
    const anna = before.createPerson({ firstName: 'Anna', languageCode: 'ru' }).id;
    before.send(anna, '/start');
    const file = await api.sendDocument(anna, new InputFile(Buffer.from('kept'), 'a.txt'));
    const gone = await api.sendMessage(anna, 'gone');
    await api.deleteMessage(anna, gone.message_id);
    const prices = [{ label: 'm', amount: 5 }];
    const link = await api.createInvoiceLink('Pro', 'Monthly', 'sub-1', '', 'XTR', prices, {
      subscription_period: 2_592_000,
    });
    const paying = before.pay(anna, { link });
    const query = before.pendingUpdates().at(-1)?.pre_checkout_query?.id ?? '';
    await api.answerPreCheckoutQuery(query, true);
    await paying;
    const shown = before.messages(anna);
    const pending = before.pendingUpdates();
    await before.close();
    appendFileSync(dataFile, '{"table":"people","key":"9","value":{"first');

    const after = await startTelegramSandbox({ port: 0, dataFile });
    expect(after.bots()[0]).toMatchObject({ token: TOKEN, firstName: 'Shop' });
    expect(after.person(anna)).toMatchObject({ languageCode: 'ru', starBalance: 9995 });
    expect(after.people()).toHaveLength(1);
    expect(after.messages(anna)).toEqual(shown);
    expect(after.pendingUpdates()).toEqual(pending);
    expect(after.charges()).toHaveLength(1);
    expect(after.subscriptions()[0]?.state).toBe('active');
    const again = new Api(TOKEN, { apiRoot: after.apiRoot });
    const path = (await again.getFile(file.document.file_id)).file_path;
    const content = await fetch(`${after.apiRoot}/file/bot${TOKEN}/${path}`);
    expect(await content.text()).toBe('kept');
    const next = after.send(anna, 'more');
    expect(next.message_id).toBeGreaterThan(gone.message_id);
    await after.close();
  });

  it('keeps a webhook and delivers what waited when it is back', async () => {
    const before = await startTelegramSandbox({ port: 0, dataFile });
    before.registerBot(TOKEN);
    await new Api(TOKEN, { apiRoot: before.apiRoot }).setWebhook('http://127.0.0.1:9/', {
      secret_token: 's',
    });
    const anna = before.createPerson({ firstName: 'Anna' }).id;
    before.send(anna, 'waits');
    await before.close();
    const after = await startTelegramSandbox({ port: 0, dataFile });
    const api = new Api(TOKEN, { apiRoot: after.apiRoot });
    const info = await api.getWebhookInfo();
    expect(info).toMatchObject({ url: 'http://127.0.0.1:9/', pending_update_count: 1 });
    await after.close();
  });

  it('loses nothing it has answered for to a kill -9, and stops cleanly on SIGTERM', async () => {
    const first = await startProcess(dataFile);
    const person = await post<{ id: number }>(first.url, '/sandbox/people', { firstName: 'Anna' });
    await post(first.url, '/sandbox/bots', { token: TOKEN });
    const words = { personId: person.id, text: 'said' };
    const said = await post<{ message_id: number }>(first.url, '/sandbox/send', words);
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');

    const second = await startProcess(dataFile);
    const updates = await new Api(TOKEN, { apiRoot: second.url }).getUpdates();
    expect(updates[0]?.message).toMatchObject({ text: 'said', message_id: said.message_id });
    second.child.kill('SIGTERM');
    expect(await once(second.child, 'exit')).toEqual([0, null]);
  }, 30_000);
});

async function startProcess(dataFile: string): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'sandbox/telegram/main.ts'], {
    env: { ...process.env, TELEGRAM_SANDBOX_PORT: '0', TELEGRAM_SANDBOX_DATA: dataFile },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const { apiRoot } = JSON.parse(line.toString()) as { apiRoot: string };
  return { child, url: apiRoot };
}

async function post<T>(url: string, path: string, body: object): Promise<T> {
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return (await response.json()) as T;
}
