import { SECRET_VARIABLES } from './secret-files';

/** Those of the mock bank, which guard nothing and are treated like any other. */
const OTHER_SECRETS = [
  'MOCK_PROVIDER_API_KEY',
  'MOCK_PROVIDER_PASSWORD_1',
  'MOCK_PROVIDER_PASSWORD_2',
] as const;

/** Everything of an environment that must not be repeated anywhere: the values of its secrets, lists taken apart. */
export function secretValues(env: Readonly<Record<string, string | undefined>>): string[] {
  const named = [...SECRET_VARIABLES, ...OTHER_SECRETS].flatMap((name) => {
    const value = env[name];
    return value === undefined ? [] : partsOf(name, value);
  });
  return [...new Set(named)];
}

function partsOf(name: string, value: string): string[] {
  switch (name) {
    case 'DATABASE_URL':
      return passwordsOf(value);
    case 'PAYLOAD_KEYS':
      return entriesOf(value).map((entry) => entry.replace(/^[^:]*:/, ''));
    case 'OTEL_EXPORTER_OTLP_HEADERS':
      return entriesOf(value).map((entry) => entry.replace(/^[^=]*=/, ''));
    case 'STRIPE_WEBHOOK_SECRETS':
      return entriesOf(value);
    case 'TELEGRAM_BOT_TOKEN':
      return [value, value.replace(/^\d*:/, '')];
    default:
      return [value];
  }
}

function entriesOf(list: string): string[] {
  return list
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

/** The password of an address, as it is written there and as it is meant; the whole of what is no address. */
function passwordsOf(address: string): string[] {
  if (!URL.canParse(address)) return [address];
  const { password } = new URL(address);
  return password === '' ? [] : [password, decodeURIComponent(password)];
}
