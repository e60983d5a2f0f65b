import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { connect as http2 } from 'node:http2';
import { join } from 'node:path';
import { connect as tls } from 'node:tls';
import { Connection } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { v7 } from 'uuid';
import { connect, type Connection as Database } from '../../drizzle/client';
import { apiClients, apiKeys, users } from '../../drizzle/schema';
import { freePorts } from '../../src/embedded/ports';
import { issueKey } from '../../src/http/api/keys';
import { BILLING_TASK_QUEUE } from '../../workflows/contract';
import { grant, transfer } from '../activities/support/transfers';
import { ROOT } from '../support/house/tree';
import { requireInvariants } from '../support/invariants';
import { startProcessStack, type ProcessStack } from '../support/process-stack';
import { until } from '../support/until';
import { askThrough, type Call } from './support/callers';
import { startEcho, type Echo } from './support/echo';
import { startNameServer, type NameServer } from './support/names';
import { judge, layOut, nginxProcess, nginxProgram } from './support/nginx';

// The real nginx with the configuration of production, in front of two real servers, beside two real workers.

if (nginxProgram === undefined) console.warn('Skipped: this system has no nginx to unpack.');
const withNginx = nginxProgram === undefined ? describe.skip : describe;

const HOSTS = {
  PROXY_BILLING_HOST: 'billing.example.com',
  PROXY_WEB_UI_HOST: 'temporal.example.com',
  PROXY_CODEC_HOST: 'codec.example.com',
  PROXY_GRAFANA_HOST: 'grafana.example.com',
};
const PEPPER = 'sandbox-pepper-that-guards-nothing';
const PASSWORD = 'of-an-operator';

