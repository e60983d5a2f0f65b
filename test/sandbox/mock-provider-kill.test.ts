import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  CREDENTIALS,
  API_KEY,
  eventually,
  openOrder,
  startFakeShop,
} from './mock-provider-harness';
import type { MockProvider } from '../../sandbox/mock-provider/server';

/** Runs the process entry from its source: every TypeScript file is compiled as it is loaded. */
const ENTRY = `
const { transformFileSync } = require('@swc/core');
const options = { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' }, swcrc: false };
require.extensions['.ts'] = (module, file) => module._compile(transformFileSync(file, options).code, file);
require('./sandbox/mock-provider/main.ts');`;

async function startProcess(
  env: Record<string, string>,
): Promise<{ child: ChildProcess; url: string }> {
  const cwd = resolve(__dirname, '../..');
  const child = spawn(process.execPath, ['-e', ENTRY], { cwd, env: { ...process.env, ...env } });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await eventually(() => /mock bank: http/.test(output) || child.exitCode !== null);
  const url = /mock bank: (http\S+)\/panel/.exec(output)?.[1];
  if (url === undefined) throw new Error(`the bank did not start: ${output}`);
  return { child, url };
}

function ended(child: ChildProcess): Promise<unknown> {
  return new Promise((done) => child.once('exit', done));
}

test('a bank killed with SIGKILL delivers after its restart what the shop had not accepted', async () => {
  const shop = await startFakeShop();
  shop.answer = () => ({ status: 503, body: 'down' });
  const env = {
    NODE_ENV: 'test',
    MOCK_PROVIDER_PORT: '0',
    MOCK_PROVIDER_DATA_FILE: join(mkdtempSync(join(tmpdir(), 'mock-bank-')), 'bank.jsonl'),
    MOCK_PROVIDER_MERCHANT_LOGIN: CREDENTIALS.merchantLogin,
    MOCK_PROVIDER_PASSWORD_1: CREDENTIALS.password1,
    MOCK_PROVIDER_PASSWORD_2: CREDENTIALS.password2,
    MOCK_PROVIDER_HASH: CREDENTIALS.hash,
    MOCK_PROVIDER_API_KEY: API_KEY,
    MOCK_PROVIDER_NOTIFY_URL: `${shop.url}/webhook/mock`,
  };
  const first = await startProcess(env);
  await openOrder({ url: first.url } as MockProvider);
  const pay = `${first.url}/control/pay`;
  const headers = { 'content-type': 'application/json' };
  await fetch(pay, { method: 'POST', headers, body: '{"invoiceNo":1,"wait":true}' });
  const gone = ended(first.child);
  first.child.kill('SIGKILL');
  await gone;
  shop.answer = (fields) => ({ status: 200, body: `OK${fields['InvId']}` });
  const before = shop.received.length;
  const second = await startProcess(env);
  await eventually(() => shop.received.length > before);
  expect(new Set(shop.received.map(({ body }) => body)).size).toBe(1);
  const left = ended(second.child);
  second.child.kill('SIGTERM');
  expect(await left).toBe(0);
  await shop.stop();
}, 20_000);

test('T-A3 the process refuses to start in production', async () => {
  await expect(startProcess({ NODE_ENV: 'production', MOCK_PROVIDER_PORT: '0' })).rejects.toThrow(
    'cannot run in production',
  );
});
