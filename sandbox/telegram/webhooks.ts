import type { Update } from '@grammyjs/types';
import type { Inspector } from './inspector';
import type { BotAccount, Webhook } from './state';
import type { Store } from './store';
import type { UpdateQueue } from './updates';

export interface WebhookTiming {
  readonly firstRetrySeconds: number;
  readonly longestRetrySeconds: number;
  readonly timeoutSeconds: number;
}

/** What the webhook's answer asked to be called: a method's name and its arguments. */
export type ReplyCall = (bot: BotAccount, fields: Record<string, unknown>) => Promise<void>;

export interface WebhookParts {
  readonly store: Store;
  readonly updates: UpdateQueue;
  readonly inspector: Inspector;
  readonly timing: WebhookTiming;
  readonly replyCall: ReplyCall;
  readonly nowSeconds: () => number;
}

/**
 * Delivers updates to bots that set a webhook. Updates of one person go one after another, different people's in
 * parallel up to `max_connections`; what is not answered with 2xx is sent again, later and later, until it is.
 */
export class WebhookSender {
  private readonly inFlight = new Map<string, Update>();
  private readonly retryAt = new Map<string, NodeJS.Timeout>();
  private readonly failures = new Map<string, number>();
  private readonly abort = new AbortController();

  constructor(private readonly parts: WebhookParts) {}

  deliver(botId: number): void {
    const bot = this.parts.store.bots.get(botId);
    if (bot?.webhook === undefined || this.abort.signal.aborted) return;
    const busyLanes = new Set([...this.inFlight].map(([lane]) => lane));
    for (const update of this.parts.updates.pending(botId)) {
      if (busyLanes.size >= bot.webhook.maxConnections) return;
      const lane = `${botId}:${laneOf(update)}`;
      if (busyLanes.has(lane) || this.retryAt.has(lane)) continue;
      busyLanes.add(lane);
      void this.send(bot, bot.webhook, { lane, update });
    }
  }

  /** Forgets waiting retries, so a webhook set anew is tried at once. */
  restart(botId: number): void {
    for (const [lane, timer] of this.retryAt) {
      if (!lane.startsWith(`${botId}:`)) continue;
      clearTimeout(timer);
      this.retryAt.delete(lane);
      this.failures.delete(lane);
    }
    this.deliver(botId);
  }

  close(): void {
    this.abort.abort();
    for (const timer of this.retryAt.values()) clearTimeout(timer);
  }

  private async send(bot: BotAccount, webhook: Webhook, item: Delivery): Promise<void> {
    this.inFlight.set(item.lane, item.update);
    const outcome = await this.post(webhook, item.update);
    this.inFlight.delete(item.lane);
    if (this.abort.signal.aborted) return;
    this.record(bot, webhook, { item, outcome });
    if (outcome.error === undefined) await this.accept(bot, item, outcome);
    else this.postpone(bot.id, item.lane, outcome.error);
    this.deliver(bot.id);
  }

  private async post(webhook: Webhook, update: Update): Promise<Outcome> {
    try {
      const response = await fetch(webhook.url, {
        method: 'POST',
        headers: headersOf(webhook),
        body: JSON.stringify(update),
        redirect: 'manual',
        signal: AbortSignal.any([
          this.abort.signal,
          AbortSignal.timeout(this.parts.timing.timeoutSeconds * 1000),
        ]),
      });
      const body = await response.text();
      if (response.ok) return { body };
      const status = `${response.status} ${response.statusText}`.trim();
      return { body, error: `Wrong response from the webhook: ${status}` };
    } catch (error) {
      return { body: '', error: connectionError(error) };
    }
  }

  private async accept(bot: BotAccount, item: Delivery, outcome: Outcome): Promise<void> {
    this.failures.delete(item.lane);
    this.parts.updates.confirm(bot.id, item.update.update_id);
    const reply = parseReply(outcome.body);
    if (reply !== undefined) await this.parts.replyCall(bot, reply);
  }

  private postpone(botId: number, lane: string, error: string): void {
    const bot = this.parts.store.bots.get(botId);
    if (bot?.webhook === undefined) return;
    const failed = { lastErrorAt: this.parts.nowSeconds(), lastErrorMessage: error };
    this.parts.store.bots.put(botId, { ...bot, webhook: { ...bot.webhook, ...failed } });
    const count = (this.failures.get(lane) ?? 0) + 1;
    this.failures.set(lane, count);
    const { firstRetrySeconds, longestRetrySeconds } = this.parts.timing;
    const seconds = Math.min(longestRetrySeconds, firstRetrySeconds * 2 ** (count - 1));
    const timer = setTimeout(() => {
      this.retryAt.delete(lane);
      this.deliver(botId);
    }, seconds * 1000);
    timer.unref();
    this.retryAt.set(lane, timer);
  }

  private record(
    bot: BotAccount,
    webhook: Webhook,
    sent: { item: Delivery; outcome: Outcome },
  ): void {
    const { item, outcome } = sent;
    this.parts.inspector.record({
      kind: 'webhook',
      botId: bot.id,
      name: webhook.url,
      isOk: outcome.error === undefined,
      request: item.update,
      response: outcome.error ?? outcome.body,
    });
  }
}

interface Delivery {
  readonly lane: string;
  readonly update: Update;
}

interface Outcome {
  readonly body: string;
  readonly error?: string;
}

function headersOf(webhook: Webhook): Record<string, string> {
  const secret = webhook.secretToken;
  return {
    'content-type': 'application/json',
    ...(secret === undefined ? {} : { 'X-Telegram-Bot-Api-Secret-Token': secret }),
  };
}

/** Whose update it is: a person's updates keep their order. */
function laneOf(update: Update): number {
  const { message, edited_message, callback_query, pre_checkout_query, my_chat_member } = update;
  const withFrom =
    message ?? edited_message ?? callback_query ?? pre_checkout_query ?? my_chat_member;
  return withFrom?.from.id ?? update.subscription?.user.id ?? 0;
}

function parseReply(body: string): Record<string, unknown> | undefined {
  if (!body.trimStart().startsWith('{')) return undefined;
  try {
    const reply = JSON.parse(body) as Record<string, unknown>;
    return typeof reply['method'] === 'string' ? reply : undefined;
  } catch {
    return undefined;
  }
}

function connectionError(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'Read timeout expired';
  const cause = error instanceof Error ? (error.cause as { code?: string } | undefined) : undefined;
  return cause?.code === 'ECONNREFUSED' ? 'Connection refused' : 'Connection closed';
}
