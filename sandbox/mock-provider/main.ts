import { startMockProvider } from './server';
import type { MockProviderOptions } from './server';

/** The mock bank as a process of its own; every variable has a default that suits one machine. */
async function main(): Promise<void> {
  const bank = await startMockProvider(optionsOf(process.env));
  console.log(`mock bank: ${bank.url}/panel`);
  const leave = () => {
    // Whoever still holds a connection to the bank must not keep it from ending.
    void bank.stop().then(() => process.exit(0));
  };
  process.once('SIGINT', leave);
  process.once('SIGTERM', leave);
}

function optionsOf(env: NodeJS.ProcessEnv): MockProviderOptions {
  const shop = (env['PUBLIC_BASE_URL'] ?? 'http://localhost:8000').replace(/\/+$/, '');
  const dataFile = env['MOCK_PROVIDER_DATA_FILE'];
  const publicBaseUrl = env['MOCK_PROVIDER_PUBLIC_URL'];
  return {
    port: Number(env['MOCK_PROVIDER_PORT'] ?? 8082),
    host: env['MOCK_PROVIDER_HOST'] ?? '127.0.0.1',
    ...(dataFile === undefined ? {} : { dataFile }),
    ...(publicBaseUrl === undefined ? {} : { publicBaseUrl }),
    credentials: {
      merchantLogin: env['MOCK_PROVIDER_MERCHANT_LOGIN'] ?? 'mock-shop',
      password1: env['MOCK_PROVIDER_PASSWORD_1'] ?? 'mock-password-1',
      password2: env['MOCK_PROVIDER_PASSWORD_2'] ?? 'mock-password-2',
      hash: env['MOCK_PROVIDER_HASH'] ?? 'sha256',
    },
    apiKey: env['MOCK_PROVIDER_API_KEY'] ?? 'mock-api-key',
    notifyUrl: env['MOCK_PROVIDER_NOTIFY_URL'] ?? `${shop}/webhook/mock`,
    shopBaseUrl: shop,
  };
}

// A bank that cannot start says so by its exit code, which the supervisor reads.
main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
