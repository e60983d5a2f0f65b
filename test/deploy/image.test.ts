import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import postgres from 'postgres';
import { freePort } from '../../src/embedded/ports';
import { freshFolder } from '../embedded/folders';
import { createDatabase, takeServers, type TestDatabase } from '../support/servers';
import { until } from '../support/until';
import { layOutImage, type Image } from './support/image';

// There is no Docker here, so the image is a folder: what the Dockerfile copies, and nothing else.

const PROCESSES = ['worker', 'server', 'bot', 'codec-server', 'migrate', 'seed', 'namespace'];
const ONE_SHOTS = ['migrate', 'seed', 'namespace'];

let image: Image;
let database: TestDatabase;
let env: Record<string, string>;
let role: string;
const admin: { sql?: postgres.Sql } = {};

beforeAll(async () => {
  const servers = await takeServers();
  database = await createDatabase();
  image = layOutImage(freshFolder('image'));
  role = `image_${process.pid}`;
  const password = 'Kx7-nobody-guesses-this';
  admin.sql = postgres(database.url, { max: 1, onnotice: () => undefined });
  await admin.sql.unsafe(`create role ${role} login password '${password}'`);
  const { pathname } = new URL(database.url);
  await admin.sql.unsafe(`alter database ${pathname.slice(1)} owner to ${role}`);
  await admin.sql.unsafe(`grant all on schema public to ${role}`);
  const secrets = join(image.folder, 'run-secrets');
  mkdirSync(secrets);
  const secret = (name: string, value: string) => {
    writeFileSync(join(secrets, name), `${value}\n`);
    return { [`${name}_FILE`]: join(secrets, name) };
  };
  const url = new URL(database.url);
  url.username = role;
  url.password = '';
  env = {
    PATH: process.env['PATH'] ?? '',
    ...image.env,
    HOST: '127.0.0.1',
    PORT: String(await freePort()),
    DATABASE_URL: url.href,
    TEMPORAL_ADDRESS: servers.temporalAddress,
    TEMPORAL_NAMESPACE: servers.namespace,
    PUBLIC_BASE_URL: 'https://billing.example.com',
    PAYMENT_PROVIDERS: 'stars',
    LOG_LEVEL: 'info',
    ...secret('DATABASE_PASSWORD', password),
    ...secret('TELEGRAM_BOT_TOKEN', '7000000001:Abc-def-ghi'),
    ...secret('API_KEY_PEPPER', 'f3b1c09d72e84a56b1c09d72e84a5f3b'),
    ...secret('DATA_KEY', '0a9b8c7d6e5f4a3b2c1d0e9f8a7b6c5d'),
  };
}, 120_000);
afterAll(async () => {
  await database?.drop();
  await admin.sql?.unsafe(`drop role if exists ${role}`).catch(() => undefined);
  await admin.sql?.end({ timeout: 1 });
});

const program = (name: string) => join('dist', 'src', 'main', `${name}.js`);

function run(name: string, change: Readonly<Record<string, string>> = {}) {
  const options = { cwd: image.folder, encoding: 'utf8', timeout: 60_000 } as const;
  const end = spawnSync(process.execPath, [program(name)], {
    ...options,
    env: { ...env, ...change },
  });
  return { status: end.status, words: `${end.stdout}${end.stderr}` };
}

test('it is production, and holds nothing but the product', () => {
  expect(image.env['NODE_ENV']).toBe('production');
  expect(existsSync(join(image.folder, 'legal', 'terms.ru.html'))).toBe(true);
  for (const absent of ['.env', 'test', 'src', 'secrets', 'deploy', 'node_modules/jest']) {
    expect([absent, existsSync(join(image.folder, absent))]).toEqual([absent, false]);
  }
});

test.each(ONE_SHOTS)('%s does its work in it, and does it again', (name) => {
  for (const time of ['first', 'again']) {
    const { status, words } = run(name);
    expect([time, status, status === 0 ? '' : words]).toEqual([time, 0, '']);
  }
});

describe('the server of the image', () => {
  const DOCUMENTS = ['terms', 'privacy'].flatMap((name) =>
    [
      { lang: 'ru', path: `/legal/${name}` },
      { lang: 'en', path: `/legal/${name}` },
    ].map((each) => ({ ...each, name })),
  );

  test('T-F6 the legal documents answer 200 in Russian and in English in the layout of the image', async () => {
    const server = spawn(process.execPath, [program('server')], {
      cwd: image.folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let words = '';
    for (const stream of [server.stdout, server.stderr]) {
      stream.on('data', (part: Buffer) => (words += part.toString()));
    }
    const url = `http://127.0.0.1:${env['PORT']}`;
    try {
      await until(
        'the server is ready',
        async () => {
          if (server.exitCode !== null) throw new Error(`the server ended:\n${words}`);
          return fetch(`${url}/ready`).then(
            ({ ok }) => ok,
            () => false,
          );
        },
        60_000,
      );
      for (const { lang, path } of DOCUMENTS) {
        const byHeader = await fetch(`${url}${path}`, { headers: { 'accept-language': lang } });
        const byQuery = await fetch(`${url}${path}?lang=${lang}`);
        const texts = [await byHeader.text(), await byQuery.text()];
        expect([byHeader.status, byQuery.status]).toEqual([200, 200]);
        for (const text of texts) expect(text).toContain(`<html lang="${lang}"`);
        expect(/[а-яё]{4}/i.test(texts[0] ?? '')).toBe(lang === 'ru');
      }
      const health = spawnSync(process.execPath, [program('health'), 'server'], {
        ...{ cwd: image.folder, env, encoding: 'utf8' },
      });
      expect([health.status, health.stderr]).toEqual([0, '']);
    } finally {
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGTERM');
      await ended;
    }
  });
});

describe('T-F4 refuses to start, and names the variable,', () => {
  test.each(PROCESSES)('%s without credentials and with known ones', (name) => {
    const missing = run(name, {
      ...{ TELEGRAM_BOT_TOKEN_FILE: '', API_KEY_PEPPER_FILE: '' },
      ...{ DATA_KEY_FILE: '', PUBLIC_BASE_URL: '' },
    });
    expect(missing.status).toBe(1);
    for (const variable of [
      'TELEGRAM_BOT_TOKEN',
      'API_KEY_PEPPER',
      'DATA_KEY',
      'PUBLIC_BASE_URL',
    ]) {
      expect(missing.words).toContain(`${variable} is not set`);
    }
    const known = run(name, {
      ...{ DATABASE_PASSWORD_FILE: '', DATABASE_PASSWORD: 'change-me' },
      ...{ API_KEY_PEPPER_FILE: '', API_KEY_PEPPER: 'sandbox-pepper-that-guards-nothing' },
    });
    expect(known.status).toBe(1);
    expect(known.words).toMatch(/DATABASE_PASSWORD holds a default password/);
    expect(known.words).toMatch(/API_KEY_PEPPER is a placeholder/);
    expect(known.words).not.toMatch(/change-me|guards-nothing/);
  });
});
