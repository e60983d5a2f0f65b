import { setTimeout as sleep } from 'node:timers/promises';
import type { Update } from 'grammy/types';
import type { BillingBot } from './bot';
import { loggable } from './faults';
import { publishCommands } from './commands-menu';
import type { BotParts } from './parts';
import { refusalOf } from './refusals';
import { storable } from './storable';
import { ALLOWED_UPDATES } from './updates';
import { UpdateWindow } from './update-window';

export interface Polling {
  /** Resolves when the bot has introduced itself and asks for updates. */
  readonly started: Promise<void>;
  /** Takes no more updates, waits for those under way, and confirms what is done. */
  stop(): Promise<void>;
}

const LONG_POLL_SECONDS = 30;
/** How often new updates are looked for while old ones are under way: Telegram then answers at once. */
const BUSY_PAUSE_MS = 250;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
const DRAIN_MS = 25_000;

/**
 * Receives updates by long polling until told to stop. Telegram being away, or another copy of the bot polling, delays
 * it and never ends it (BOT-9).
 */
export function startPolling(
  bot: BillingBot,
  parts: Pick<BotParts, 'log' | 'reads' | 'clock'>,
): Polling {
  const stopping = new AbortController();
  const poller = new Poller(bot, parts, stopping.signal);
  const started = poller.introduce();
  const running = started.then(() => poller.run());
  return {
    started,
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

/** What a bot does once before it works, in either mode. */
export async function introduceBot(
  bot: BillingBot,
  parts: Pick<BotParts, 'reads' | 'clock'>,
): Promise<void> {
  await learnName(bot);
  const tariffs = await parts.reads.catalogue(new Date(parts.clock()));
  await publishCommands(bot.api, tariffs.length > 0);
}

/** Not grammY's own `init`, which would wait for Telegram in silence and in steps of minutes. */
export async function learnName(bot: BillingBot): Promise<void> {
  if (!bot.isInited()) bot.botInfo = await bot.api.getMe();
}

class Poller {
  private readonly window: UpdateWindow;

  constructor(
    private readonly bot: BillingBot,
    private readonly parts: Pick<BotParts, 'log' | 'reads' | 'clock'>,
    private readonly signal: AbortSignal,
  ) {
    this.window = new UpdateWindow({
      handle: (update) => bot.handleUpdate(storable(update)),
      onFailure: (error, updateId) =>
        parts.log.error(
          { err: loggable(error), updateId },
          'an update failed and will be tried again',
        ),
      onHanging: (updateId) =>
        parts.log.error({ updateId }, 'an update has no end; it is given up, and others go on'),
      signal,
    });
  }

  async introduce(): Promise<void> {
    await this.patiently('Telegram does not answer yet; the bot waits', async () => {
      await introduceBot(this.bot, this.parts);
      await this.bot.api.deleteWebhook();
    });
  }

  async run(): Promise<void> {
    while (!this.signal.aborted) {
      await this.patiently('updates could not be fetched; trying again', () => this.fetch());
    }
    await Promise.race([this.window.settled(), sleep(DRAIN_MS, undefined, { ref: false })]);
    await this.confirm();
  }

  private async fetch(): Promise<void> {
    const { window } = this;
    window.take(await this.ask(window.isBusy ? 0 : LONG_POLL_SECONDS));
    if (window.isBusy) await this.untilSettled();
  }

  /** The call gets a signal of its own: grammY never lets go of the one it is given, and ours lives for ever. */
  private async ask(timeout: number): Promise<readonly Update[]> {
    const hangUp = new AbortController();
    const cut = () => hangUp.abort();
    this.signal.addEventListener('abort', cut, { once: true });
    try {
      const offset = this.window.nextOffset();
      return await this.bot.api.getUpdates(
        { offset, limit: 100, timeout, allowed_updates: ALLOWED_UPDATES },
        hangUp.signal as never,
      );
    } finally {
      this.signal.removeEventListener('abort', cut);
    }
  }

  /** Waits for the updates under way, but not long: others may have written meanwhile. */
  private async untilSettled(): Promise<void> {
    const enough = new AbortController();
    const pause = sleep(BUSY_PAUSE_MS, undefined, { signal: enough.signal });
    await Promise.race([this.window.settled(), pause.catch(() => undefined)]);
    enough.abort();
  }

  /** Tells Telegram how far we came, so that a restart begins where this run ended. */
  private async confirm(): Promise<void> {
    const { offset } = this.window;
    if (offset === 1) return;
    try {
      await this.bot.api.getUpdates({ offset, limit: 1, timeout: 0 });
    } catch (error) {
      this.parts.log.warn(
        { err: loggable(error) },
        'the last updates stay unconfirmed and will be skipped',
      );
    }
  }

  private async patiently(complaint: string, work: () => Promise<void>): Promise<void> {
    let waitMs = FIRST_PAUSE_MS;
    while (!this.signal.aborted) {
      try {
        await work();
        return;
      } catch (error) {
        if (this.signal.aborted) return;
        this.parts.log.warn({ err: loggable(error), waitMs }, complaint);
        const refusal = refusalOf(error);
        const askedMs = refusal?.kind === 'rate_limited' ? refusal.retryAfterSeconds * 1_000 : 0;
        await this.pause(Math.max(waitMs, askedMs));
        waitMs = Math.min(waitMs * 2, LONGEST_PAUSE_MS);
      }
    }
  }

  private async pause(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.signal }).catch(() => undefined);
  }
}
