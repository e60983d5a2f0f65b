import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { latencyOf, type ChatRecord, type Latency } from './record';
import type { Wire } from './wire';

/** Whose tokens are spent, and how the API is reached. */
export interface Spending {
  readonly wire: Wire;
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly record: ChatRecord;
}

/** What a stretch of calls at one rate came to. */
export interface Stretch {
  readonly perSecond: number;
  /** Of the spends alone. */
  readonly latency: Latency;
  readonly failed: number;
}

/** One call in so many asks for the balance; the others spend. */
const READ_EVERY = 10;
/** More calls under way than this only wait for each other. */
const MOST_AT_ONCE = 400;
const AMOUNT = '0.01';

/** Programs that spend their people's tokens through the API, each call with a fresh key. */
export class Spender {
  /** Spends that were answered well, by person. */
  readonly spent = new Map<number, number>();
  private readonly people: number[] = [];
  private calls = 0;

  constructor(private readonly spending: Spending) {}

  /** From now on this person's tokens are spent too. */
  serve(personId: number): void {
    this.people.push(personId);
  }

  /**
   * Calls so often a second, however slow the answers are. Latency counts from the instant at which a call was due, so
   * that a stall is not hidden by calls that wait for it.
   */
  async run(perSecond: number, ms: number): Promise<Stretch> {
    const times: number[] = [];
    const underWay = new Set<Promise<void>>();
    const firstAt = performance.now();
    const before = this.failures;
    for (let n = 0; (n * 1000) / perSecond < ms; n += 1) {
      const dueAt = firstAt + (n * 1000) / perSecond;
      await sleep(Math.max(0, dueAt - performance.now()));
      while (underWay.size >= MOST_AT_ONCE) await Promise.race(underWay);
      const call: Promise<void> = this.call(dueAt, times).finally(() => underWay.delete(call));
      underWay.add(call);
    }
    await Promise.all(underWay);
    return { perSecond, latency: latencyOf(times), failed: this.failures - before };
  }

  private failures = 0;

  private async call(dueAt: number, times: number[]): Promise<void> {
    const personId = this.people[Math.floor(Math.random() * this.people.length)];
    if (personId === undefined) return;
    this.calls += 1;
    const isRead = this.calls % READ_EVERY === 0;
    try {
      const status = await (isRead ? this.readBalance(personId) : this.spend(personId));
      if (status !== 200) throw new Error(`the API answers ${status}`);
      const tookMs = performance.now() - dueAt;
      this.spending.record.done(isRead ? 'read' : 'spend', tookMs);
      if (!isRead) this.note(personId, tookMs, times);
    } catch (error) {
      this.failures += 1;
      this.spending.record.failed(`a ${isRead ? 'balance' : 'spend'}: ${String(error)}`);
    }
  }

  private note(personId: number, tookMs: number, times: number[]): void {
    times.push(tookMs);
    this.spent.set(personId, (this.spent.get(personId) ?? 0) + 1);
  }

  private async spend(personId: number): Promise<number> {
    const answer = await this.spending.wire.ask({
      method: 'POST',
      url: `${this.spending.apiUrl}/users/${personId}/spend`,
      headers: {
        authorization: `Bearer ${this.spending.apiKey}`,
        'content-type': 'application/json',
        'idempotency-key': randomUUID(),
      },
      body: JSON.stringify({ amount: AMOUNT, description: 'One answer' }),
    });
    return answer.status;
  }

  private async readBalance(personId: number): Promise<number> {
    const answer = await this.spending.wire.ask({
      url: `${this.spending.apiUrl}/users/${personId}/balance`,
      headers: { authorization: `Bearer ${this.spending.apiKey}` },
    });
    return answer.status;
  }
}
