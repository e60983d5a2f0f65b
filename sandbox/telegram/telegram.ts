import { Cashier } from './cashier';
import { Events } from './events';
import { Faults } from './faults';
import { FileShelf } from './file-shelf';
import { Inspector } from './inspector';
import { Journal } from './journal';
import type { RateLimits } from './rates';
import { Rates, TELEGRAM_RATES } from './rates';
import type { BotAccount } from './state';
import { visibleBot } from './state';
import { Store } from './store';
import { UpdateQueue } from './updates';
import type { ReplyCall, WebhookTiming } from './webhooks';
import { WebhookSender } from './webhooks';

/** How strict and how slow the sandbox is; every default is Telegram's own behaviour. */
export interface Behaviour {
  readonly clock: () => number;
  readonly rates: RateLimits | 'unlimited';
  /** When given, any other well-formed token is answered with 401. */
  readonly tokens: readonly string[] | undefined;
  readonly preCheckoutSeconds: number;
  readonly callbackSeconds: number;
  readonly webhook: WebhookTiming;
}

export const TELEGRAM_BEHAVIOUR: Behaviour = {
  clock: () => Date.now(),
  rates: TELEGRAM_RATES,
  tokens: undefined,
  preCheckoutSeconds: 10,
  callbackSeconds: 30,
  webhook: { firstRetrySeconds: 1, longestRetrySeconds: 60, timeoutSeconds: 30 },
};

/** The make-believe cloud: everything both doors, the Bot API and the chat page, work on. */
export class Telegram {
  readonly store: Store;
  readonly events = new Events();
  readonly faults = new Faults();
  readonly inspector: Inspector;
  readonly rates: Rates;
  readonly updates: UpdateQueue;
  readonly cashier: Cashier;
  readonly files: FileShelf;
  readonly webhooks: WebhookSender;

  constructor(
    dataFile: string | undefined,
    readonly behaviour: Behaviour,
    replyCall: ReplyCall,
  ) {
    this.store = new Store(new Journal(dataFile));
    this.inspector = new Inspector(this.events, behaviour.clock);
    this.rates = new Rates(behaviour.rates, behaviour.clock);
    this.updates = new UpdateQueue(this.store, this.inspector);
    this.cashier = new Cashier(this);
    this.files = new FileShelf(this.store, dataFile);
    this.webhooks = new WebhookSender({
      store: this.store,
      updates: this.updates,
      inspector: this.inspector,
      timing: behaviour.webhook,
      replyCall,
      nowSeconds: () => this.nowSeconds(),
    });
    this.updates.onArrival = (botId) => this.webhooks.deliver(botId);
  }

  nowSeconds(): number {
    return Math.floor(this.behaviour.clock() / 1000);
  }

  /** Takes up what a crash interrupted: webhook deliveries, and checkouts that nobody can answer in time any more. */
  resume(): void {
    this.cashier.expireInterrupted();
    for (const bot of this.store.bots.values()) this.webhooks.deliver(bot.id);
  }

  saveBot(bot: BotAccount): BotAccount {
    this.store.bots.put(bot.id, bot);
    this.events.publish({ type: 'bot', bot: visibleBot(bot) });
    return bot;
  }

  close(): void {
    this.updates.terminateAll();
    this.webhooks.close();
    this.cashier.close();
    this.store.close();
  }
}
