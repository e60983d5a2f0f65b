import { cloudpaymentsProvider } from './cloudpayments/adapter';
import type { CloudpaymentsSettings } from './cloudpayments/api';
import { cryptoPayProvider } from './crypto-pay/crypto-pay';
import type { CryptoPaySettings } from './crypto-pay/crypto-pay';
import { mockProvider } from './mock';
import type { MockProviderSettings } from './mock';
import type { PaypalSettings } from './paypal/calls';
import { paypalProvider } from './paypal/paypal';
import type { PaymentProvider } from './provider';
import type { StripeSettings } from './stripe/calls';
import { stripeProvider } from './stripe/stripe';
import { robokassaProvider } from './robokassa/adapter';
import type { RobokassaSettings } from './robokassa/settings';
import { telegramStarsProvider } from './telegram-stars';
import type { TelegramStarsSettings } from './telegram-stars';
import { yookassaProvider } from './yookassa/yookassa';
import type { YookassaSettings } from './yookassa/yookassa';

export interface PaymentProvidersSettings {
  /** Names in the order they are offered, such as PAYMENT_PROVIDERS lists them. */
  readonly enabled: readonly string[];
  readonly isProduction: boolean;
  readonly mock?: MockProviderSettings;
  readonly telegramStars?: TelegramStarsSettings;
  readonly yookassa?: YookassaSettings;
  readonly cloudpayments?: CloudpaymentsSettings;
  readonly stripe?: StripeSettings;
  readonly cryptopay?: CryptoPaySettings;
  readonly robokassa?: RobokassaSettings;
  readonly paypal?: PaypalSettings;
}

export type PaymentProviders = ReadonlyMap<string, PaymentProvider>;

/**
 * Builds the adapters that are enabled. Throws for an unknown name, for missing settings, and in production for the mock
 * provider and for certificates that are not PayPal's: a shop must not start in a state in which anybody can print money.
 */
export function paymentProviders(settings: PaymentProvidersSettings): PaymentProviders {
  if (settings.isProduction && settings.enabled.includes('mock'))
    throw new Error('PAYMENT_PROVIDERS contains mock, which is forbidden in production');
  if (settings.isProduction && settings.paypal?.certificates)
    throw new Error('PayPal is believed by its own certificates only in production');
  return new Map(settings.enabled.map((name) => [name, build(name, settings)]));
}

type Builder = (settings: PaymentProvidersSettings) => PaymentProvider;

const BUILDERS: ReadonlyMap<string, Builder> = new Map<string, Builder>([
  ['mock', ({ mock }) => mockProvider(required(mock, 'mock'))],
  ['robokassa', ({ robokassa }) => robokassaProvider(required(robokassa, 'robokassa'))],
  ['stars', ({ telegramStars }) => telegramStarsProvider(required(telegramStars, 'stars'))],
  ['cryptopay', ({ cryptopay }) => cryptoPayProvider(required(cryptopay, 'cryptopay'))],
  ['yookassa', ({ yookassa }) => yookassaProvider(required(yookassa, 'yookassa'))],
  [
    'cloudpayments',
    ({ cloudpayments }) => cloudpaymentsProvider(required(cloudpayments, 'cloudpayments')),
  ],
  ['stripe', ({ stripe }) => stripeProvider(required(stripe, 'stripe'))],
  ['paypal', ({ paypal }) => paypalProvider(required(paypal, 'paypal'))],
]);

function build(name: string, settings: PaymentProvidersSettings): PaymentProvider {
  const builder = BUILDERS.get(name);
  if (builder) return builder(settings);
  throw new Error(`PAYMENT_PROVIDERS names ${name}, which this version does not know`);
}

function required<T>(settings: T | undefined, name: string): T {
  if (settings === undefined)
    throw new Error(`payment provider ${name} is enabled without its settings; see .env.example`);
  return settings;
}
