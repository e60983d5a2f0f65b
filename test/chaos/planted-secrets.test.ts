import { v7 } from 'uuid';
import { defaultPayloadConverter } from '@temporalio/common';
import { SCOPES } from '../../src/domain/billing/api-scopes';
import { issueKey } from '../../src/http/api/keys';
import { createPayloadCodec } from '../../src/payloads/codec';
import { newVisitor } from '../bot/support/visitor';
import { payloadsIn } from '../support/payloads';
import { until } from '../support/until';
import { startCode, startProgram, type Program } from './planted/programs';
import {
  DATABASE_PASSWORD,
  leaksIn,
  needlesOf,
  payloadKeys,
  PLANTED,
  unplanted,
} from './planted/secrets';
import { startWorld, type World } from './planted/world';

// Every secret is planted, every process runs as in production, things go well and go wrong; then all that anybody could
// read is searched for the secrets.

let world: World;
/** Everything that was answered over HTTP. */
const answers: string[] = [];
const { key, prefix, hash } = issueKey(PLANTED['API_KEY_PEPPER'] ?? '');
const needles = needlesOf([key]);
const died: Program[] = [];

beforeAll(async () => {
  world = await startWorld();
  const [worker, server, codec] = world.programs;
  await Promise.all([
    worker?.saying('worker ready'),
    server?.saying('Telegram delivers to the webhook'),
    codec?.saying('codec server ready'),
  ]);
}, 120_000);
afterAll(async () => {
  await world?.stop();
  await Promise.all(died.map((program) => program.stop()));
}, 60_000);

async function ask(url: string, init: RequestInit = {}): Promise<{ status: number; text: string }> {
  const response = await fetch(url, { redirect: 'manual', ...init });
  const text = await response.text();
  const headers: string[] = [];
  response.headers.forEach((value, name) => headers.push(`${name}: ${value}`));
  answers.push(`${response.status} ${headers.join('; ')} ${text}`);
  return { status: response.status, text };
}

const bearer = () => ({ authorization: `Bearer ${key}`, 'content-type': 'application/json' });

