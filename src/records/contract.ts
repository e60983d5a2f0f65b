import type { PriceRefusal, QuotePurpose, TariffKind } from '../domain/billing/pricing';
import type { PromoEffect, PromoRefusal } from '../domain/billing/promo';
import type { TopupChoice, TopupChoiceOutcome } from './auto-topups';
import type { AutopayConsent } from './consents';
import type { MarketingChoice } from './marketing';

/** Somebody who wrote to the bot, as Telegram describes them. */
export interface TelegramPerson {
  readonly id: number;
  readonly username: string | undefined;
  readonly firstName: string | undefined;
  readonly lastName: string | undefined;
  /** Telegram's language of the client; decides the first locale of a new person only. */
  readonly languageCode: string | undefined;
}

/** What the bot needs to know before it handles an update; one query (T-E6). */
export interface Arrival {
  /** This update was already handled to its end: answer nothing. */
  readonly isRepeat: boolean;
  readonly isNew: boolean;
  readonly locale: 'ru' | 'en';
  readonly timeZone: string;
  readonly isBlocked: boolean;
  /** False until the person accepts the terms of service as they stand now. */
  readonly hasConsent: boolean;
  /** Test customers only: milliseconds their business clock runs ahead of the wall clock. */
  readonly clockOffsetMs: number;
  readonly dialogue: unknown;
  /** A dialogue was open, and its time has passed: say so once. */
  readonly isDialogueOver: boolean;
  readonly balanceUtok: number;
  readonly roles: readonly string[];
  /** Something besides topping up is on sale, so the catalogue is worth a button. */
  readonly hasCatalogue: boolean;
  /** A code the person gave for their next order. */
  readonly promoCode: string | undefined;
  /** The bot is closed to everybody but administrators (OPS-13). */
  readonly isMaintenance: boolean;
}

/** What is written when an update is handled to its end. */
export interface Departure {
  readonly updateId: number;
  readonly userId: number;
  readonly dialogue: DialogueChange;
  /** In the order they happened. */
  readonly cards?: readonly CardChange[];
  /** A newcomer only heard that something went wrong: they are as new when they come again. */
  readonly staysNew?: boolean;
}

export type DialogueChange =
  | { readonly kind: 'keep' }
  | { readonly kind: 'clear' }
  | { readonly kind: 'set'; readonly state: unknown; readonly expiresAt: Date };

/** A message that shows an order now; without one it shows something else. */
export interface CardChange {
  readonly chatId: number;
  readonly messageId: number;
  readonly invoiceId: string | undefined;
}

export type QuoteOutcome =
  | { readonly kind: 'quoted'; readonly quoteId: string }
  | ({ readonly kind: 'refused' } & (
      | PriceRefusal
      | { readonly reason: 'tariff_unavailable' }
      /** No plan runs that could change into this one. */
      | { readonly reason: 'change_impossible' }
      /** The wished plan can only begin when the running one ends (SB-19). */
      | { readonly reason: 'change_at_end'; readonly subscriptionId: string }
      | {
          readonly reason: PromoRefusal;
          /** The open order that reserves the code already, when that is why (PR-7). */
          readonly inInvoiceId?: string;
        }
    ));

export interface QuoteRequest {
  readonly userId: number;
  readonly tariffVersionId: string;
  readonly currency: string;
  /** Minor units of a top-up. */
  readonly amountMinor?: number;
  /** Why it is bought; by the tariff's kind when absent. A trial is quoted only with a code that opens it. */
  readonly purpose?: QuotePurpose;
  /** A code as it was typed. */
  readonly promo?: string;
  readonly asOf: Date;
  /** A UUID that names the quote where its asker may repeat itself: an earlier one of the name stays as it is. */
  readonly quoteId?: string;
}

export interface PromoQuestion {
  readonly userId: number;
  /** The code as it was typed. */
  readonly typed: string;
  readonly asOf: Date;
}

/** A code that may be used, before it is known for what. */
export type PromoLookup =
  | { readonly kind: 'found'; readonly promo: PromoCard }
  | {
      readonly kind: 'refused';
      readonly reason: PromoRefusal;
      readonly inInvoiceId?: string;
    };

export interface PromoCard extends PromoEffect {
  readonly code: string;
  readonly validUntil: Date | null;
  /** The only tariff it works for; the trial it opens. */
  readonly tariff: PromoTariff | undefined;
}

