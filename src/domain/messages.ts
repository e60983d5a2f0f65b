import type { OperatorMessages } from './billing/operator-messages';
import type { PriceOfferParams } from './billing/price-change';
import type { SubscriptionMessages } from './billing/subscription-messages';
import type {
  MoneyParams,
  OrderParams,
  ReceiptParams,
  PlanParams,
  ProposalParams,
  BonusParams,
  LimitParams,
} from './message-params';

/** A language every text exists in. */
export type Locale = 'ru' | 'en';

export type {
  MoneyParams,
  OrderParams,
  ReceiptParams,
  PlanParams,
  ProposalParams,
  BonusParams,
  LimitParams,
} from './message-params';

/**
 * What each message a person or an operator gets is made of (NT-1): JSON primitives only, tokens as micro-tokens,
 * instants as ISO 8601. Rows outlive a deploy, so members are only added, and only optional.
 */
export type TemplateParams = SubscriptionMessages &
  OperatorMessages & {
    readonly 'pay.ok.topup': MoneyParams &
      BonusParams &
      ReceiptParams & {
        readonly tokensUtok: number;
        readonly balanceUtok: number;
        /** One where the person's standing order made it. */
        readonly isAutomatic?: number;
      };
    /** A card was left with us, by its masked name. */
    readonly 'method.saved': { readonly label: string };
    /** Its owner took it back: what it renewed is paid until then, and `stopsTopup` is one where it topped up. */
    readonly 'method.removed': {
      readonly label: string;
      readonly renewedUntil?: string;
      readonly stopsTopup?: number;
    };
    /** The cap holds an automatic top-up back until the next window; the amount is that of the cap. */
    readonly 'auto.deferred': MoneyParams & { readonly until: string };
    /** The card was declined; another try comes then. */
    readonly 'auto.declined': MoneyParams & { readonly until: string };
    /** Nobody knows yet whether the card was charged. */
    readonly 'auto.confirming': MoneyParams;
    /** Switched off without its owner. */
    readonly 'auto.off': { readonly because: string };
    readonly 'pay.ok.activated': MoneyParams &
      BonusParams &
      ReceiptParams & {
        readonly until: string;
        readonly feeUtok: number;
        readonly balanceUtok: number;
      };
    /** Packs, subscriptions and both in one. */
    readonly 'pay.ok.order': MoneyParams &
      BonusParams &
      ReceiptParams & {
        readonly planRu: string;
        readonly planEn: string;
        readonly tokensUtok: number;
        readonly until?: string;
        readonly balanceUtok: number;
      };
    /** The balance did not reach the fee, so no period began (TP-3). */
    readonly 'pay.ok.fee_missing': MoneyParams &
      BonusParams &
      ReceiptParams & {
        readonly tokensUtok: number;
        readonly balanceUtok: number;
        readonly missingUtok: number;
      };
    readonly 'pay.late.wallet': OrderParams & ReceiptParams & { readonly tokensUtok: number };
    readonly 'pay.late.honoured': OrderParams;
    readonly 'pay.late.suspense': OrderParams & MoneyParams;
    readonly 'pay.duplicate.wallet': OrderParams &
      MoneyParams &
      ReceiptParams & { readonly tokensUtok: number; readonly balanceUtok: number };
    readonly 'pay.duplicate.refund': OrderParams & MoneyParams;
    readonly 'pay.quarantine': OrderParams & MoneyParams;
    readonly 'pay.refunded': OrderParams & MoneyParams & ReceiptParams;
    readonly 'pay.confirming': OrderParams;
    readonly 'pay.failed': OrderParams;
    readonly 'inv.reminder': OrderParams & MoneyParams & { readonly until: string };
    readonly 'inv.expired': OrderParams;
    readonly 'inv.cancelled': OrderParams;
    /** The provider gave no link, so the order was closed at once. */
    readonly 'inv.unavailable': OrderParams;
    /** A dearer plan began at once, covered by what was left of the old one. */
    readonly 'plan.changed': {
      readonly planRu: string;
      readonly planEn: string;
      readonly until: string;
    };
    /** Another price for a plan that somebody has, if they agree. */
    readonly 'price.offer': PriceOfferParams;
    /** How an offer of another price went, for whoever made it. */
    readonly 'price.over': PlanParams & {
      readonly offered: number;
      readonly accepted: number;
      readonly kept: number;
    };
    readonly 'trial.started': PlanParams & {
      readonly tokensUtok: number;
      readonly until: string;
      readonly balanceUtok: number;
    };
    /** Some time before the end of a trial that nothing follows. */
    readonly 'trial.ending': { readonly until: string; readonly balanceUtok: number };
    /** A paid gift; its button shows the link, which stands nowhere else. */
    readonly 'gift.ready': MoneyParams &
      ReceiptParams &
      PlanParams & { readonly giftId: string; readonly until: string };
    readonly 'gift.reminder': PlanParams & { readonly giftId: string; readonly until: string };
    readonly 'gift.received': PlanParams & {
      readonly tokensUtok: number;
      readonly balanceUtok: number;
      readonly until?: string;
    };
    readonly 'gift.claimed': PlanParams;
    /** Nobody came, or the buyer took it back; no tokens where its money goes another way. */
    readonly 'gift.returned': PlanParams & {
      readonly tokensUtok: number;
      readonly balanceUtok: number;
    };
    /** Somebody they brought has paid: the reward waits until then. */
    readonly 'referral.held': { readonly tokensUtok: number; readonly until: string };
    readonly 'referral.paid': { readonly tokensUtok: number; readonly balanceUtok: number };
    /** The money of the payment went back, so nothing was earned. */
    readonly 'referral.void': { readonly tokensUtok: number };
    /** To the person who was brought, when their payment has earned somebody a reward. */
    readonly 'referral.thanks': Readonly<Record<never, never>>;
    /** Tokens an operator gave, took or forgave. */
    readonly 'tokens.granted': { readonly tokensUtok: number; readonly balanceUtok: number };
    readonly 'tokens.taken': { readonly tokensUtok: number; readonly balanceUtok: number };
    /** Tokens with an end: some days before it, and when what was left is gone. */
    readonly 'lot.expiring': { readonly tokensUtok: number; readonly until: string };
    readonly 'lot.expired': { readonly tokensUtok: number; readonly balanceUtok: number };
    /** The balance fell to a threshold or below it; negative when delivered work left a debt. */
    readonly 'low.balance': {
      readonly balanceUtok: number;
      readonly thresholdUtok: number;
      /** One where automatic top-ups are offered. */
      readonly offersAuto?: number;
    };
    /** So many percent of a limit are used, until it begins anew. */
    readonly 'limit.reached': LimitParams;
    /** An action that others must allow; `details` are its params as JSON, `amountMinor` is in kopecks. */
    readonly 'proposal.opened': ProposalParams & {
      readonly amountMinor: number;
      readonly quorum: number;
      readonly reason: string;
      readonly proposedBy: number;
      readonly until: string;
    };
    readonly 'proposal.executed': ProposalParams;
    /** Allowed, but it could not be done any more. */
    readonly 'proposal.failed': ProposalParams & { readonly cause: string };
    readonly 'proposal.rejected': ProposalParams & {
      readonly by: number;
      readonly reason?: string;
    };
    readonly 'proposal.expired': ProposalParams;
    /** Money of an order went back, and with it tokens. */
    readonly 'refund.done': OrderParams &
      MoneyParams &
      ReceiptParams & { readonly tokensUtok: number; readonly balanceUtok: number };
    /** A refund waits for somebody's consent. */
    readonly 'refund.considered': OrderParams & MoneyParams;
    readonly 'refund.declined': OrderParams & MoneyParams;
    readonly 'dispute.opened': OrderParams & MoneyParams;
    readonly 'dispute.won': OrderParams & MoneyParams & { readonly balanceUtok: number };
    readonly 'dispute.lost': OrderParams & MoneyParams & { readonly balanceUtok: number };
    /** The copy of a person's data; the link is added when the message is sent and stands in no row. */
    readonly 'export.ready': {
      readonly exportId: string;
      readonly until: string;
      readonly url?: string;
    };
    /** A person wants to be forgotten; until then they can change their mind. */
    readonly 'erasure.accepted': { readonly until: string };
    readonly 'erasure.withdrawn': Readonly<Record<string, never>>;
    readonly 'erasure.done': Readonly<Record<string, never>>;
    /** Written by an operator in the person's language, as Telegram HTML. */
    readonly broadcast: { readonly broadcastId: string; readonly text: string };
    /** How a broadcast ended, for its author. */
    readonly 'broadcast.over': {
      readonly broadcastId: string;
      readonly state: string;
      readonly total: number;
      readonly sent: number;
      readonly failed: number;
      readonly unreachable: number;
    };
  };

