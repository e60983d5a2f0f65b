import { tooManyRequests } from './failure';

/** The documented limits: about 30 messages a second in all, one a second per chat, 20 a minute per group. */
export interface RateLimits {
  readonly overallPerSecond: number;
  readonly chatPerSecond: number;
  /** How many messages one chat takes at once after a pause; the real limit lets short bursts through too. */
  readonly chatBurst: number;
  readonly groupPerMinute: number;
}

export const TELEGRAM_RATES: RateLimits = {
  overallPerSecond: 30,
  chatPerSecond: 1,
  chatBurst: 8,
  groupPerMinute: 20,
};

interface Allowance {
  readonly messages: number;
  readonly at: number;
}

export interface Sending {
  readonly botId: number;
  readonly chatId: number;
  readonly messageCount: number;
}

/** Counts what a bot sends and refuses what is above the limits, naming the seconds to wait. */
export class Rates {
  private readonly allowances = new Map<string, Allowance>();

  constructor(
    private readonly limits: RateLimits | 'unlimited',
    private readonly now: () => number,
  ) {}

  /** Refused messages cost nothing, so a sender that waits as told gets through. */
  admit(sending: Sending): void {
    if (this.limits === 'unlimited') return;
    const limits = this.limits;
    const { botId, chatId, messageCount } = sending;
    const overall = {
      key: `bot:${botId}`,
      perSecond: limits.overallPerSecond,
      burst: limits.overallPerSecond,
    };
    const chat =
      chatId < 0
        ? {
            key: `${botId}:${chatId}`,
            perSecond: limits.groupPerMinute / 60,
            burst: limits.groupPerMinute,
          }
        : { key: `${botId}:${chatId}`, perSecond: limits.chatPerSecond, burst: limits.chatBurst };
    const taken = [overall, chat].map((bucket) => this.allowanceAfter(bucket, messageCount));
    for (const { key, allowance } of taken) this.allowances.set(key, allowance);
  }

  private allowanceAfter(
    bucket: Bucket,
    messageCount: number,
  ): { key: string; allowance: Allowance } {
    const at = this.now();
    const before = this.allowances.get(bucket.key) ?? { messages: bucket.burst, at };
    const refilled = before.messages + ((at - before.at) / 1000) * bucket.perSecond;
    const messages = Math.min(bucket.burst, refilled) - messageCount;
    if (messages < 0 && messageCount <= bucket.burst) {
      throw tooManyRequests(Math.max(1, Math.ceil(-messages / bucket.perSecond)));
    }
    return { key: bucket.key, allowance: { messages: Math.max(0, messages), at } };
  }
}

interface Bucket {
  readonly key: string;
  readonly perSecond: number;
  readonly burst: number;
}