function api(path: string, body?: object) {
  return ask(`${world.urls.http}/api/v1${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { ...bearer(), 'idempotency-key': v7() },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function newKey(): Promise<void> {
  const clientId = v7();
  await world.sql`insert into api_clients (id, name) values (${clientId}, 'planted client')`;
  await world.sql`
    insert into api_keys (id, client_id, prefix, hash, scopes)
    values (${v7()}, ${clientId}, ${prefix}, ${hash}, ${[...SCOPES]})`;
}

test('every variable of a secret has a planted value', () => {
  expect(unplanted()).toEqual([]);
});

test('things go well: somebody buys in the chat, a service spends, an operator reads payloads', async () => {
  await newKey();
  const visitor = newVisitor(world);
  await visitor.write('/start');
  await visitor.press('v1:terms:yes');
  const opened = await api(`/users/${visitor.id}/checkouts`, { amount_minor: 50_000 });
  expect(opened.status).toBe(201);
  const { invoice_no: no } = JSON.parse(opened.text) as { invoice_no: number };
  await world.mock.control.pay(no).tried;
  await until('the tokens are there', async () => {
    const { text } = await api(`/users/${visitor.id}/balance`);
    return text.includes('"balance":"400"');
  });
  const spent = await api(`/users/${visitor.id}/spend`, { amount: '5', description: 'a job' });
  expect(spent.status).toBe(200);
  const payload = defaultPayloadConverter.toPayload('x');
  await ask(`${world.urls.codec}/decode`, {
    ...{ method: 'POST', headers: bearer() },
    body: JSON.stringify({ payloads: [{ metadata: {}, data: String(payload.data?.length) }] }),
  });
  const login = new URLSearchParams({ key });
  await ask(`${world.urls.codec}/login`, { method: 'POST', body: login });
}, 120_000);

test('providers refuse with our own secrets in their words', async () => {
  const [row] = await world.sql`select id from users order by id desc limit 1`;
  const providers = ['robokassa', 'yookassa', 'stripe', 'paypal', 'cryptopay', 'cloudpayments'];
  await Promise.all(
    [...providers, 'stars'].map((provider) =>
      api(`/users/${String(row?.['id'])}/checkouts`, {
        ...{ amount_minor: 50_000, provider },
        currency: provider === 'stars' ? 'XTR' : provider === 'paypal' ? 'USD' : 'RUB',
      }),
    ),
  );
  // Without this the search below would search for what was never used.
  const heard = world.parrot.heard();
  const basic = Buffer.from(`1:${PLANTED['YOOKASSA_SECRET_KEY'] ?? ''}`).toString('base64');
  expect(heard).toContain(basic);
  expect(heard).toContain(PLANTED['STRIPE_SECRET_KEY']);
  expect(heard).toContain(PLANTED['CRYPTOPAY_TOKEN']);
}, 60_000);

test('strangers and mistaken friends send secrets where they do not belong', async () => {
  const { http } = world.urls;
  const headers = {
    ...bearer(),
    cookie: `payloads=${key}`,
    'x-api-key': key,
    'proxy-authorization': `Basic ${key}`,
    'x-telegram-bot-api-secret-token': PLANTED['TELEGRAM_WEBHOOK_SECRET'] ?? '',
  };
  for (const name of [
    'mock',
    'robokassa',
    'yookassa',
    'stripe',
    'paypal',
    'cryptopay',
    'cloudpayments',
  ]) {
    await ask(`${http}/webhook/${name}`, { method: 'POST', headers, body: '{"a":1}' });
    await ask(`${http}/webhook/${name}`, {
      ...{ method: 'POST', body: 'OutSum=1.00&InvId=1&SignatureValue=ab' },
      headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
    });
  }
  await ask(`${http}/webhook/telegram`, {
    method: 'POST',
    headers,
    body: '{"update_id":1,"message":{}}',
  });
  await ask(`${http}/webhook/telegram`, { method: 'POST', headers, body: '{broken' });
  await ask(`${http}/nowhere?api_key=${key}`, { headers });
  await ask(`${http}/api/v1/users/1/balance`, { headers: { authorization: `Bearer ${key}x` } });
  await ask(`${http}/api/v1/users/1/balance?key=${key}`, { headers });
});

test('PostgreSQL refuses everybody, Telegram is away, and Temporal cannot be reached', async () => {
  const { http, codec } = world.urls;
  await world.withoutDatabase(async () => {
    for (const path of ['/ready', '/api/v1/users/1/balance', '/pay/success', '/export/a']) {
      await ask(`${http}${path}`, { headers: bearer() });
    }
    await ask(`${codec}/decode`, { method: 'POST', headers: bearer(), body: '{}' });
    await ask(`${http}/webhook/mock`, {
      method: 'POST',
      body: 'InvId=1&OutSum=1&SignatureValue=a',
    });
    await new Promise((resolve) => setTimeout(resolve, 1_500));
  });
  const server = world.programs[1];
  await server?.saying('"level":"error"');
  await world.telegram.close();
  const nowhere = { TEMPORAL_ADDRESS: '127.0.0.1:1' };
  died.push(startProgram('worker', { ...world.env, ...nowhere }));
  died.push(startProgram('bot', { ...world.env, TELEGRAM_MODE: 'polling' }));
  await died.at(-1)?.saying('Telegram does not answer yet');
}, 60_000);

test('a configuration is wrong, a database is not there, an error is caught by nobody', async () => {
  const { env } = world;
  const closed = `postgres://u:${DATABASE_PASSWORD}@127.0.0.1:1/x`;
  const wrong: Record<string, string>[] = [
    { DATA_KEY: 'planted-data-key' },
    { DATABASE_URL: `no address ${DATABASE_PASSWORD}` },
    { TELEGRAM_BOT_TOKEN: 'planted-token-of-the-bot' },
    { PAYLOAD_KEYS: `${PLANTED['PAYLOAD_KEYS'] ?? ''}x` },
    { TELEGRAM_WEBHOOK_SECRET: `${PLANTED['TELEGRAM_WEBHOOK_SECRET'] ?? ''} !` },
    { TELEGRAM_BOT_TOKEN_FILE: PLANTED['TELEGRAM_BOT_TOKEN'] ?? '' },
    { DATABASE_URL: closed },
  ];
  const mistaken = PLANTED['STRIPE_SECRET_KEY'] ?? '';
  const brief = [
    ...wrong.map((change) => startProgram('migrate', { ...env, ...change })),
    startProgram('api-keys', { ...env, DATABASE_URL: closed }, ['list']),
    startProgram('health', { ...env, PORT: '1' }, ['server']),
    startProgram('providers-check', env),
    startProgram('providers-check', { ...env, PAYMENT_PROVIDERS: mistaken }),
  ];
  died.push(...brief);
  expect(await Promise.all(brief.map(({ ended }) => ended))).toEqual(brief.map(() => 1));
  const escaping = (how: string) =>
    startCode(
      `const { runProcess } = require('COMPILED/process');
       runProcess('worker', async () => {
         const words = Object.values(process.env).join(' ');
         setTimeout(() => { ${how} }, 5);
         await new Promise((resolve) => setTimeout(resolve, 2_000));
       });`,
      env,
    );
  const escaped = [
    escaping('throw Object.assign(new Error(words), { cause: new Error(words) })'),
    escaping('Promise.reject(new Error(words))'),
    escaping('throw words'),
  ];
  died.push(...escaped);
  for (const program of escaped) {
    expect(await program.ended).toBe(1);
    expect(program.said()).toContain('the process ends');
    expect(program.said()).toContain('[redacted]');
  }
}, 90_000);

