import { randomBytes } from 'node:crypto';
import type { SuccessfulPayment } from '@grammyjs/types';
import { openChat, findMessage, findPlace, postFromPerson, replaceMessage } from './conversation';
import { ControlFailure, badRequest } from './failure';
import type { BotAccount, Charge, Checkout, InvoiceTerms, Person, StarSubscription } from './state';
import { userOf } from './state';
import type { Telegram } from './telegram';

export type PurchaseOutcome =
  | { readonly status: 'paid'; readonly chargeId: string }
  | { readonly status: 'declined' | 'expired' | 'not_enough_stars'; readonly reason: string };

export interface Purchase {
  readonly bot: BotAccount;
  readonly person: Person;
  readonly terms: InvoiceTerms;
  /** The invoice message paid, when it is not a link. */
  readonly messageId?: number;
  readonly quirks?: Quirks;
}

/** What goes wrong at Telegram's own end of a purchase. */
export type Quirks = Pick<Checkout, 'isForced' | 'isSilent'>;

const STALE_QUERY = 'query is too old and response timeout expired or query ID is invalid';

/** Takes Stars from people and gives them to bots: asks the bot first, gives it ten seconds, then moves the Stars. */
export class Cashier {
  private readonly waiting = new Map<string, (outcome: PurchaseOutcome) => void>();
  private readonly deadlines = new Map<string, NodeJS.Timeout>();

  constructor(private readonly telegram: Telegram) {}

  /** Asks the bot whether the purchase may go on, and resolves when it has been decided. */
  async purchase(purchase: Purchase): Promise<PurchaseOutcome> {
    const { person, terms } = purchase;
    if (person.starBalance < terms.amountStars) {
      return {
        status: 'not_enough_stars',
        reason: `${person.firstName} has only ${person.starBalance} Stars`,
      };
    }
    const checkout = this.open(purchase);
    const outcome = new Promise<PurchaseOutcome>((resolve) =>
      this.waiting.set(checkout.id, resolve),
    );
    this.telegram.updates.add(purchase.bot, {
      pre_checkout_query: {
        id: checkout.id,
        from: userOf(person),
        currency: terms.currency,
        total_amount: terms.amountStars,
        invoice_payload: terms.payload,
      },
    });
    return outcome;
  }

  /** The bot's word on a purchase; too late or twice is Telegram's stale query. */
  answer(botId: number, checkoutId: string, refusal: string | undefined): void {
    const checkout = this.telegram.store.checkouts.get(checkoutId);
    if (checkout?.botId !== botId || checkout.state !== 'waiting') throw badRequest(STALE_QUERY);
    if (refusal !== undefined && !checkout.isForced) {
      return this.settle(checkout, 'declined', { status: 'declined', reason: refusal });
    }
    const charge = this.charge(checkout);
    this.settle(checkout, 'approved', { status: 'paid', chargeId: charge.id });
  }

  /** Renews a subscription: a new charge and a new message, without asking the bot. */
  renew(subscription: StarSubscription, expiresAt: number): Charge {
    const { telegram } = this;
    const renewed: StarSubscription = { ...subscription, state: 'active', expiresAt };
    telegram.store.subscriptions.put(renewed.id, renewed);
    const charge = this.takeStars(subscription);
    this.announce(charge, { is_recurring: true, subscription_expiration_date: expiresAt });
    return charge;
  }

  expireInterrupted(): void {
    for (const checkout of this.telegram.store.checkouts.values()) {
      if (checkout.state === 'waiting') this.expire(checkout.id);
    }
  }

  close(): void {
    for (const timer of this.deadlines.values()) clearTimeout(timer);
  }

  private open({ bot, person, terms, messageId, quirks }: Purchase): Checkout {
    const id = `${BigInt(person.id) * 4294967296n + BigInt(this.telegram.store.next('checkout', 1))}`;
    const seconds = this.telegram.behaviour.preCheckoutSeconds;
    this.deadlines.set(id, setTimeout(() => this.expire(id), seconds * 1000).unref());
    return this.telegram.store.checkouts.put(id, {
      id,
      botId: bot.id,
      personId: person.id,
      terms,
      state: 'waiting',
      ...(messageId === undefined ? {} : { messageId }),
      ...quirks,
    });
  }

