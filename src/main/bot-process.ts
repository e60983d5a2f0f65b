import type { BotParts, HandledUpdate, Incident, TestClock } from '../bot/parts';
import type { BillingCommands } from '../commands/contract';
import type { Config } from '../config';
import type { Messenger } from '../domain/messages';
import type { Log } from '../log';
import { issueKey } from '../http/api/keys';
import type { BillingReads } from '../reads/billing';
import type { EdgeRecords } from '../records/contract';
import type { PaymentProviders } from '../payments/registry';
import { choicesOf, messengerOf, type TelegramAccount } from './wiring';

/** The part of the configuration a bot depends on. */
export type BotConfig = Pick<Config, 'publicBaseUrl' | 'supportUsername' | 'seller' | 'billing'> &
  TelegramAccount & {
    readonly temporal?: Pick<Config['temporal'], 'namespace' | 'uiUrl'>;
    readonly secrets: Pick<Config['secrets'], 'apiKeyPepper'>;
  };

/** What a bot is given, in whichever process it lives. */
export interface BotMakings {
  readonly config: BotConfig;
  readonly log: Log;
  readonly commands: BillingCommands;
  readonly reads: BillingReads;
  readonly records: EdgeRecords;
  readonly providers: PaymentProviders;
  /** Only in the sandbox. */
  readonly testClock?: TestClock;
  /** Hears of every update that was handled. */
  readonly onUpdate?: (update: HandledUpdate) => void;
}

/** The bot's view of the world: commands, reads and records, and no database. */
export function botParts({ config, providers, ...makings }: BotMakings): BotParts {
  const messenger = messengerOf(config, { reads: makings.reads, providers });
  const { publicBaseUrl, supportUsername, seller } = config;
  const { referralRewardPercent: percent, referralHoldDays: holdDays } = config.billing;
  return {
    ...makings,
    clock: () => Date.now(),
    settings: {
      ...{ publicBaseUrl, supportUsername, seller },
      referral: { percent, holdDays },
      autoTopupDailyCapMinor: config.billing.autoTopupDailyCapMinor,
      pauseMaxDays: config.billing.pauseMaxDays,
      webUi: webUiOf(config),
    },
    paymentProviders: choicesOf(providers),
    makeApiKey: () => issueKey(config.secrets.apiKeyPepper),
    reportIncident: (incident) => tellOperators(messenger, config, incident),
  };
}

function webUiOf({ temporal }: BotConfig): BotParts['settings']['webUi'] {
  const baseUrl = temporal?.uiUrl;
  return baseUrl === undefined ? undefined : { baseUrl, namespace: temporal?.namespace ?? '' };
}

/** Straight to the operators' chat: an incident may be that nothing can be written at all. */
async function tellOperators(
  messenger: Messenger,
  config: BotConfig,
  incident: Incident,
): Promise<void> {
  const { adminChatId: chatId, displayTimeZone: timeZone } = config.billing;
  if (chatId === undefined) return;
  const params = { incidentId: incident.incidentId, summary: incident.summary };
  const message = { chatId, timeZone, locale: 'ru', template: 'ops.incident', params } as const;
  const outcome = await messenger.send(message);
  if (outcome.kind !== 'sent') throw new Error(`operators were not told: ${outcome.kind}`);
}
