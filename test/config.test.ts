import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ConfigError, readConfig } from '../src/config';

const MINIMUM = {
  DATABASE_URL: 'postgres://billing:secret-password@db:5432/billing',
  TELEGRAM_BOT_TOKEN: '123456:ABCDEF',
  API_KEY_PEPPER: 'a-pepper-of-at-least-32-characters',
  DATA_KEY: 'a-data-key-of-at-least-32-characters',
  PUBLIC_BASE_URL: 'https://billing.example',
};

test('the three required variables are enough, the rest has defaults', () => {
  const config = readConfig(MINIMUM);
  expect(config.billing.invoiceTtlHours).toBe(24);
  expect(config.telegram.mode).toEqual({ kind: 'polling' });
  expect(config.providers.enabled).toEqual(['mock']);
});

test('every missing variable is named at once', () => {
  expect(() => readConfig({})).toThrow(
    /DATABASE_URL is not set[\s\S]*TELEGRAM_BOT_TOKEN is not set[\s\S]*PUBLIC_BASE_URL is not set[\s\S]*\.env\.example/,
  );
});

test('an empty variable counts as missing', () => {
  expect(() => readConfig({ ...MINIMUM, TELEGRAM_BOT_TOKEN: '' })).toThrow(
    'TELEGRAM_BOT_TOKEN is not set',
  );
});

test('a wrong value is named and never repeated', () => {
  const wrong = () => readConfig({ ...MINIMUM, TELEGRAM_BOT_TOKEN: 'hunter2-typed-wrongly' });
  expect(wrong).toThrow('TELEGRAM_BOT_TOKEN is wrong');
  expect(wrong).not.toThrow('hunter2');
});

test('the webhook mode needs its secret', () => {
  expect(() => readConfig({ ...MINIMUM, TELEGRAM_MODE: 'webhook' })).toThrow(
    'TELEGRAM_WEBHOOK_SECRET is not set',
  );
});

test('T-A3 a production configuration that enables the mock provider is refused, and so is its default', () => {
  const production = { ...MINIMUM, NODE_ENV: 'production' };
  expect(() => readConfig(production)).toThrow(ConfigError);
  expect(() => readConfig({ ...production, PAYMENT_PROVIDERS: 'stars,mock' })).toThrow(
    'PAYMENT_PROVIDERS contains mock',
  );
  expect(readConfig({ ...production, PAYMENT_PROVIDERS: 'stars' }).isProduction).toBe(true);
});

test('fractions of hours are legal, and an unknown time zone is not', () => {
  expect(readConfig({ ...MINIMUM, INVOICE_TTL_HOURS: '0.5' }).billing.invoiceTtlHours).toBe(0.5);
  expect(() => readConfig({ ...MINIMUM, BILLING_TIME_ZONE: 'Mars/Olympus' })).toThrow(
    'BILLING_TIME_ZONE is wrong',
  );
});

test('ages of which nobody could have a trial are refused, and no limit is none', () => {
  const ages = (min: string, max: string) => () =>
    readConfig({
      ...MINIMUM,
      TRIAL_MIN_ACCOUNT_AGE_DAYS: min,
      TRIAL_MAX_ACCOUNT_AGE_DAYS: max,
    });
  expect(ages('30', '3')).toThrow('TRIAL_MAX_ACCOUNT_AGE_DAYS is wrong: is not above');
  expect(ages('3', '30')().billing.trialMaxAccountAgeDays).toBe(30);
  expect(ages('3', '0')().billing.trialMaxAccountAgeDays).toBe(0);
});

interface ComposeService {
  readonly healthcheck: { readonly test?: readonly string[]; readonly disable?: boolean };
}

test('T-F3 each container has a health check of its own', () => {
  const text = readFileSync(join(__dirname, '..', 'docker-compose.yml'), 'utf8');
  const { services } = parse(text, { merge: true }) as { services: Record<string, ComposeService> };
  expect(Object.keys(services)).toEqual(
    expect.arrayContaining(['postgres', 'temporal', 'worker', 'server', 'bot', 'codec', 'nginx']),
  );
  const checks = Object.entries(services).map(([name, { healthcheck }]) => ({
    name,
    check: healthcheck.test?.join(' ') ?? (healthcheck.disable ? `${name} ends` : undefined),
  }));
  expect(checks.filter(({ check }) => check === undefined)).toEqual([]);
  expect(new Set(checks.map(({ check }) => check)).size).toBe(checks.length);
});