withNginx('nginx in front of two servers', () => {
  let stack: ProcessStack;
  let names: NameServer;
  let echo: Echo;
  let folder: string;
  let [httpPort, httpsPort] = [0, 0];
  let authority: Buffer;

  beforeAll(async () => {
    const overrides = { TRUSTED_PROXY_HOPS: '1', RATE_LIMIT_CALLS: '100000' };
    stack = await startProcessStack({ hasTwins: true, overrides });
    echo = await startEcho();
    names = await startNameServer({ server: ['127.0.0.1', '127.0.0.2'], inside: ['127.0.0.1'] });
    [httpPort = 0, httpsPort = 0] = await freePorts(2);
    folder = join(stack.dataFolder, 'nginx');
    const secrets = join(folder, 'secrets');
    mkdirSync(secrets, { recursive: true });
    const env = { ...process.env, SECRETS_DIR: secrets };
    const script = (name: string) => join(ROOT, 'deploy', name);
    execFileSync(script('self-signed.sh'), Object.values(HOSTS), { env });
    execFileSync(script('web-ui-user.sh'), ['olga', '-'], { env, input: PASSWORD });
    authority = readFileSync(join(secrets, 'tls_certificate'));
    layOut(folder, {
      ...HOSTS,
      NGINX_LOCAL_RESOLVERS: names.address,
      HTTP_PORT: `127.0.0.1:${httpPort}`,
      HTTPS_PORT: `127.0.0.1:${httpsPort}`,
      SERVER: `server:${new URL(stack.httpUrl).port}`,
      WEB_UI: `inside:${echo.port}`,
      CODEC: `inside:${echo.port}`,
      GRAFANA: `inside:${echo.port}`,
      TLS_CERTIFICATE: join(secrets, 'tls_certificate'),
      TLS_KEY: join(secrets, 'tls_key'),
      WEB_UI_USERS: join(secrets, 'web_ui_users'),
    });
  }, 240_000);
  afterAll(async () => {
    await stack?.stop();
    await Promise.all([names?.stop(), echo?.stop()]);
  });

  const ask = (host: string, path: string, call?: Call) =>
    askThrough({ httpPort, httpsPort, authority }, { ...call, host, path });
  const billing = (path: string, call?: Call) => ask(HOSTS.PROXY_BILLING_HOST, path, call);

  test('nginx finds nothing wrong with its configuration, and starts with it', async () => {
    const { status, words } = judge(folder);
    expect([status, words.match(/\[(?:warn|error|emerg)\].*/g)]).toEqual([0, null]);
    await stack.start(nginxProcess(folder, httpsPort));
  });

  test('the product answers over TLS, by HTTP/1.1 and by HTTP/2', async () => {
    const answer = await billing('/health');
    expect([answer.status, answer.headers['strict-transport-security']]).toEqual([
      200,
      'max-age=31536000',
    ]);
    const session = http2(`https://127.0.0.1:${httpsPort}`, {
      ca: authority,
      servername: HOSTS.PROXY_BILLING_HOST,
    });
    const status = await new Promise((resolve, reject) => {
      session.once('error', reject);
      const stream = session.request({
        ':authority': HOSTS.PROXY_BILLING_HOST,
        ':path': '/legal/terms',
      });
      stream.once('response', (headers) => resolve(headers[':status']));
      stream.end();
    });
    expect([status, session.alpnProtocol]).toEqual([200, 'h2']);
    session.destroy();
  });

  test('plain HTTP leads to TLS with the method kept, and a foreign name gets neither page nor certificate', async () => {
    const moved = await billing('/webhook/stars?a=1', { isPlain: true, method: 'POST' });
    expect([moved.status, moved.headers['location']]).toEqual([
      308,
      `https://${HOSTS.PROXY_BILLING_HOST}/webhook/stars?a=1`,
    ]);
    await expect(ask('elsewhere.example', '/', { isPlain: true })).rejects.toThrow(
      /socket hang up|ECONNRESET/,
    );
    await expect(ask('elsewhere.example', '/')).rejects.toThrow(/unrecognized name/);
  });

  test('T-F4 what is for the inside is not found from outside', async () => {
    const answers = await Promise.all(['/ready', '/metrics'].map((path) => billing(path)));
    expect(answers.map(({ status }) => status)).toEqual([404, 404]);
  });

  const addressed = (name: string) =>
    [...stack.logOf(name).matchAll(/"path":"\/pay\/status\/[^"]*"/g)].length;

  test('both servers are given requests, and the loss of one is not noticed', async () => {
    const looks = async () => {
      const path = `/pay/status/${v7()}`;
      const answers = [];
      for (let each = 0; each < 24; each += 1) answers.push(await billing(path));
      return answers.map(({ status }) => status);
    };
    expect(new Set(await looks())).toEqual(new Set([404]));
    expect(Math.min(addressed('server'), addressed('server-2'))).toBeGreaterThan(4);
    await stack.without('server-2', async () => {
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      expect(new Set(await looks())).toEqual(new Set([404]));
    });
  });

  test('spends through both servers, worked by two workers of which one dies, are booked once each', async () => {
    const { key, personId } = await customer();
    const pollers = await until('two workers poll', async () => {
      const seen = await pollersOf();
      return seen.size >= 2 ? seen : undefined;
    });
    expect(pollers.size).toBeGreaterThanOrEqual(2);
    const spend = (n: number) =>
      billing(`/api/v1/users/${personId}/spend`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${key}`,
          'content-type': 'application/json',
          'idempotency-key': `spend-number-${n}`,
        },
        body: JSON.stringify({ amount: 1, description: 'a job' }),
      });
    const answers = Promise.all(Array.from({ length: 40 }, (_, n) => spend(n)));
    await stack.kill('worker-2');
    const statuses = (await answers).map(({ status }) => status);
    expect(statuses.filter((status) => status >= 300)).toEqual([]);
    const again = await Promise.all(Array.from({ length: 40 }, (_, n) => spend(n)));
    expect(again.filter(({ headers }) => headers['idempotent-replayed'] !== 'true')).toEqual([]);
    const [wallet] = await stack.sql`
      select balance::float8 as balance from accounts where user_id = ${personId}`;
    expect(wallet?.['balance']).toBe(60_000_000);
    await requireInvariants(stack.sql);
  });

  test('what a client claims to come from is thrown away', async () => {
    const headers = { 'x-forwarded-for': '203.0.113.9', forwarded: 'for=203.0.113.9' };
    const { text } = await ask(HOSTS.PROXY_CODEC_HOST, '/decode', { headers });
    const seen = JSON.parse(text) as Record<string, string>;
    expect(seen['x-forwarded-for']).toBe('127.0.0.1');
    expect(seen['forwarded']).toBeUndefined();
    expect(seen['x-forwarded-proto']).toBe('https');
  });

  test('the Web UI opens for nobody without a password, and never learns it', async () => {
    const host = HOSTS.PROXY_WEB_UI_HOST;
    const basic = (text: string) => ({
      authorization: `Basic ${Buffer.from(text).toString('base64')}`,
    });
    const paths = ['/', '/api/v1/namespaces', '/_app/version.json'];
    for (const path of paths) expect((await ask(host, path)).status).toBe(401);
    const wrong = await ask(host, '/', { headers: basic('olga:another') });
    const right = await ask(host, '/', { headers: basic(`olga:${PASSWORD}`) });
    expect([wrong.status, right.status, right.headers['x-frame-options']]).toEqual([
      401,
      200,
      'DENY',
    ]);
    expect(JSON.parse(right.text)).not.toHaveProperty('authorization');
  });

  test('the health check of the Web UI’s container is answered by one that reaches its server', async () => {
    const compose = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8');
    const path = /(?:localhost|127\.0\.0\.1):8080(\/[\w/-]+)'/.exec(compose)?.[1];
    const answer = await fetch(`${stack.temporal.webUiUrl}${path}`);
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('active')]);
  });

  test('a body that is too large is refused before it reaches a server', async () => {
    const body = 'x'.repeat(2 * 1024 * 1024 + 1);
    const large = await billing('/api/v1/spends/batch', { method: 'POST', body });
    const page = await billing('/pay/success', { method: 'POST', body: 'x'.repeat(70_000) });
    expect([large.status, page.status]).toEqual([413, 413]);
    expect(large.headers['strict-transport-security']).toBeDefined();
  });

  test('whoever sends a request slowly is cut', async () => {
    const slowly = (first: string, drip: string) =>
      new Promise<number>((resolve, reject) => {
        const started = Date.now();
        const socket = tls({
          ...{ port: httpsPort, host: '127.0.0.1', ca: authority },
          servername: HOSTS.PROXY_BILLING_HOST,
        });
        socket.once('error', () => undefined);
        socket.once('secureConnect', () => socket.write(first));
        const dripping = setInterval(() => socket.writable && socket.write(drip), 3_000);
        const limit = setTimeout(() => reject(new Error('it was not cut')), 40_000);
        socket.once('close', () => {
          clearInterval(dripping);
          clearTimeout(limit);
          resolve(Date.now() - started);
        });
      });
    const host = `Host: ${HOSTS.PROXY_BILLING_HOST}\r\n`;
    const stuck = `POST /webhook/stars HTTP/1.1\r\n${host}Content-Length: 1000\r\n\r\n{`;
    const [header, body] = await Promise.all([
      slowly(`GET / HTTP/1.1\r\n${host}`, 'X-Slow: 1\r\n'),
      // Silent after its first byte.
      slowly(stuck, ''),
    ]);
    expect([header > 8_000, header < 30_000, body > 8_000, body < 30_000]).toEqual(
      Array(4).fill(true),
    );
  });

  test('pages are limited by address, notifications of providers are not', async () => {
    const many = (path: string, method: string) =>
      Promise.all(Array.from({ length: 120 }, () => billing(path, { method })));
    const notices = await many('/webhook/nobody', 'POST');
    expect(new Set(notices.map(({ status }) => status))).toEqual(new Set([404]));
    const pages = await many('/legal/terms', 'GET');
    expect(pages.filter(({ status }) => status === 429).length).toBeGreaterThan(10);
  });

  test('its log is JSON without queries and without the secret of a link', async () => {
    await billing(`/export/${'s'.repeat(43)}?token=hunter2`);
    const log = readFileSync(join(folder, 'access.log'), 'utf8').trim();
    const lines = log.split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ path }) => path)).toContain('/export/…');
    expect(log).not.toMatch(/hunter2|sssss/);
  });

  async function customer(): Promise<{ key: string; personId: number }> {
    const database: Database = connect(stack.databaseUrl, { poolSize: 1 });
    const [clientId, personId] = [v7(), 7_200_000_001];
    const { key, prefix, hash } = issueKey(PEPPER);
    await database.db.insert(apiClients).values({ id: clientId, name: 'a service' });
    const row = { clientId, prefix, hash, scopes: ['spend:write'], rateLimit: 100_000 };
    await database.db.insert(apiKeys).values(row);
    await database.db.insert(users).values({ id: personId, locale: 'en', timeZone: 'UTC' });
    await transfer(database, { ...grant(personId, 100), key: `grant:${personId}` });
    await stack.sql`
      insert into settings (key, value, updated_by)
      values ('SPEND_REQUIRES_SUBSCRIPTION', 'false', 'test')`;
    await database.close();
    return { key, personId };
  }

  async function pollersOf(): Promise<Set<string>> {
    const { address, namespace } = stack.temporal;
    const connection = await Connection.connect({ address });
    const { pollers } = await connection.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name: BILLING_TASK_QUEUE },
      taskQueueType: temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    });
    await connection.close();
    return new Set((pollers ?? []).map(({ identity }) => identity ?? ''));
  }
});
