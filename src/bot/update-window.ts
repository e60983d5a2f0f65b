import { setTimeout as sleep } from 'node:timers/promises';
import type { Update } from 'grammy/types';
import { reportsPayment, senderOf } from './updates';

export interface UpdateWindowParts {
  handle(update: Update): Promise<void>;
  /** Told of every failure; the update is tried again afterwards. */
  onFailure(error: unknown, updateId: number): void;
  /** Told of an update that takes too long: nobody waits for its end any more. */
  onHanging(updateId: number): void;
  readonly signal: AbortSignal;
  readonly limitMs?: number;
}

/** Twice what anything waits for that an update asks. */
const LIMIT_MS = 120_000;

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;

/**
 * The updates between the oldest unfinished one and the newest seen. Telegram forgets everything below the offset, so
 * the offset only passes what is finished: an update lost in a crash comes again. Different people are served side by
 * side, one person in order, and a failing update holds up nobody but its sender. Telegram shows a hundred updates from
 * the offset and none behind them, so one that neither ends nor fails would end the bot for everybody: it is given up in
 * the end, unless it reports a payment.
 */
export class UpdateWindow {
  private readonly unfinished = new Set<number>();
  private readonly finished = new Set<number>();
  private readonly queues = new Map<number, Promise<void>>();
  private newest = 0;

  constructor(private readonly parts: UpdateWindowParts) {}

  /** The oldest update Telegram must keep; everything before it is confirmed by asking from here. */
  get offset(): number {
    return this.unfinished.size > 0 ? Math.min(...this.unfinished) : this.newest + 1;
  }

  /**
   * The offset for a question to Telegram that begins now. What is finished is forgotten only here: an answer that was
   * under way while its updates were finished must not begin them again.
   */
  nextOffset(): number {
    const { offset } = this;
    for (const id of this.finished) if (id < offset) this.finished.delete(id);
    return offset;
  }

  get isBusy(): boolean {
    return this.unfinished.size > 0;
  }

  /** Begins the updates that are new; those under way or finished are passed over. */
  take(updates: readonly Update[]): void {
    for (const update of updates) {
      const id = update.update_id;
      if (this.unfinished.has(id) || this.finished.has(id)) continue;
      this.newest = Math.max(this.newest, id);
      this.unfinished.add(id);
      this.enqueue(update);
    }
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    await Promise.all(this.queues.values());
  }

  private enqueue(update: Update): void {
    const sender = senderOf(update);
    const before = this.queues.get(sender) ?? Promise.resolve();
    const queue = before.then(() => this.insist(update));
    this.queues.set(sender, queue);
    void queue.then(() => {
      if (this.queues.get(sender) === queue) this.queues.delete(sender);
    });
  }

  private async insist(update: Update): Promise<void> {
    let waitMs = FIRST_RETRY_MS;
    while (!this.parts.signal.aborted) {
      if (await this.attempt(update)) return;
      await sleep(waitMs, undefined, { signal: this.parts.signal }).catch(() => undefined);
      waitMs = Math.min(waitMs * 2, LONGEST_RETRY_MS);
    }
  }

  private async attempt(update: Update): Promise<boolean> {
    try {
      const isHanging = await this.isHanging(update);
      if (isHanging) this.parts.onHanging(update.update_id);
      this.finish(update.update_id);
      return true;
    } catch (error) {
      this.parts.onFailure(error, update.update_id);
      return false;
    }
  }

  /** Resolves with the end of the work, or without it when that does not come. */
  private async isHanging(update: Update): Promise<boolean> {
    const handled = this.parts.handle(update);
    if (reportsPayment(update)) {
      await handled;
      return false;
    }
    const enough = new AbortController();
    const { limitMs = LIMIT_MS } = this.parts;
    const late = sleep(limitMs, true, { signal: enough.signal, ref: false });
    try {
      return await Promise.race([handled.then(() => false), late.catch(() => false)]);
    } finally {
      enough.abort();
    }
  }

  private finish(id: number): void {
    this.unfinished.delete(id);
    this.finished.add(id);
  }
}
