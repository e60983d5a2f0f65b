import { SECRET_VARIABLES } from '../../../src/config/secret-files';

/** Thirty-two bytes, as a key of payloads has to be. */
const PAYLOAD_KEY = 'planted-payload-key-of-32-bytes!';

export const DATABASE_PASSWORD = 'planted-password-of-postgres';

/** A recognisable value for every variable that opens something. */
export const PLANTED: Readonly<Record<string, string>> = {
  TELEGRAM_BOT_TOKEN: '4200000077:planted-token-of-the-bot',
  TELEGRAM_WEBHOOK_SECRET: 'planted-secret-of-the-bots-webhook',
  API_KEY_PEPPER: 'planted-pepper-of-the-keys-of-the-api',
  DATA_KEY: 'planted-data-key-of-the-people-and-cards',
  PAYLOAD_KEYS: `k1:${Buffer.from(PAYLOAD_KEY).toString('base64')}`,
  OTEL_EXPORTER_OTLP_HEADERS: 'authorization=planted-key-of-the-collector',
  ROBOKASSA_PASSWORD_1: 'planted-robokassa-password-1',
  ROBOKASSA_PASSWORD_2: 'planted-robokassa-password-2',
  ROBOKASSA_PASSWORD_3: 'planted-robokassa-password-3',
  YOOKASSA_SECRET_KEY: 'planted-yookassa-secret-key',
  STRIPE_SECRET_KEY: 'sk_test_planted-stripe-key',
  STRIPE_WEBHOOK_SECRETS: 'whsec_planted-one,whsec_planted-two',
  PAYPAL_SECRET: 'planted-paypal-secret',
  CRYPTOPAY_TOKEN: '12345:planted-cryptopay-token',
  CLOUDPAYMENTS_API_SECRET: 'planted-cloudpayments-secret',
  MOCK_PROVIDER_API_KEY: 'planted-key-of-the-mock-bank',
  MOCK_PROVIDER_PASSWORD_1: 'planted-mock-password-1',
  MOCK_PROVIDER_PASSWORD_2: 'planted-mock-password-2',
};

/** The planted key of payloads, as a codec takes it. */
export function payloadKeys() {
  return [{ id: 'k1', secret: Buffer.from(PAYLOAD_KEY) }];
}

/** What is not given here and why: the database has a role of its own, and Temporal's test server asks for no key. */
export const ELSEWHERE: readonly string[] = [
  'DATABASE_URL',
  'DATABASE_PASSWORD',
  'TEMPORAL_API_KEY',
];

/** Variables of secrets that nobody planted. */
export function unplanted(): string[] {
  return SECRET_VARIABLES.filter((name) => !(name in PLANTED) && !ELSEWHERE.includes(name));
}

/** All that must be found nowhere, in every spelling: as it is, in an address, in base64 and in hex. */
export function needlesOf(more: readonly string[]): ReadonlyMap<string, string> {
  const own = [
    ...Object.values(PLANTED).flatMap((value) => value.split(/[:,=]/)),
    ...[PAYLOAD_KEY, DATABASE_PASSWORD, ...more],
  ].filter((value) => /planted|_|[+/]/.test(value) && value.length > 8);
  const spelt = own.flatMap((value) => [
    [value, value],
    [encodeURIComponent(value), value],
    [Buffer.from(value).toString('base64').replace(/=+$/, ''), value],
    [Buffer.from(value).toString('hex'), value],
  ]);
  return new Map(spelt as [string, string][]);
}

/** A line for each secret in a text, with what stands around it. */
export function leaksIn(text: string, needles: ReadonlyMap<string, string>): string[] {
  return [...needles].flatMap(([needle, secret]) => {
    const at = text.indexOf(needle);
    if (at === -1) return [];
    const around = text.slice(Math.max(0, at - 120), at + needle.length + 40);
    return [`${secret} in … ${around.replace(/\s+/g, ' ')} …`];
  });
}