export type OutboxTemplate = keyof TemplateParams;

/** A template with exactly its params: what an outbox row is written from. */
export type OutboxContent = {
  [T in OutboxTemplate]: { readonly template: T; readonly params: TemplateParams[T] };
}[OutboxTemplate];

/** A stored message on its way out; template and params are as the row holds them. */
export interface AddressedMessage {
  readonly chatId: number;
  readonly locale: Locale;
  /** IANA zone in which instants are shown. */
  readonly timeZone: string;
  readonly template: string;
  readonly params: Readonly<Record<string, string | number>>;
}

/** What became of one message. Only `rate_limited` and `unavailable` are worth another try. */
export type SendOutcome =
  | { readonly kind: 'sent'; readonly telegramMessageId: number }
  | { readonly kind: 'rate_limited'; readonly retryAfterSeconds: number }
  /** The person blocked the bot or is gone. */
  | { readonly kind: 'unreachable'; readonly reason: string }
  /** Telegram will never take this message. */
  | { readonly kind: 'rejected'; readonly reason: string }
  /** Telegram could not be asked, or did not answer: nothing is known. */
  | { readonly kind: 'unavailable'; readonly reason: string };

/** A message that shows an order, and how its reader reads. */
export interface ShownCard {
  readonly chatId: number;
  readonly messageId: number;
  readonly invoiceId: string;
  readonly locale: Locale;
  /** IANA zone in which instants are shown. */
  readonly timeZone: string;
}

/** What became of a change of one message. `rate_limited` and `unavailable` are worth another try. */
export type EditOutcome =
  /** It shows the order as it stands, perhaps since before. */
  | { readonly kind: 'edited' }
  /** The message is deleted, or too old to be changed. */
  | { readonly kind: 'gone'; readonly reason: string }
  | Exclude<SendOutcome, { readonly kind: 'sent' }>;

/** Speaks to Telegram; never throws for what Telegram answers. */
export interface Messenger {
  send(message: AddressedMessage): Promise<SendOutcome>;
  /** Makes a message show its order as it stands now; sends nothing new. */
  edit(card: ShownCard): Promise<EditOutcome>;
}
