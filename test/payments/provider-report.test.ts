import { readConfig } from '../../src/config';
import { reportProviders } from '../../src/main/provider-report';
import { adaptersOf, providersOf } from '../../src/main/wiring';
import { cloudpaymentsProvider } from '../../src/payments/cloudpayments/adapter';
import type { PaymentProvider } from '../../src/payments/provider';
import { startTestServer } from '../http/harness';
import type { TestServer } from '../http/harness';
import {
  API_SECRET,
  PUBLIC_ID,
  startCloudpaymentsFake,
  type CloudpaymentsFake,
} from './support/cloudpayments-fake';

const MINIMUM = {
  DATABASE_URL: 'postgres://127.0.0.1/x',
  TELEGRAM_BOT_TOKEN: '1:token',
  PUBLIC_BASE_URL: 'https://shop.example',
  API_KEY_PEPPER: 'p'.repeat(32),
  DATA_KEY: 'k'.repeat(32),
};
const stars = { PAYMENT_PROVIDERS: 'stars' };

describe('what is not configured is told at start', () => {
  const told: unknown[] = [];
  const log = { warn: (...words: unknown[]) => void told.push(words) } as never;
  beforeEach(() => {
    told.length = 0;
  });

  test('by name, with the variables it lacks, and the others are offered', () => {
    const names = { PAYMENT_PROVIDERS: 'cloudpayments,stars,stripe' };
    const some = { STRIPE_SECRET_KEY: 'sk_live_secret' };
    const providers = providersOf(readConfig({ ...MINIMUM, ...names, ...some }), log);
    expect([...providers.keys()]).toEqual(['stars']);
    const missing = ['CLOUDPAYMENTS_PUBLIC_ID', 'CLOUDPAYMENTS_API_SECRET'];
    expect(told).toEqual([
      [{ provider: 'cloudpayments', missing }, expect.stringContaining('not offered')],
      [{ provider: 'stripe', missing: ['STRIPE_WEBHOOK_SECRETS'] }, expect.any(String)],
    ]);
    expect(JSON.stringify(told)).not.toContain('sk_live_secret');
  });

  test('a process without any provider refuses to start, and says what is missing', () => {
    const config = readConfig({ ...MINIMUM, PAYMENT_PROVIDERS: 'cloudpayments' });
    expect(() => providersOf(config, log)).toThrow(
      'cloudpayments lacks CLOUDPAYMENTS_PUBLIC_ID, CLOUDPAYMENTS_API_SECRET',
    );
    expect(adaptersOf(config).size).toBe(0);
  });

  test('nothing is told when nothing is missing', () => {
    providersOf(readConfig({ ...MINIMUM, ...stars }), log);
    expect(told).toEqual([]);
  });
});

describe('the check of providers', () => {
  let fake: CloudpaymentsFake;
  let server: TestServer;
  beforeEach(async () => {
    fake = await startCloudpaymentsFake();
    server = await startTestServer(({ providers }) => ({
      providers: new Map([...providers, ['cloudpayments', cloudpayments()]]),
    }));
  });
  afterEach(() => Promise.all([fake.stop(), server.stop()]));

  const cloudpayments = (apiSecret = API_SECRET) =>
    cloudpaymentsProvider({ publicId: PUBLIC_ID, apiSecret, baseUrl: fake.url, timeoutMs: 900 });
  const report = (
    providers: readonly PaymentProvider[],
    over: Partial<Parameters<typeof reportProviders>[0]> = {},
  ) =>
    reportProviders({
      providers: new Map(providers.map((each) => [each.name, each])),
      unconfigured: [],
      publicBaseUrl: server.url,
      timeoutMs: 900,
      ...over,
    });

  test('is fine when credentials work and notifications arrive, and says what to enter', async () => {
    const { isFine, lines } = await report([cloudpayments()]);
    const { url } = server;
    expect(lines.slice(0, 6)).toEqual([
      `${url}: ✓ ${url}/health is reached`,
      '',
      'cloudpayments',
      '  ✓ credentials work: the terminal of this Public ID',
      `  ✓ ${url}/webhook/cloudpayments is reached`,
      '  enter in the cabinet:',
    ]);
    expect(lines).toContain(`    Check: ${url}/webhook/cloudpayments?type=check`);
    expect(isFine).toBe(true);
    // Whoever checks leaves nothing behind.
    expect(server.stored).toEqual([]);
  });

  test('is not fine when credentials are refused, and shows no secret', async () => {
    const { isFine, lines } = await report([cloudpayments('wrong-secret')]);
    expect(isFine).toBe(false);
    expect(lines.join('\n')).toContain('✗ credentials are refused');
    expect(lines.join('\n')).not.toContain('wrong-secret');
  });

  test('is not fine when the provider does not answer', async () => {
    fake.breakNext('error_500', 1);
    const { isFine, lines } = await report([cloudpayments()]);
    expect(isFine).toBe(false);
    expect(lines.join('\n')).toContain('✗ credentials could not be tried');
  });

  test('is not fine when the webhook leads to a server that does not offer the provider', async () => {
    const other = await startTestServer();
    const { isFine, lines } = await report([cloudpayments()], { publicBaseUrl: other.url });
    await other.stop();
    expect(isFine).toBe(false);
    expect(lines.join('\n')).toContain('answers 404, which is not this product');
  });

  test('is not fine when nobody listens', async () => {
    const { isFine, lines } = await report([], { publicBaseUrl: 'http://127.0.0.1:1' });
    expect(isFine).toBe(false);
    expect(lines[0]).toContain('✗ http://127.0.0.1:1/health is not reached from here');
  });

  test('is not fine when a wished provider lacks variables', async () => {
    const unconfigured = [{ name: 'stripe', missing: ['STRIPE_SECRET_KEY'] }];
    const { isFine, lines } = await report([cloudpayments()], { unconfigured });
    expect(isFine).toBe(false);
    expect(lines.slice(-2)).toEqual(['stripe', '  ✗ not offered: STRIPE_SECRET_KEY is not set']);
  });

  test('goes on when an adapter breaks', async () => {
    const broken = {
      ...cloudpayments(),
      name: 'broken',
      check: () => Promise.reject(new Error('x')),
    };
    const { isFine, lines } = await report([broken, cloudpayments()]);
    expect(isFine).toBe(false);
    expect(lines.join('\n')).toMatch(/the check itself failed[\s\S]*✓ credentials work/);
  });
});