test('administrators are named by their Telegram ids, and by nothing else', () => {
  expect(readConfig(MINIMUM).adminUserIds).toEqual([]);
  const named = readConfig({ ...MINIMUM, ADMIN_USER_IDS: '7000000101, 7000000102' });
  expect(named.adminUserIds).toEqual([7000000101, 7000000102]);
  expect(() => readConfig({ ...MINIMUM, ADMIN_USER_IDS: 'olga' })).toThrow('ADMIN_USER_IDS');
});

describe('keys of payloads', () => {
  const [one, two] = [
    Buffer.alloc(32, 1).toString('base64'),
    Buffer.alloc(32, 2).toString('base64'),
  ];

  test('are none, or a list whose first encrypts', () => {
    expect(readConfig(MINIMUM).payloads.keys).toEqual([]);
    const { keys } = readConfig({
      ...MINIMUM,
      PAYLOAD_KEYS: `2026-11:${two}, 2026-05:${one}`,
    }).payloads;
    expect(keys.map(({ id, secret }) => [id, secret.length, secret[0]])).toEqual([
      ['2026-11', 32, 2],
      ['2026-05', 32, 1],
    ]);
  });

  test.each([
    ['without an id', () => one],
    ['too short', () => `k1:${Buffer.alloc(31, 1).toString('base64')}`],
    ['too long', () => `k1:${Buffer.alloc(33, 1).toString('base64')}`],
    ['not base64', () => `k1:${one.replace(/A/, '!')}`],
    ['of one name twice', () => `k1:${one},k1:${two}`],
  ])('one %s is refused, and its bytes are not repeated', (_how, list) => {
    const wrong = () => readConfig({ ...MINIMUM, PAYLOAD_KEYS: list() });
    expect(wrong).toThrow('PAYLOAD_KEYS is wrong');
    expect(wrong).not.toThrow(one.slice(0, 12));
  });
});

describe('payment providers', () => {
  const yookassa = { YOOKASSA_SHOP_ID: '1', YOOKASSA_SECRET_KEY: 'k' };

  test('one that lacks variables is left out by name, and the others are offered in their order', () => {
    const names = 'stripe,mock,yookassa,robokassa';
    const { providers } = readConfig({
      ...MINIMUM,
      ...yookassa,
      PAYMENT_PROVIDERS: names,
      ROBOKASSA_PASSWORD_1: 'one',
    });
    expect(providers.enabled).toEqual(['mock', 'yookassa']);
    expect(providers.settings).toEqual({
      yookassa: { shopId: '1', secretKey: 'k', baseUrl: 'https://api.yookassa.ru/v3' },
    });
    expect(providers.unconfigured).toEqual([
      { name: 'stripe', missing: ['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRETS'] },
      { name: 'robokassa', missing: ['ROBOKASSA_MERCHANT_LOGIN', 'ROBOKASSA_PASSWORD_2'] },
    ]);
  });

  test('a hash algorithm that Robokassa does not know is an error at start', () => {
    const wrong = () => readConfig({ ...MINIMUM, ROBOKASSA_HASH: 'crc32' });
    expect(wrong).toThrow('ROBOKASSA_HASH is wrong');
  });

  test('production sends keys to the provider’s own addresses only', () => {
    const production = {
      ...MINIMUM,
      ...yookassa,
      NODE_ENV: 'production',
      PAYMENT_PROVIDERS: 'yookassa',
    };
    expect(readConfig(production).providers.enabled).toEqual(['yookassa']);
    for (const url of ['https://api.yookassa.example/v3', 'http://api.yookassa.ru/v3']) {
      expect(() => readConfig({ ...production, YOOKASSA_BASE_URL: url })).toThrow(
        'is not an address of yookassa',
      );
    }
  });
});
