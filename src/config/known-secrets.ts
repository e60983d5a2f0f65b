/** What people leave in a file that they meant to fill in, and what the sandbox uses. */
const PLACEHOLDER = /change-?me|sandbox|placeholder|example|guards-nothing/i;

/** Passwords that images and tutorials begin with. */
const DEFAULT_PASSWORDS = new Set([
  ...['admin', 'billing', 'changeme', 'default', 'pass', 'password', 'postgres', 'root', 'secret'],
  ...['temporal', 'test', '12345', '123456', '12345678', 'qwerty'],
]);

/** Random secrets have far more different characters than this. */
const FEWEST_DIFFERENT = 8;

/** The part of the configuration that opens something. */
export interface SecretsInForce {
  readonly databaseUrl: string;
  readonly telegram: {
    readonly token: string;
    readonly mode:
      { readonly kind: 'polling' } | { readonly kind: 'webhook'; readonly secret: string };
  };
  readonly secrets: { readonly apiKeyPepper: string; readonly dataKey: string };
  readonly payloads: { readonly keys: readonly { readonly secret: Uint8Array }[] };
}

/** One line for each secret that anybody could know, by its variable and without its value. */
export function knownSecrets(inForce: SecretsInForce): string[] {
  const { databaseUrl, telegram, secrets, payloads } = inForce;
  const { mode, token } = telegram;
  const webhookSecret = mode.kind === 'webhook' ? mode.secret : '';
  const named = {
    TELEGRAM_BOT_TOKEN: token,
    TELEGRAM_WEBHOOK_SECRET: webhookSecret,
    API_KEY_PEPPER: secrets.apiKeyPepper,
    DATA_KEY: secrets.dataKey,
  };
  const left = Object.entries(named).filter(([, value]) => PLACEHOLDER.test(value));
  return [
    ...databaseProblems(databaseUrl),
    ...left.map(([name]) => `${name} is a placeholder; set a secret of your own`),
    ...monotonous({ API_KEY_PEPPER: secrets.apiKeyPepper, DATA_KEY: secrets.dataKey }),
    ...(secrets.apiKeyPepper === secrets.dataKey
      ? ['DATA_KEY is the same as API_KEY_PEPPER; each needs a secret of its own']
      : []),
    ...(payloads.keys.some(({ secret }) => isMonotonous(secret))
      ? ['PAYLOAD_KEYS holds a key that is not random']
      : []),
  ];
}

function databaseProblems(databaseUrl: string): string[] {
  const { password, username } = new URL(databaseUrl);
  const given = decodeURIComponent(password);
  if (given === '') return ['DATABASE_PASSWORD is not set, and DATABASE_URL holds no password'];
  const isDefault =
    PLACEHOLDER.test(given) || given === username || DEFAULT_PASSWORDS.has(given.toLowerCase());
  return isDefault
    ? ['DATABASE_URL or DATABASE_PASSWORD holds a default password; set one of your own']
    : [];
}

function monotonous(named: Readonly<Record<string, string>>): string[] {
  return Object.entries(named)
    .filter(([, value]) => isMonotonous(value))
    .map(([name]) => `${name} is not random; take it from openssl rand -hex 32`);
}

function isMonotonous(value: string | Uint8Array): boolean {
  return new Set<string | number>(value).size < FEWEST_DIFFERENT;
}
