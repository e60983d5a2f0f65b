import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../src/config';
import { environment } from '../src/config/environment';
import { SECRET_VARIABLES } from '../src/config/secret-files';
import { configuration } from '../src/main/configuration';

const MINIMUM = {
  DATABASE_URL: 'postgres://billing@db:5432/billing',
  DATABASE_PASSWORD: 'Kx7-of-the-database',
  TELEGRAM_BOT_TOKEN: '123456:ABCDEF',
  API_KEY_PEPPER: 'a-pepper-of-at-least-32-characters',
  DATA_KEY: 'a-data-key-of-at-least-32-characters',
  PUBLIC_BASE_URL: 'https://billing.example',
};

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'secrets-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileOf(text: string): string {
  const path = join(folder, String(Math.random()).slice(2));
  writeFileSync(path, text);
  return path;
}

describe('a secret given by a file', () => {
  test.each(['\n', '\r\n', ''])('is read without the end of its last line %j', (end) => {
    const { TELEGRAM_BOT_TOKEN: token, ...others } = MINIMUM;
    const path = fileOf(token + end);
    const config = configuration({ ...others, TELEGRAM_BOT_TOKEN_FILE: path });
    expect(config.telegram.token).toBe(token);
  });

  test.each(SECRET_VARIABLES)('%s may come from one, and not from both', (name) => {
    const path = fileOf('from the file');
    const both = () => configuration({ ...MINIMUM, [name]: 'hunter2', [`${name}_FILE`]: path });
    expect(both).toThrow(`${name} and ${name}_FILE are both set`);
    expect(both).not.toThrow(/hunter2|from the file/);
  });

  test('that is not there is named by its variable alone', () => {
    const path = join(folder, 'hunter2');
    const wrong = () => configuration({ ...MINIMUM, DATA_KEY: '', DATA_KEY_FILE: path });
    expect(wrong).toThrow('DATA_KEY_FILE names a file that cannot be read: ENOENT');
    expect(wrong).not.toThrow('hunter2');
  });

  test('that is empty is a secret that is not set', () => {
    const empty = { DATA_KEY: '', DATA_KEY_FILE: fileOf('\n') };
    expect(() => configuration({ ...MINIMUM, ...empty })).toThrow('DATA_KEY is not set');
    const optional = { YOOKASSA_SECRET_KEY_FILE: fileOf('') };
    expect(configuration({ ...MINIMUM, ...optional }).providers.enabled).toEqual(['mock']);
  });

  test('is possible for every variable that opens something', () => {
    const opening = /TOKEN|SECRET|PASSWORD|PEPPER|(?:_|^)KEYS?$/;
    const amounts = /^MOCK_|_TOKENS$|TOKEN_GRACE|_PATH$/;
    const names = Object.keys(environment.shape).filter(
      (name) => opening.test(name) && !amounts.test(name),
    );
    expect(names.filter((name) => !SECRET_VARIABLES.some((known) => known === name))).toEqual([]);
  });
});

describe('the password of the database', () => {
  test('takes the place of the one in the address, whatever it is made of', () => {
    const { databaseUrl } = readConfig({ ...MINIMUM, DATABASE_PASSWORD: 'p@ss/w:rd%41?#' });
    const url = new URL(databaseUrl);
    expect(decodeURIComponent(url.password)).toBe('p@ss/w:rd%41?#');
    expect([url.username, url.hostname, url.pathname]).toEqual(['billing', 'db', '/billing']);
  });
});

describe('T-F4 production refuses', () => {
  const PRODUCTION = { ...MINIMUM, NODE_ENV: 'production', PAYMENT_PROVIDERS: 'stars' };

  test('nothing of secrets of one’s own', () => {
    expect(readConfig(PRODUCTION).isProduction).toBe(true);
  });

  test.each([
    ['DATABASE_PASSWORD', { DATABASE_PASSWORD: '' }],
    ['DATABASE_PASSWORD', { DATABASE_PASSWORD: 'change-me' }],
    ['DATABASE_PASSWORD', { DATABASE_PASSWORD: 'billing' }],
    ['DATABASE_PASSWORD', { DATABASE_PASSWORD: 'Postgres' }],
    [
      'DATABASE_URL',
      { DATABASE_PASSWORD: '', DATABASE_URL: 'postgres://billing:password@db:5432/billing' },
    ],
    ['TELEGRAM_BOT_TOKEN', { TELEGRAM_BOT_TOKEN: '4200000001:sandbox-token' }],
    ['API_KEY_PEPPER', { API_KEY_PEPPER: 'sandbox-pepper-that-guards-nothing' }],
    ['API_KEY_PEPPER', { API_KEY_PEPPER: '0'.repeat(64) }],
    ['DATA_KEY', { DATA_KEY: 'sandbox-data-key-that-guards-nothing' }],
    ['DATA_KEY', { DATA_KEY: MINIMUM.API_KEY_PEPPER }],
    ['PAYLOAD_KEYS', { PAYLOAD_KEYS: `k1:${Buffer.alloc(32).toString('base64')}` }],
    ['TELEGRAM_WEBHOOK_SECRET', { TELEGRAM_MODE: 'webhook', TELEGRAM_WEBHOOK_SECRET: 'change-me' }],
  ])('a known %s', (name, known) => {
    const start = () => readConfig({ ...PRODUCTION, ...known });
    expect(start).toThrow(name);
    for (const value of Object.values(known).filter((each) => each.length > 8)) {
      expect(start).not.toThrow(value);
    }
    expect(() => readConfig({ ...PRODUCTION, ...known, NODE_ENV: 'development' })).not.toThrow();
  });
});

describe('the way to Temporal', () => {
  const reachOf = (values: object) => readConfig({ ...MINIMUM, ...values }).temporal.reach;

  test('is plain without a word about TLS', () => {
    expect(reachOf({})).toEqual({ address: '127.0.0.1:7233', apiKey: undefined, tls: undefined });
  });

  test.each([
    [{ TEMPORAL_TLS: 'true' }],
    [{ TEMPORAL_API_KEY: 'key' }],
    [{ TEMPORAL_TLS_SERVER_NAME: 'temporal' }],
    [{ TEMPORAL_TLS_SERVER_CA_CERT_PATH: '/ca' }],
    [{ TEMPORAL_TLS_CLIENT_CERT_PATH: '/crt', TEMPORAL_TLS_CLIENT_KEY_PATH: '/key' }],
  ])('is TLS by %j', (values) => {
    expect(reachOf(values).tls).toBeDefined();
  });

  test.each([
    ['TEMPORAL_TLS_CLIENT_KEY_PATH', { TEMPORAL_TLS_CLIENT_CERT_PATH: '/crt' }],
    ['TEMPORAL_TLS_CLIENT_CERT_PATH', { TEMPORAL_TLS_CLIENT_KEY_PATH: '/key' }],
    ['TEMPORAL_TLS is false', { TEMPORAL_TLS: 'false', TEMPORAL_API_KEY: 'key' }],
  ])('is refused for %s', (name, values) => {
    expect(() => reachOf(values)).toThrow(name);
  });
});
