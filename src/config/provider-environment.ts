import { z } from 'zod';

// The variables of each payment provider. None is required here: an enabled provider without its own is left out at
// start, by name (src/config/provider-settings.ts).

const text = () => z.string().optional();
const baseUrl = (fallback: string) =>
  z
    .url()
    .default(fallback)
    .transform((url) => url.replace(/\/+$/, ''));
const flag = (fallback: boolean) =>
  z
    .enum(['true', 'false', '1', '0'])
    .transform((word) => word === 'true' || word === '1')
    .default(fallback);
const list = () =>
  z
    .string()
    .default('')
    .transform((words) => words.split(',').map((word) => word.trim()))
    .transform((words) => words.filter((word) => word !== ''));
const ROBOKASSA_HASHES = ['md5', 'ripemd160', 'sha1', 'sha256', 'sha384', 'sha512'] as const;

export const providerEnvironment = {
  ROBOKASSA_MERCHANT_LOGIN: text(),
  ROBOKASSA_PASSWORD_1: text(),
  ROBOKASSA_PASSWORD_2: text(),
  /** Refunds only. */
  ROBOKASSA_PASSWORD_3: text(),
  ROBOKASSA_HASH: z.string().toLowerCase().pipe(z.enum(ROBOKASSA_HASHES)).default('md5'),
  ROBOKASSA_IS_TEST: flag(true),
  ROBOKASSA_RECEIPT_ENABLED: flag(false),
  /** Saved cards; Robokassa has to agree to them. */
  ROBOKASSA_RECURRING_ENABLED: flag(false),
  ROBOKASSA_REFUND_BODY: z.enum(['jwt', 'json']).default('jwt'),
  ROBOKASSA_BASE_URL: baseUrl('https://auth.robokassa.ru'),
  ROBOKASSA_SERVICES_URL: baseUrl('https://services.robokassa.ru'),
  YOOKASSA_SHOP_ID: text(),
  YOOKASSA_SECRET_KEY: text(),
  YOOKASSA_BASE_URL: baseUrl('https://api.yookassa.ru/v3'),
  STRIPE_SECRET_KEY: text(),
  /** More than one while a secret is being rolled over. */
  STRIPE_WEBHOOK_SECRETS: list(),
  STRIPE_API_BASE: baseUrl('https://api.stripe.com'),
  PAYPAL_CLIENT_ID: text(),
  PAYPAL_SECRET: text(),
  PAYPAL_WEBHOOK_ID: text(),
  PAYPAL_BASE: baseUrl('https://api-m.paypal.com'),
  CRYPTOPAY_TOKEN: text(),
  CRYPTOPAY_BASE: baseUrl('https://pay.crypt.bot'),
  /** Coins that may pay a price in a state's money; all when empty. */
  CRYPTOPAY_ACCEPTED_ASSETS: list(),
  CLOUDPAYMENTS_PUBLIC_ID: text(),
  CLOUDPAYMENTS_API_SECRET: text(),
  CLOUDPAYMENTS_BASE: baseUrl('https://api.cloudpayments.ru'),
};
