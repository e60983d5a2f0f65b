import type { Update } from '@grammyjs/types';
import { botByToken, registerBot } from '../bots';
import type { BotProfile } from '../bots';
import type { PurchaseOutcome, Quirks } from '../cashier';
import type { Fault, FaultRequest } from '../faults';
import type { NewGroup } from '../groups';
import { createGroup } from '../groups';
import type { InspectorEntry } from '../inspector';
import { openChat } from '../conversation';
import type { NewPerson } from '../people';
import {
  createPerson,
  editOwn,
  markRead,
  personById,
  press,
  say,
  setBlocked,
  shareContact,
} from '../people';
import type { SubscriptionChange } from '../purchases';
import { changeSubscription, pay } from '../purchases';
import type {
  BotAccount,
  CallbackAnswer,
  CallbackPress,
  Charge,
  Group,
  Person,
  StarSubscription,
  StoredMessage,
} from '../state';
import type { Telegram } from '../telegram';
import type { MessageSearch } from '../waiting';
import { chatMessages, waitForAnswer, waitForMatch } from '../waiting';
import { botOf } from './requests';

export interface Waiting {
  readonly botId?: number;
  readonly afterMessageId?: number;
  readonly timeoutMs?: number;
}

export interface Choice {
  readonly botId?: number;
  readonly data?: string;
  readonly text?: string;
}

/** The controls for tests in the same process. `botId` may be left out while there is one bot. */
export class ControlPanel {
  readonly faults: {
    add(request: FaultRequest): Fault;
    clear(id?: string): void;
    list(): readonly Fault[];
  };

  constructor(protected readonly telegram: Telegram) {
    this.faults = telegram.faults;
  }

  registerBot(token: string, profile: BotProfile = {}): BotAccount {
    return registerBot(this.telegram, token, profile);
  }

  bots(): BotAccount[] {
    return this.telegram.store.bots.values();
  }

  bot(token: string): BotAccount {
    return botByToken(this.telegram, token);
  }

  createPerson(person: NewPerson): Person {
    return createPerson(this.telegram, person);
  }

  people(): Person[] {
    return this.telegram.store.people.values();
  }

  person(personId: number): Person {
    return personById(this.telegram, personId);
  }

  createGroup(group: NewGroup, botId?: number): Group {
    return createGroup(this.telegram, botOf(this.telegram, botId), group);
  }

  /** Lets the bot write to a person who has said nothing yet, as if they had pressed Start long ago. */
  openChat(personId: number, botId?: number): void {
    openChat(this.telegram, botOf(this.telegram, botId), this.person(personId).id);
  }

  send(
    personId: number,
    text: string,
    where: { botId?: number; chatId?: number; replyToMessageId?: number } = {},
  ) {
    return say(this.telegram, { text, ...where, ...this.actors(personId, where.botId) });
  }

  shareContact(personId: number, botId?: number) {
    const { bot, person } = this.actors(personId, botId);
    return shareContact(this.telegram, bot, person);
  }

  edit(personId: number, change: { messageId: number; text: string; botId?: number }) {
    return editOwn(this.telegram, { ...change, ...this.actors(personId, change.botId) });
  }

  /** Presses an inline button; the press goes to the bot as a callback query. */
  press(personId: number, messageId: number, choice: Choice): CallbackPress {
    return press(this.telegram, { messageId, ...choice, ...this.actors(personId, choice.botId) });
  }

  waitForAnswer(pressId: string, timeoutMs = 5000): Promise<CallbackAnswer | undefined> {
    return waitForAnswer(this.telegram, pressId, timeoutMs);
  }

  messages(chatId: number, botId?: number): StoredMessage[] {
    return chatMessages(this.telegram, botOf(this.telegram, botId).id, chatId);
  }

  /** The bot's first message or edit that fits; throws with what the chat does show when none comes in time. */
  async waitForMessage(
    chatId: number,
    match?: MessageSearch['match'],
    waiting: Waiting = {},
  ): Promise<StoredMessage> {
    const { afterMessageId, timeoutMs = 5000 } = waiting;
    const botId = botOf(this.telegram, waiting.botId).id;
    const found = await waitForMatch(
      this.telegram,
      { botId, chatId, match, afterMessageId },
      timeoutMs,
    );
    if (found !== undefined) return found;
    const shown = this.messages(chatId, botId).map(
      (it) => it.message.text ?? it.message.caption ?? '(no text)',
    );
    throw new Error(
      `No message ${String(match)} in chat ${chatId} within ${timeoutMs} ms; it shows: ${JSON.stringify(shown)}`,
    );
  }

  markRead(chatId: number, botId?: number): void {
    markRead(this.telegram, botOf(this.telegram, botId), chatId);
  }

  setBlocked(personId: number, isBlocked: boolean, botId?: number): void {
    setBlocked(this.telegram, this.actors(personId, botId), isBlocked);
  }

  /** Pays an invoice message or a link and resolves when the bot has decided, or has not in time. */
  pay(
    personId: number,
    invoice: { messageId?: number; link?: string; botId?: number; quirks?: Quirks },
  ): Promise<PurchaseOutcome> {
    const anyBotId = invoice.link === undefined ? undefined : this.bots()[0]?.id;
    return pay(this.telegram, { ...invoice, ...this.actors(personId, invoice.botId ?? anyBotId) });
  }

  charges(): Charge[] {
    return this.telegram.store.charges.values();
  }

  subscriptions(): StarSubscription[] {
    return this.telegram.store.subscriptions.values();
  }

  changeSubscription(id: string, change: SubscriptionChange): StarSubscription {
    return changeSubscription(this.telegram, id, change);
  }

  /** Updates the bot has not confirmed yet. */
  pendingUpdates(botId?: number): Update[] {
    return this.telegram.updates.pending(botOf(this.telegram, botId).id);
  }

  /** The last updates, calls and webhook deliveries, newest first. */
  log(kind?: InspectorEntry['kind'], limit = 2000): InspectorEntry[] {
    return this.telegram.inspector.newestFirst(limit, kind);
  }

  private actors(personId: number, botId: number | undefined): { bot: BotAccount; person: Person } {
    return { bot: botOf(this.telegram, botId), person: this.person(personId) };
  }
}