  private expire(id: string): void {
    const checkout = this.telegram.store.checkouts.get(id);
    if (checkout?.state !== 'waiting') return;
    const reason = `the bot did not answer within ${this.telegram.behaviour.preCheckoutSeconds} seconds`;
    this.settle(checkout, 'expired', { status: 'expired', reason });
  }

  private settle(checkout: Checkout, state: Checkout['state'], outcome: PurchaseOutcome): void {
    const reason = 'reason' in outcome ? { reason: outcome.reason } : {};
    this.telegram.store.checkouts.put(checkout.id, { ...checkout, state, ...reason });
    clearTimeout(this.deadlines.get(checkout.id));
    this.deadlines.delete(checkout.id);
    this.waiting.get(checkout.id)?.(outcome);
    this.waiting.delete(checkout.id);
  }

  private charge(checkout: Checkout): Charge {
    const charge = this.takeStars(checkout);
    const period = checkout.terms.subscriptionPeriodSeconds;
    if (checkout.messageId !== undefined) this.leaveReceipt(checkout, charge.id);
    const { aheadSeconds = 0 } = this.telegram.store.people.get(checkout.personId) ?? {};
    const until = this.telegram.nowSeconds() + aheadSeconds + (period ?? 0);
    const recurrence = period === undefined ? {} : this.subscribe(charge, until);
    if (!checkout.isSilent) this.announce(charge, recurrence);
    return charge;
  }

  private subscribe(charge: Charge, expiresAt: number): Partial<SuccessfulPayment> {
    const { id, botId, personId, terms } = charge;
    const subscription = { id, botId, personId, terms, expiresAt };
    this.telegram.store.subscriptions.put(id, {
      ...subscription,
      state: 'active',
      isCanceledByBot: false,
    });
    return {
      is_recurring: true,
      is_first_recurring: true,
      subscription_expiration_date: expiresAt,
    };
  }

  private takeStars(debt: { botId: number; personId: number; terms: InvoiceTerms }): Charge {
    const { botId, personId, terms } = debt;
    const person = this.telegram.store.people.get(personId);
    if (person === undefined)
      throw new ControlFailure(404, `no person ${personId}; see GET /sandbox/people`);
    changeStars(this.telegram, person, -terms.amountStars);
    const id = `stx${randomBytes(45).toString('base64url')}`;
    const paidAt = this.telegram.nowSeconds();
    return this.telegram.store.charges.put(id, { id, botId, personId, terms, paidAt });
  }

  private announce(charge: Charge, recurrence: Partial<SuccessfulPayment>): void {
    const bot = this.telegram.store.bots.get(charge.botId);
    const person = this.telegram.store.people.get(charge.personId);
    if (bot === undefined || person === undefined) return;
    openChat(this.telegram, bot, person.id);
    const place = findPlace(this.telegram, bot, person.id);
    if (place === undefined) return;
    const successful_payment: SuccessfulPayment = {
      currency: charge.terms.currency,
      total_amount: charge.terms.amountStars,
      invoice_payload: charge.terms.payload,
      ...recurrence,
      telegram_payment_charge_id: charge.id,
      provider_payment_charge_id: `${charge.personId}_${charge.paidAt}`,
    };
    postFromPerson(this.telegram, place, { person, content: { successful_payment } });
  }

  private leaveReceipt(checkout: Checkout, receiptChargeId: string): void {
    const bot = this.telegram.store.bots.get(checkout.botId);
    const place = bot && findPlace(this.telegram, bot, checkout.personId);
    const stored = place && findMessage(this.telegram, place, checkout.messageId ?? 0);
    if (stored !== undefined) replaceMessage(this.telegram, { ...stored, receiptChargeId });
  }
}

export function changeStars(telegram: Telegram, person: Person, difference: number): void {
  const changed = { ...person, starBalance: person.starBalance + difference };
  telegram.store.people.put(person.id, changed);
  telegram.events.publish({ type: 'person', person: changed });
}