describe('no secret is found', () => {
  const expectNone = (text: string) => expect(leaksIn(text, needles)).toEqual([]);

  test('where it is planted only to be found: the search works', () => {
    for (const secret of Object.values(PLANTED)) {
      const [part = ''] = secret.split(',');
      expect(leaksIn(`a ${part} b`, needles)).not.toEqual([]);
    }
    expect(leaksIn(Buffer.from(DATABASE_PASSWORD).toString('base64'), needles)).toHaveLength(1);
  });

  test('in what any process said', () => {
    const all = [...world.programs, ...died];
    expect(all.filter((program) => program.said() === '').map(({ name }) => name)).toEqual([]);
    for (const { said } of world.programs) expect(said().length).toBeGreaterThan(200);
    for (const program of all) expectNone(program.said());
  });

  test('in any answer over HTTP', () => {
    expect(answers.length).toBeGreaterThan(30);
    expectNone(answers.join('\n'));
  });

  test('in any number that is shown', async () => {
    for (const url of world.urls.metrics) {
      const text = await (await fetch(url)).text();
      expect(text).toContain('process_cpu');
      expectNone(text);
    }
  });

  test('in any row of the database', async () => {
    const tables = await world.sql`
      select table_name as name from information_schema.tables
      where table_schema = 'public' and table_type = 'BASE TABLE'`;
    expect(tables.length).toBeGreaterThan(30);
    for (const { name } of tables) {
      const rows = await world.sql`select t::text as row from ${world.sql(String(name))} t`;
      expectNone(rows.map(({ row }) => String(row)).join('\n'));
    }
  });

  test('in any history of a workflow, sealed or read', async () => {
    const codec = createPayloadCodec(payloadKeys());
    let count = 0;
    for await (const { workflowId, runId } of world.client.workflow.list()) {
      const history = await world.client.workflow.getHandle(workflowId, runId).fetchHistory();
      const payloads = payloadsIn(history).map(({ payload }) => payload);
      const read = await codec.decode(payloads);
      expectNone(`${workflowId} ${JSON.stringify(history)}`);
      expectNone(read.map(({ data }) => Buffer.from(data ?? []).toString('utf8')).join('\n'));
      count += 1;
    }
    expect(count).toBeGreaterThan(5);
  }, 60_000);
});
