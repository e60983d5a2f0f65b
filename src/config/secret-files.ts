import type { Environment } from './environment';

/** Variables that open something. Each may be given by a file instead: `<NAME>_FILE` holds its path. */
export const SECRET_VARIABLES = [
  'DATABASE_URL',
  'DATABASE_PASSWORD',
  'TELEGRAM_BOT_TOKEN',
  'TELEGRAM_WEBHOOK_SECRET',
  'API_KEY_PEPPER',
  'DATA_KEY',
  'PAYLOAD_KEYS',
  'TEMPORAL_API_KEY',
  'OTEL_EXPORTER_OTLP_HEADERS',
  'ROBOKASSA_PASSWORD_1',
  'ROBOKASSA_PASSWORD_2',
  'ROBOKASSA_PASSWORD_3',
  'YOOKASSA_SECRET_KEY',
  'STRIPE_SECRET_KEY',
  'STRIPE_WEBHOOK_SECRETS',
  'PAYPAL_SECRET',
  'CRYPTOPAY_TOKEN',
  'CLOUDPAYMENTS_API_SECRET',
] as const satisfies readonly (keyof Environment)[];

type Variables = Readonly<Record<string, string | undefined>>;

/** The environment with every secret that a file holds, and what is wrong with the others, one line each. */
export interface SecretsRead {
  readonly env: Variables;
  readonly problems: readonly string[];
}

/**
 * Reads the secrets that are given by files. The end of the last line is not part of a secret, and an empty file is a
 * secret that is not set. A secret given both ways is refused: nobody could say which one is in force.
 */
export function withSecretFiles(env: Variables, read: (path: string) => string): SecretsRead {
  const known: Record<string, string | undefined> = { ...env };
  const problems: string[] = [];
  for (const name of SECRET_VARIABLES) {
    const path = env[`${name}_FILE`];
    if (!path) continue;
    if (env[name]) {
      problems.push(`${name} and ${name}_FILE are both set; keep one of them`);
      continue;
    }
    try {
      known[name] = withoutLineEnd(read(path));
    } catch (error) {
      problems.push(`${name}_FILE names a file that cannot be read: ${reasonOf(error)}`);
    }
  }
  return { env: known, problems };
}

/** Editors end a file with a line break, which is no part of the secret. */
function withoutLineEnd(text: string): string {
  let end = text.length;
  while (end > 0 && '\r\n'.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** The system's own word, such as ENOENT: a message of Node repeats the path, which may be a secret put there by mistake. */
function reasonOf(error: unknown): string {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' ? code : 'it holds no text';
}
