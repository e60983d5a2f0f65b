import type { Update } from '@grammyjs/types';
import { conflict } from './failure';
import type { Inspector } from './inspector';
import type { BotAccount, UpdateKind } from './state';
import type { Store } from './store';

export type UpdateContent = Omit<Update, 'update_id'>;

export interface PullRequest {
  readonly offset: number;
  readonly limit: number;
  readonly timeoutSeconds: number;
  /** Aborted when the bot hangs up; the waiting call then ends without consuming anything. */
  readonly hangUp: AbortSignal;
}

interface Waiter {
  readonly request: PullRequest;
  readonly finish: (updates: Update[]) => void;
  readonly terminate: (reason: Error) => void;
}

const TERMINATED_BY_POLLING =
  'terminated by other getUpdates request; make sure that only one bot instance is running';

/** Sent only to bots that ask for them by name. */
const OPT_IN_KINDS: readonly UpdateKind[] = [
  'chat_member',
  'message_reaction',
  'message_reaction_count',
];

/** Every bot's updates, kept until confirmed by a later offset or accepted by a webhook. */
export class UpdateQueue {
  private readonly waiters = new Map<number, Waiter>();
  /** Called when a bot with a webhook has something to fetch. */
  onArrival: (botId: number) => void = () => undefined;

  constructor(
    private readonly store: Store,
    private readonly inspector: Inspector,
  ) {}

  add(bot: BotAccount, content: UpdateContent): void {
    const kind = Object.keys(content)[0] as UpdateKind;
    if (!isWanted(bot, kind)) return;
    const update: Update = {
      update_id: this.store.next(`update:${bot.id}`, firstUpdateId()),
      ...content,
    };
    this.store.updates.put(`${bot.id}:${update.update_id}`, { botId: bot.id, update });
    this.inspector.record({
      kind: 'update',
      botId: bot.id,
      name: kind,
      isOk: true,
      request: update,
    });
    this.wake(bot.id);
  }

  pending(botId: number): Update[] {
    return this.store.updates.inGroup(botId).map((queued) => queued.update);
  }

  pendingCount(botId: number): number {
    return this.store.updates.groupSize(botId);
  }

  confirm(botId: number, updateId: number): void {
    this.store.updates.delete(`${botId}:${updateId}`);
  }

  dropAll(botId: number): void {
    for (const update of this.pending(botId)) this.confirm(botId, update.update_id);
  }

  /** Long polling. A newer call ends an older one with 409, as two running copies of a bot learn to their cost. */
  async pull(botId: number, request: PullRequest): Promise<Update[]> {
    this.terminate(botId, TERMINATED_BY_POLLING);
    this.confirmBefore(botId, request.offset);
    const ready = this.pending(botId).slice(0, request.limit);
    if (ready.length > 0 || request.timeoutSeconds <= 0) return ready;
    return this.wait(botId, request);
  }

  terminate(botId: number, reason: string): void {
    this.waiters.get(botId)?.terminate(conflict(reason));
  }

  terminateAll(): void {
    for (const waiter of [...this.waiters.values()]) waiter.finish([]);
  }

  private confirmBefore(botId: number, offset: number): void {
    const pending = this.pending(botId);
    const confirmed =
      offset < 0 ? pending.slice(0, offset) : pending.filter((it) => it.update_id < offset);
    for (const update of confirmed) this.confirm(botId, update.update_id);
  }

  private wait(botId: number, request: PullRequest): Promise<Update[]> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => waiter.finish([]), request.timeoutSeconds * 1000);
      const leave = (): void => {
        clearTimeout(timer);
        request.hangUp.removeEventListener('abort', hangUp);
        if (this.waiters.get(botId) === waiter) this.waiters.delete(botId);
      };
      const hangUp = (): void => waiter.finish([]);
      const waiter: Waiter = {
        request,
        finish: (updates) => (leave(), resolve(updates)),
        terminate: (reason) => (leave(), reject(reason)),
      };
      request.hangUp.addEventListener('abort', hangUp);
      this.waiters.set(botId, waiter);
    });
  }

  private wake(botId: number): void {
    const waiter = this.waiters.get(botId);
    waiter?.finish(this.pending(botId).slice(0, waiter.request.limit));
    this.onArrival(botId);
  }
}

function isWanted(bot: BotAccount, kind: UpdateKind): boolean {
  const allowed = bot.allowedUpdates ?? [];
  return allowed.length === 0 ? !OPT_IN_KINDS.includes(kind) : allowed.includes(kind);
}

/** Seconds, so that a sandbox begun afresh never gives out ids that a product with a long memory has handled. */
function firstUpdateId(): number {
  return Math.floor(Date.now() / 1000);
}