export interface PromoTariff {
  readonly tariffId: string;
  readonly kind: TariffKind;
  readonly tariffVersionId: string;
  /** One it has a price in; null for a top-up, which has none. */
  readonly currency: string | null;
}

export type RateVerdict =
  { readonly kind: 'ok' } | { readonly kind: 'limited'; readonly retryAfterSeconds: number };

/** The named limits of BOT-6. */
export type RateScope = 'command' | 'invoice' | 'promo';

export type CallScope = 'address' | 'key' | 'user';

/** A call of the API that counts against a limit. */
export interface CallClaim {
  readonly scope: CallScope;
  /** Whose counter it is; secret parts never enter it. */
  readonly id: string;
  /** Calls a period; the setting when absent. */
  readonly limit?: number | undefined;
}

/** How a limit stands after a call. */
export interface CallQuota {
  readonly scope: CallScope;
  readonly isExceeded: boolean;
  /** Calls a period. */
  readonly calls: number;
  readonly periodSeconds: number;
  readonly remaining: number;
  /** Whole seconds until the period is over, at least one. */
  readonly resetSeconds: number;
}

export interface InboxEvent {
  readonly provider: string;
  readonly dedupeKey: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly raw: Buffer;
  readonly verified: 'yes' | 'no' | 'not_possible';
  readonly paymentRef: string | undefined;
  /** Whom a verified notification is about, as it says itself; nobody known when absent. */
  readonly about?: {
    readonly invoiceId: string | undefined;
    readonly invoiceNo: number | undefined;
    readonly userId: number | undefined;
  };
}

/** The few rows the edge writes itself (DM-8): no money, no decision. */
export interface EdgeRecords {
  /**
   * Registers or refreshes a person in its own short transaction and reads what a handler needs (BOT-2, BOT-3).
   * `asOf` is the wall clock's instant: whose clock runs ahead is known only afterwards, from the arrival.
   */
  arrive(update: { updateId: number; person: TelegramPerson; asOf: Date }): Promise<Arrival>;
  /** Marks an update handled, changes the dialogue and keeps which messages show orders, in one statement. */
  leave(update: Departure): Promise<void>;
  setLocale(userId: number, locale: 'ru' | 'en'): Promise<void>;
  /** Keeps that a person accepted the terms as they stand, read in this language; a repeat changes nothing. */
  /** Notes who brought a newcomer; true when it was noted now. */
  bringIn(newcomer: { userId: number; code: string }): Promise<boolean>;
  acceptTerms(consent: { userId: number; locale: 'ru' | 'en'; asOf: Date }): Promise<void>;
  /** Keeps that a person lets a saved card renew their subscription, by these words; gives the consent's id. */
  agreeToAutopay(consent: AutopayConsent): Promise<string>;
  /** Keeps that a person wants marketing or does not any more (NT-5). */
  chooseMarketing(choice: MarketingChoice): Promise<void>;
  /** Keeps a person's standing order to top up and the consent behind it. */
  chooseAutoTopup(choice: TopupChoice): Promise<TopupChoiceOutcome>;
  /** The person blocked or unblocked the bot. */
  setReachable(userId: number, isReachable: boolean): Promise<void>;
  /** Freezes a price in a quote row (TP-7). */
  createQuote(request: QuoteRequest): Promise<QuoteOutcome>;
  /** What a code would do for this person, were it used now. */
  lookUpPromo(question: PromoQuestion): Promise<PromoLookup>;
  /** Keeps a code for the person's next order; undefined forgets it. */
  rememberPromo(userId: number, code: string | undefined): Promise<void>;
  takeRate(scope: RateScope, userId: number): Promise<RateVerdict>;
  /** Counts one call against each limit; where one is exceeded already, that one alone is told. */
  takeCall(claims: readonly CallClaim[]): Promise<readonly CallQuota[]>;
  /** Deletes counters whose period is over. */
  clearCounters(): Promise<void>;
  /** Keeps when an API key was used last, at most once a minute. */
  noteKeyUse(use: { keyId: string; usedAt: Date }): Promise<void>;
  /** Stores a notification or counts its repeat. */
  storeInboxEvent(event: InboxEvent): Promise<{ readonly id: string; readonly deliveries: number }>;
  markInboxSignalled(id: string): Promise<void>;
  markInboxError(id: string, error: string): Promise<void>;
}
