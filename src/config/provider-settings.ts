import type { Environment } from './environment';

/** The settings of every provider that has all of its variables, by the name that PAYMENT_PROVIDERS uses. */
export interface ProviderSettings {
  readonly robokassa?: RobokassaConfig;
  readonly yookassa?: YookassaConfig;
  readonly stripe?: StripeConfig;
  readonly paypal?: PaypalConfig;
  readonly cryptopay?: CryptoPayConfig;
  readonly cloudpayments?: CloudpaymentsConfig;
}

export interface RobokassaConfig {
  readonly merchantLogin: string;
  readonly password1: string;
  readonly password2: string;
  /** Refunds need it; without it there are none. */
  readonly password3: string | undefined;
  readonly hash: string;
  readonly isTest: boolean;
  readonly isReceiptEnabled: boolean;
  readonly isRecurringEnabled: boolean;
  readonly refundBody: 'jwt' | 'json';
  readonly baseUrl: string;
  readonly servicesUrl: string;
}

export interface YookassaConfig {
  readonly shopId: string;
  readonly secretKey: string;
  readonly baseUrl: string;
}

export interface StripeConfig {
  readonly secretKey: string;
  readonly webhookSecrets: readonly string[];
  readonly baseUrl: string;
}

export interface PaypalConfig {
  readonly clientId: string;
  readonly secret: string;
  readonly webhookId: string;
  readonly baseUrl: string;
}

export interface CryptoPayConfig {
  readonly token: string;
  readonly baseUrl: string;
  readonly acceptedAssets: readonly string[];
}

export interface CloudpaymentsConfig {
  readonly publicId: string;
  readonly apiSecret: string;
  readonly baseUrl: string;
}

/** A provider that cannot be offered, and the variables that it lacks. */
export interface UnconfiguredProvider {
  readonly name: string;
  readonly missing: readonly string[];
}

type Name = keyof ProviderSettings;
type Builder<Name_ extends Name> = (
  values: Environment,
  need: (variable: keyof Environment) => string,
) => NonNullable<ProviderSettings[Name_]>;

const BUILDERS: { readonly [Name_ in Name]: Builder<Name_> } = {
  robokassa: (values, need) => ({
    merchantLogin: need('ROBOKASSA_MERCHANT_LOGIN'),
    password1: need('ROBOKASSA_PASSWORD_1'),
    password2: need('ROBOKASSA_PASSWORD_2'),
    password3: values.ROBOKASSA_PASSWORD_3,
    hash: values.ROBOKASSA_HASH,
    isTest: values.ROBOKASSA_IS_TEST,
    isReceiptEnabled: values.ROBOKASSA_RECEIPT_ENABLED,
    isRecurringEnabled: values.ROBOKASSA_RECURRING_ENABLED,
    refundBody: values.ROBOKASSA_REFUND_BODY,
    baseUrl: values.ROBOKASSA_BASE_URL,
    servicesUrl: values.ROBOKASSA_SERVICES_URL,
  }),
  yookassa: (values, need) => ({
    shopId: need('YOOKASSA_SHOP_ID'),
    secretKey: need('YOOKASSA_SECRET_KEY'),
    baseUrl: values.YOOKASSA_BASE_URL,
  }),
  stripe: (values, need) => ({
    secretKey: need('STRIPE_SECRET_KEY'),
    webhookSecrets: [need('STRIPE_WEBHOOK_SECRETS'), ...values.STRIPE_WEBHOOK_SECRETS.slice(1)],
    baseUrl: values.STRIPE_API_BASE,
  }),
  paypal: (values, need) => ({
    clientId: need('PAYPAL_CLIENT_ID'),
    secret: need('PAYPAL_SECRET'),
    webhookId: need('PAYPAL_WEBHOOK_ID'),
    baseUrl: values.PAYPAL_BASE,
  }),
  cryptopay: (values, need) => ({
    token: need('CRYPTOPAY_TOKEN'),
    baseUrl: values.CRYPTOPAY_BASE,
    acceptedAssets: values.CRYPTOPAY_ACCEPTED_ASSETS,
  }),
  cloudpayments: (values, need) => ({
    publicId: need('CLOUDPAYMENTS_PUBLIC_ID'),
    apiSecret: need('CLOUDPAYMENTS_API_SECRET'),
    baseUrl: values.CLOUDPAYMENTS_BASE,
  }),
};

/** Which host of a provider production may speak to, so that no setting can send its keys elsewhere. */
const OFFICIAL_HOSTS: { readonly [Name_ in Name]: readonly string[] } = {
  robokassa: ['auth.robokassa.ru', 'auth.robokassa.kz', 'services.robokassa.ru'],
  yookassa: ['api.yookassa.ru'],
  stripe: ['api.stripe.com'],
  paypal: ['api-m.paypal.com', 'api-m.sandbox.paypal.com'],
  cryptopay: ['pay.crypt.bot', 'testnet-pay.crypt.bot'],
  cloudpayments: ['api.cloudpayments.ru'],
};

/** The settings of the enabled providers, and what is missing of those that cannot be offered. */
export function providerSettings(values: Environment): {
  readonly ready: ProviderSettings;
  readonly unconfigured: readonly UnconfiguredProvider[];
} {
  const enabled = values.PAYMENT_PROVIDERS.filter((name) => isKnown(name));
  const built = enabled.map((name) => ({ name, ...build(name, values) }));
  const complete = built.filter(({ missing }) => missing.length === 0);
  const ready = Object.fromEntries(complete.map(({ name, settings }) => [name, settings]));
  const unconfigured = built.filter(({ missing }) => missing.length > 0);
  return { ready, unconfigured: unconfigured.map(({ name, missing }) => ({ name, missing })) };
}

function isKnown(name: string): name is Name {
  return Object.hasOwn(BUILDERS, name);
}

function build<Name_ extends Name>(name: Name_, values: Environment) {
  const missing: string[] = [];
  const need = (variable: keyof Environment): string => {
    const value = values[variable];
    const given = Array.isArray(value) ? value[0] : value;
    if (typeof given === 'string' && given !== '') return given;
    missing.push(variable);
    return '';
  };
  const settings = BUILDERS[name](values, need);
  return { settings, missing };
}

/** Addresses of enabled providers that lead elsewhere than to the provider; production refuses them. */
export function foreignAddresses({ ready }: { readonly ready: ProviderSettings }): string[] {
  return Object.entries(ready).flatMap(([name, settings]) => {
    const addresses = Object.entries(settings as Record<string, unknown>).filter(([key]) =>
      /Url$/.test(key),
    );
    return addresses
      .map(([, address]) => new URL(String(address)))
      .filter(({ protocol, host }) => protocol !== 'https:' || !isOfficial(name, host))
      .map(({ host }) => `${name}: ${host} is not an address of ${name}`);
  });
}

function isOfficial(name: string, host: string): boolean {
  return isKnown(name) && OFFICIAL_HOSTS[name].includes(host);
}
