import { Client, type ConnectionLike } from '@temporalio/client';
import { Api } from 'grammy';
import { createMessenger, type MessengerParts } from '../bot/messenger';
import type { PaymentChoice } from '../bot/parts';
import { ConfigError, type Config } from '../config';
import type { UnconfiguredProvider } from '../config/provider-settings';
import { hiding, type Log } from '../log';
import type { Messenger } from '../domain/messages';
import { secretsKnownTo } from './configuration';
import { discreetProviders } from './discreet-providers';
import { dataConverter } from '../payloads/converter';
import { paymentProviders, type PaymentProviders } from '../payments/registry';
import { NO_TRACING, type Tracing } from './tracing';

/** Asks Temporal in the configured namespace, with the configured keys of payloads. */
export function clientOf(
  config: Config,
  connection: ConnectionLike,
  tracing: Pick<Tracing, 'client'> = NO_TRACING,
): Client {
  const { namespace } = config.temporal;
  return new Client({
    connection,
    namespace,
    dataConverter: dataConverter(config.payloads.keys),
    ...tracing.client,
  });
}

/**
 * The adapters of the configured payment providers. Those that lack variables are told by name and left out; without
 * any that is left there is nothing to pay with, which is an error.
 */
export function providersOf(config: Config, log: Pick<Log, 'warn'>): PaymentProviders {
  const { enabled, unconfigured } = config.providers;
  for (const { name, missing } of unconfigured) {
    log.warn(
      { provider: name, missing },
      'not offered: variables of this payment provider are not set',
    );
  }
  if (enabled.length === 0) throw new ConfigError(nothingOffered(unconfigured));
  return adaptersOf(config);
}

function nothingOffered(unconfigured: readonly UnconfiguredProvider[]): string {
  const lacking = unconfigured.map(({ name, missing }) => `${name} lacks ${missing.join(', ')}`);
  return ['No payment provider of PAYMENT_PROVIDERS can be offered.', ...lacking, SEE].join('\n');
}

const SEE = 'See .env.example and docs/providers.md.';

/** The adapters of what is offered, without a word about what is not. */
export function adaptersOf(config: Config): PaymentProviders {
  const { apiRoot, token } = config.telegram;
  const adapters = paymentProviders({
    enabled: config.providers.enabled,
    isProduction: config.isProduction,
    ...config.providers.settings,
    mock: config.providers.mock,
    telegramStars: { apiRoot, token },
  });
  return discreetProviders(adapters, hiding(secretsKnownTo(process.env)));
}

/**
 * Longer than Telegram's own silences: cutting a call short would leave it unknown whether the message went out.
 */
const TELEGRAM_PATIENCE_SECONDS = 90;

/** The part of the configuration that names a bot. */
export interface TelegramAccount {
  readonly telegram: Pick<Config['telegram'], 'token' | 'apiRoot'>;
}

/** The providers as people choose among them. */
export function choicesOf(providers: PaymentProviders): readonly PaymentChoice[] {
  return [...providers.values()].map(({ name, capabilities }) => ({
    name,
    currencies: capabilities.currencies,
    ...(capabilities.canSave ? { canSave: true } : {}),
  }));
}

/** Speaks to Telegram in the name of the configured bot. */
export function messengerOf(
  config: TelegramAccount,
  { reads, providers }: Pick<MessengerParts, 'reads'> & { readonly providers: PaymentProviders },
): Messenger {
  const { token, apiRoot } = config.telegram;
  const api = new Api(token, { apiRoot, timeoutSeconds: TELEGRAM_PATIENCE_SECONDS });
  return createMessenger(api, { reads, paymentProviders: choicesOf(providers) });
}
