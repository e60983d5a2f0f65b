import type { Update, WebhookInfo } from '@grammyjs/types';
import type { Arguments } from '../arguments';
import { badRequest, conflict } from '../failure';
import type { BotAccount, UpdateKind } from '../state';
import type { Call } from './call';
import { Described } from './call';

const WEBHOOK_IS_ACTIVE =
  "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";

export async function getUpdates({ telegram, bot, args, hangUp }: Call): Promise<Update[]> {
  const listening = withAllowedUpdates(bot, args);
  if (listening !== bot) telegram.saveBot(listening);
  if (bot.webhook !== undefined) throw conflict(WEBHOOK_IS_ACTIVE);
  return telegram.updates.pull(bot.id, {
    offset: args.integer('offset') ?? 0,
    limit: Math.min(100, Math.max(1, args.integer('limit') ?? 100)),
    timeoutSeconds: Math.min(50, args.integer('timeout') ?? 0),
    hangUp,
  });
}

export function setWebhook(call: Call): Described<true> {
  const { telegram, bot, args } = call;
  const url = args.text('url') ?? '';
  if (url === '') return deleteWebhook(call);
  if (!/^https?:\/\/[^/]+/i.test(url)) {
    throw badRequest('bad webhook: An HTTPS URL must be provided for webhook');
  }
  const secretToken = readSecret(args);
  telegram.updates.terminate(bot.id, 'terminated by setWebhook request');
  if (args.flag('drop_pending_updates')) telegram.updates.dropAll(bot.id);
  telegram.saveBot({
    ...withAllowedUpdates(bot, args),
    webhook: {
      url,
      maxConnections: Math.min(100, Math.max(1, args.integer('max_connections') ?? 40)),
      ...(secretToken === undefined ? {} : { secretToken }),
    },
  });
  telegram.webhooks.restart(bot.id);
  const isSame = bot.webhook?.url === url;
  return new Described(true, isSame ? 'Webhook is already set' : 'Webhook was set');
}

export function deleteWebhook({ telegram, bot, args }: Call): Described<true> {
  if (args.flag('drop_pending_updates')) telegram.updates.dropAll(bot.id);
  const { webhook, ...rest } = bot;
  telegram.saveBot(rest);
  return new Described(
    true,
    webhook === undefined ? 'Webhook is already deleted' : 'Webhook was deleted',
  );
}

export function getWebhookInfo({ telegram, bot }: Call): WebhookInfo {
  const { webhook, allowedUpdates } = bot;
  return {
    url: webhook?.url ?? '',
    has_custom_certificate: false,
    pending_update_count: telegram.updates.pendingCount(bot.id),
    ...(webhook === undefined ? {} : { max_connections: webhook.maxConnections }),
    ...(webhook?.lastErrorAt === undefined ? {} : { last_error_date: webhook.lastErrorAt }),
    ...(webhook?.lastErrorMessage === undefined
      ? {}
      : { last_error_message: webhook.lastErrorMessage }),
    ...(allowedUpdates === undefined || allowedUpdates.length === 0
      ? {}
      : { allowed_updates: [...allowedUpdates] }),
  };
}

/** An omitted list keeps the previous one; an empty one means the default again. */
function withAllowedUpdates(bot: BotAccount, args: Arguments): BotAccount {
  const list = args.json(
    'allowed_updates',
    "can't parse allowed_updates: expected an Array of String",
  );
  if (!Array.isArray(list)) return bot;
  const allowedUpdates = list.filter((it): it is UpdateKind => typeof it === 'string');
  const isSame = JSON.stringify(allowedUpdates) === JSON.stringify(bot.allowedUpdates);
  return isSame ? bot : { ...bot, allowedUpdates };
}

function readSecret(args: Arguments): string | undefined {
  const secret = args.text('secret_token');
  if (secret === undefined || secret === '') return undefined;
  if (secret.length > 256) throw badRequest('secret token is too long');
  if (!/^[\w-]+$/.test(secret)) throw badRequest('secret token contains unallowed characters');
  return secret;
}
