import { Client, type ConnectionLike } from '@temporalio/client';
import { Api } from 'grammy';
import { createMessenger, type MessengerParts } from '../bot/messenger';
import type { PaymentChoice } from '../bot/parts';
import type { Config } from '../config';
import type { Messenger } from '../domain/messages';
import { dataConverter } from '../payloads/converter';
import { paymentProviders, type PaymentProviders } from '../payments/registry';

/** Asks Temporal in the configured namespace, with the configured keys of payloads. */
export function clientOf(config: Config, connection: ConnectionLike): Client {
  const { namespace } = config.temporal;
  return new Client({
    connection,
    namespace,
    dataConverter: dataConverter(config.payloads.keys),
  });
}

/** The adapters of the configured payment providers. */
export function providersOf(config: Config): PaymentProviders {
  const { apiRoot, token } = config.telegram;
  return paymentProviders({
    enabled: config.providers.enabled,
    isProduction: config.isProduction,
    ...config.providers.settings,
    mock: config.providers.mock,
    telegramStars: { apiRoot, token },
  });
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
