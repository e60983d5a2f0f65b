import type { TelegramSandbox } from '../../sandbox/telegram/server';
import { createBot } from '../../src/bot/bot';
import { startPolling, type Polling } from '../../src/bot/polling';
import type { BillingSettings } from '../../src/domain/billing/settings';
import type { Listening } from '../../src/http/listen';
import { botParts, type BotMakings } from '../../src/main/bot-process';
import { TEST_SECRETS } from './secrets';

export const BOT_TOKEN = '4200000001:sandbox-token';

type BotInput = Omit<BotMakings, 'config'> & {
  readonly telegram: TelegramSandbox;
  readonly settings: BillingSettings;
  readonly http: Listening;
};

/** The product's bot by long polling. */
export async function startBot({
  telegram,
  settings,
  http,
  ...makings
}: BotInput): Promise<Polling> {
  const { apiRoot } = telegram;
  const parts = botParts({
    ...makings,
    config: {
      publicBaseUrl: http.url,
      supportUsername: 'support',
      seller: { name: 'Test Seller', requisites: [] },
      billing: settings,
      secrets: TEST_SECRETS,
      telegram: { token: BOT_TOKEN, apiRoot },
    },
  });
  const polling = startPolling(createBot(BOT_TOKEN, parts, { apiRoot }), parts);
  await polling.started;
  return polling;
}
