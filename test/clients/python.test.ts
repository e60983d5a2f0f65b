import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { apiClient, spender, type ApiClient } from '../support/api';
import { balance } from '../support/shop';
import { checkBooks, startStack, until, type Stack } from '../support/stack';
import { startProxy, type Proxy } from './support/proxy';

const FOLDER = resolve(__dirname, '../../clients/python');
const run = promisify(execFile);

const found = spawnSync('python3', [
  '-c',
  'import sys; print(sys.version); sys.exit(sys.version_info < (3, 9))',
]);
const isThere = found.status === 0;
// The only reason to leave these out, and it is said aloud.
if (!isThere) console.warn('Skipped: there is no python3 of version 3.9 or later on this machine.');
const withPython = isThere ? describe : describe.skip;

withPython('the Python client', () => {
  let stack: Stack;
  let proxy: Proxy;
  let caller: ApiClient;

  beforeAll(async () => {
    stack = await startStack();
    proxy = await startProxy(stack.http.url);
    caller = await apiClient(stack);
  });
  afterEach(() => checkBooks(stack));
  afterAll(async () => {
    await proxy?.stop();
    await stack?.stop();
  });

  const HEAD = `
import json, os, sys, time
from telegram_billing_client import *
url, key, user, folder = sys.argv[1:5]
user = int(user)
client = Client(url, key, retry=RetryPolicy(first_seconds=0.05, longest_seconds=0.5))
`;

  function partsOf(script: string, userId: number): [string, string[], object] {
    const folder = mkdtempSync(join(tmpdir(), 'billing-outbox-'));
    const given = ['-c', HEAD + script, proxy.url, caller.key, String(userId), folder];
    return ['python3', given, { cwd: FOLDER, encoding: 'utf8' }];
  }

  /** What a script printed as its last line, which is JSON. */
  async function told(script: string, userId: number): Promise<unknown> {
    const { stdout } = await run(...partsOf(script, userId));
    return JSON.parse(String(stdout).trimEnd().split('\n').at(-1) ?? '');
  }

  async function chargesOf(userId: number): Promise<number[]> {
    const rows = await stack.sql`
      select charged_utok::float8 as utok from charges where user_id = ${userId} order by id`;
    return rows.map((row) => Number(row['utok']) / 1e6);
  }

  it('passes its own tests', async () => {
    const tests = ['-m', 'unittest', 'discover', '-t', '.', '-s', 'tests'];
    const { stderr } = await run('python3', tests, { cwd: FOLDER });
    expect(stderr).toMatch(/Ran \d+ tests[\s\S]*OK/);
  });

  it('asks for a lost answer again under the same name, and is charged once', async () => {
    const userId = await spender(stack, 100);
    proxy.fates.push('cut_answer', 'cut_request');
    const spent = await told('print(json.dumps(client.spend(user, "10", "work")))', userId);
    expect(spent).toMatchObject({ replayed: true, amount: '10', balance_after: '90' });
    expect(await chargesOf(userId)).toEqual([10]);
  });

  it('settles a job under a hold for what it reported', async () => {
    const userId = await spender(stack, 100);
    const script = `
with client.with_hold(user, 50, lease_seconds=30, key="py-1") as job:
    job.report("12.5")
print(json.dumps(job.hold.view))`;
    expect(await told(script, userId)).toMatchObject({ state: 'captured', captured: '12.5' });
    expect(await chargesOf(userId)).toEqual([12.5]);
    expect(await balance(stack, userId)).toBe(87.5);
  });

  it('leaves a hold to its lease when it is killed: what it had reported is charged', async () => {
    const userId = await spender(stack, 100);
    const script = `
with client.with_hold(user, 50, lease_seconds=600, key="py-killed") as job:
    job.report("7")
    job.beat_now()
    while job.hold.view["reported"] != "7":
        time.sleep(0.05)
    print(job.hold.id, flush=True)
    time.sleep(600)`;
    const [command, given, options] = partsOf(script, userId);
    const process = spawn(command, given, { ...options, stdio: ['ignore', 'pipe', 'inherit'] });
    await once(process.stdout, 'data');
    process.kill('SIGKILL');
    await once(process, 'exit');
    await stack.advance(userId, 11 * 60_000);
    await until('the lease settles it', async () => (await chargesOf(userId)).length === 1);
    expect(await chargesOf(userId)).toEqual([7]);
  });

  it('T-E3 reads the last event of a Runner without its newline, and of one that was killed', async () => {
    const userId = await spender(stack, 100);
    const script = `
runner = """
import os, signal, sys
print('{"type":"track_cost","total_cost":0.5,"event_id":"a"}')
sys.stdout.write('{"type":"bot_output","output_type":"track_cost","data":{"total_cost":2,"event_id":"b"}}')
sys.stdout.flush()
os.kill(os.getpid(), signal.SIGKILL)
"""
outbox = Outbox(client, folder)
result = run_job([sys.executable, "-c", runner], outbox, source="runner", user_id=user, track="slides")
print(json.dumps({"exit": result.exit_code, "left": outbox.pending()}))`;
    expect(await told(script, userId)).toEqual({ exit: -9, left: 0 });
    await until('the job is charged', async () => (await chargesOf(userId)).length > 0);
    expect(await chargesOf(userId)).toEqual([6.28]);
  });

  it('keeps events while the server is away and sends them later with their ids', async () => {
    const userId = await spender(stack, 100);
    const script = `
hasty = Client(url, key, retry=RetryPolicy(attempts=1))
event = {"source": "away", "event_id": "x-1", "user_id": user, "track": "t", "total_cost": "1"}
first = Outbox(hasty, folder)
first.add(event)
was_sent = first.flush()
left = first.pending()
second = Outbox(client, folder)
print(json.dumps([was_sent, left, second.flush(), second.pending()]))`;
    proxy.fates.push('cut_answer');
    expect(await told(script, userId)).toEqual([false, 1, true, 0]);
    expect(await chargesOf(userId)).toEqual([3.14]);
  });
});
