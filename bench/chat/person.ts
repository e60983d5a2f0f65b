import { setTimeout as sleep } from 'node:timers/promises';
import { Chat, type Button, type Wanted } from './chat';
import { ANSWER_WITHIN_MS, type ChatPlan } from './plan';
import type { ChatRecord, Deed } from './record';
import type { Wire } from './wire';

/** What all people of the crowd share. */
export interface World {
  readonly wire: Wire;
  readonly telegramUrl: string;
  readonly record: ChatRecord;
  readonly plan: Pick<ChatPlan, 'thinkMs' | 'buyingShare'>;
  /** Aborted when it is over: whoever is thinking leaves. */
  readonly over: AbortSignal;
}

/** A tap or a command that nobody answered, or a button that is not there. */
export class Unanswered extends Error {}

/** It is over, and nothing is under way that has to be waited for. */
export class Leaving extends Error {}

/** Somebody with a thumb: sends words, presses buttons that are in sight, waits until something happens. */
export class Person {
  readonly chat = new Chat();

  constructor(
    readonly id: number,
    readonly world: World,
  ) {}

  /** Sends a message and waits for the button that the answer offers. */
  async say(text: string, expected: Wanted): Promise<Button> {
    const { wire, telegramUrl } = this.world;
    const since = this.chat.changes;
    const saidAt = performance.now();
    await wire.post(`${telegramUrl}/sandbox/send`, { personId: this.id, text });
    const look = () => this.chat.find(expected, since);
    return this.answered('command', { saidAt, look, what: text });
  }

  /**
   * Presses the newest fitting button and waits until the press is answered and the screen offers what is expected: a
   * button that spins for ever is as dead as one that does nothing.
   */
  async press(wanted: Wanted, expected: Wanted): Promise<Button> {
    const { wire, telegramUrl } = this.world;
    const button = this.chat.find(wanted);
    if (button === undefined) throw new Unanswered(`the button is not there: ${this.chat.words}`);
    const { messageId, data, route } = button;
    const since = this.chat.changes;
    const saidAt = performance.now();
    const { pressId } = await wire.post<{ pressId: string }>(`${telegramUrl}/sandbox/press`, {
      ...{ personId: this.id, messageId, data },
    });
    const look = () =>
      this.chat.isAnswered(pressId) ? this.chat.find(expected, since) : undefined;
    return this.answered('tap', { saidAt, look, what: route ?? button.label });
  }

  /** A pause as people make it, mostly short and now and then long; throws {@link Leaving} when it is over. */
  async think(): Promise<void> {
    const { plan, over: signal } = this.world;
    const ms = -Math.log(1 - Math.random()) * plan.thinkMs;
    await sleep(ms, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) throw new Leaving();
  }

  private async answered(
    deed: Deed,
    act: { saidAt: number; look: () => Button | undefined; what: string },
  ): Promise<Button> {
    const found = await this.chat.until(act.look, ANSWER_WITHIN_MS);
    if (found === undefined) throw new Unanswered(`${act.what}: ${this.chat.words}`);
    this.world.record.done(deed, performance.now() - act.saidAt);
    return found;
  }
}
