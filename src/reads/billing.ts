import type { AnalyticsReads } from './analytics/contract';
import type { AccountReads } from './accounts';
import type { ChargeReads } from './charges';
import type { RefundReads } from './refunds';
import type { ApiReads } from './api';
import type { Driver } from '../domain/billing/subscription-course';
import type { InvoiceState } from '../domain/billing/invoice';
import type { PeriodUnit, QuotePurpose, TariffKind } from '../domain/billing/pricing';
import type { ApprovalReads } from './approvals/contract';
import type { TopupRate } from '../domain/billing/topup-limits';
import type { Money } from '../domain/money';
import type { AutoTopupReads } from './auto-topup';
import type { MethodReads } from './methods';
import type { PriceOfferReads } from './price-offers';
import type { PrivacyReads } from './privacy';
import type { ExplanationReads } from './explanations';
import type { GiftReads } from './gifts';
import type { HoldReads } from './holds';
import type { ReferralReads } from './referrals';
import type { ReceiptReads } from './receipts';
import type { SubscriptionReads } from './subscriptions';

export type { BroadcastView, ProposalView } from './approvals/contract';
import type { AdminReads } from './admin/contract';

/** A tariff as the catalogue shows it, in the newest version that is on sale. */
export interface TariffCard {
  readonly tariffId: string;
  readonly slug: string;
  readonly kind: TariffKind;
  readonly tariffVersionId: string;
  readonly name: { readonly ru: string; readonly en: string };
  readonly description: { readonly ru: string; readonly en: string };
  readonly tokensUtok: number;
  readonly feeUtok: number;
  readonly periodUnit: PeriodUnit | null;
  readonly periodCount: number | null;
  readonly isRenewable: boolean;
  readonly prices: readonly Money[];
  readonly minAmount: Money | undefined;
  readonly maxAmount: Money | undefined;
}

export interface SubscriptionView {
  readonly subscriptionId: string;
  readonly tariffId: string;
  readonly tariffVersionId: string;
  readonly productCode: string;
  /** In which currency the running plan was paid; null where no money paid it. */
  readonly paidIn: string | null;
  /** The plan that begins when what is paid has run out; null when none was chosen. */
  readonly nextPlanName: { readonly ru: string; readonly en: string } | null;
  readonly nextTariffVersionId: string | null;
  /** What begins then is a newer version of the plan that runs: another price. */
  readonly isNewPrice: boolean;
  readonly state: string;
  readonly access: 'full' | 'restricted' | 'none';
  readonly planName: { readonly ru: string; readonly en: string };
  readonly periodN: number;
  readonly periodStart: string;
  readonly periodEnd: string;
  readonly feeUtok: number;
  readonly driver: Driver;
  /** It is to go on after this period; see `CourseFacts`. */
  readonly isRenewing: boolean;
  /** Its owner cancelled it; it ends with the period. */
  readonly isCancelled: boolean;
  /** Its owner wants no reminders before the end. */
  readonly isMuted: boolean;
  readonly pausedUntil: string | null;
  /** Days of pause agreed for the end of the period. */
  readonly pauseDays: number | null;
  /** The saved card that renews it. */
  readonly cardLabel: string | null;
  /** A charge for the next period is under way, and nobody knows its outcome yet. */
  readonly isConfirming: boolean;
  /** What a saved card would pay for the next period; null for a plan without a price in roubles. */
  readonly roublePrice: Money | null;
}

export interface LotsView {
  readonly origin:
    'topup' | 'pack' | 'grant' | 'trial' | 'promo' | 'gift' | 'refund' | 'adjustment';
  /** Held ones included. */
  readonly utok: number;
  readonly heldUtok: number;
  readonly expiresAt: string | undefined;
}

/** Everything /start and /balance show of a person, in one query whatever the length of the history. */
export interface WalletView {
  /** Without what has expired, even where nobody has booked that yet (LG-6). */
  readonly balanceUtok: number;
  readonly heldUtok: number;
  readonly subscription: SubscriptionView | undefined;
  /** What the balance consists of, in the order it is spent: lots of one origin and one end count as one. */
  readonly lots: readonly LotsView[];
  /** Micro-tokens spent in the seven days before `asOf`, for the forecast. */
  readonly spentLastWeekUtok: number;
}

export interface QuoteView {
  readonly quoteId: string;
  readonly purpose: QuotePurpose;
  /** Unused value of the running plan that an upgrade takes off the price. */
  readonly creditMinor: number;
  readonly userId: number;
  readonly tariffId: string;
  readonly tariffKind: TariffKind;
  readonly planName: { readonly ru: string; readonly en: string };
  readonly listAmount: Money;
  readonly payAmount: Money;
  readonly discountMinor: number;
  readonly tokensUtok: number;
  readonly bonusUtok: number;
  readonly bonusDays: number;
  /** The promo code in it. */
  readonly promoCode: string | null;
  readonly feeUtok: number;
  readonly periodUnit: PeriodUnit | null;
  readonly periodCount: number | null;
  /** The plan may be renewed after its first period. */
  readonly isRenewable: boolean;
  readonly buttonUntil: string;
  readonly isConsumed: boolean;
}

export interface InvoiceView {
  readonly invoiceId: string;
  readonly no: number;
  readonly userId: number;
  readonly provider: string;
  readonly state: InvoiceState;
  readonly fulfilledAs: 'order' | 'wallet_credit' | null;
  readonly purpose: QuotePurpose;
  readonly amount: Money;
  readonly discountMinor: number;
  readonly bonusUtok: number;
  readonly bonusDays: number;
  /** The promo code in it. */
  readonly promoCode: string | null;
  readonly paymentUrl: string | null;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly paidAt: string | null;
  readonly tariffKind: TariffKind;
  readonly planName: { readonly ru: string; readonly en: string };
  readonly tokensUtok: number;
  readonly periodUnit: PeriodUnit | null;
  readonly periodCount: number | null;
  /** True while a payment of it is known but its outcome is not. */
  readonly isConfirming: boolean;
  /** Receipts of its payments and refunds, oldest first. */
  readonly receipts: readonly { readonly receiptId: string; readonly no: number }[];
}

export interface HistoryRow {
  readonly transferId: string;
  readonly kind: string;
  /** Signed change of the wallet in micro-tokens. */
  readonly amountUtok: number;
  readonly balanceAfterUtok: number;
  readonly asOf: string;
  /** The charge behind it, with what the client service said it was for. */
  readonly chargeId: string | undefined;
  readonly description: string | undefined;
  readonly track: string | undefined;
}

export interface HistoryPage {
  readonly rows: readonly HistoryRow[];
  /** Opaque, short enough for a button; undefined on the last page. */
  readonly nextCursor: string | undefined;
}

/** Why a pre-checkout must be refused, or that it may go on (PC-14). */
export type PreCheckoutDecision =
  | { readonly kind: 'ok' }
  | {
      readonly kind: 'refused';
      readonly reason:
        'unknown_order' | 'foreign_order' | 'closed_order' | 'other_amount' | 'quote_expired';
    };

/** An order by its id or its number, whichever is known. */
export interface OrderName {
  readonly invoiceId?: string | undefined;
  readonly invoiceNo?: number | undefined;
}

/** Read-only SQL for screens. Nothing here writes, locks or decides about money. */
export interface BillingReads
  extends
    AccountReads,
    AdminReads,
    AnalyticsReads,
    ApiReads,
    ApprovalReads,
    ChargeReads,
    AutoTopupReads,
    ExplanationReads,
    GiftReads,
    HoldReads,
    MethodReads,
    PriceOfferReads,
    PrivacyReads,
    ReceiptReads,
    ReferralReads,
    RefundReads,
    SubscriptionReads {
  /** Tariffs on sale at `asOf`, ordered; `topup` and hidden ones excluded. */
  catalogue(asOf: Date): Promise<readonly TariffCard[]>;
  tariff(tariffId: string, asOf: Date): Promise<TariffCard | undefined>;
  /** The same by the name that deep links carry (BOT-10). */
  tariffBySlug(slug: string, asOf: Date): Promise<TariffCard | undefined>;
  /** The product of the simple storefront: the first active top-up tariff (TP-2). */
  topupTariff(asOf: Date): Promise<TariffCard | undefined>;
  /** Currencies in which tokens can be bought at `asOf`, rubles first. */
  topupRates(asOf: Date): Promise<readonly TopupRate[]>;
  wallet(userId: number, asOf: Date): Promise<WalletView>;
  quote(quoteId: string): Promise<QuoteView | undefined>;
  invoice(invoiceId: string): Promise<InvoiceView | undefined>;
  invoiceIdByNo(no: number): Promise<string | undefined>;
  /** The place in a trace where an order was made, as W3C writes it; undefined when nobody traced it. */
  invoiceTrace(order: OrderName): Promise<string | undefined>;
  /** Open and recent orders, newest first, ten at most. */
  invoices(userId: number): Promise<readonly InvoiceView[]>;
  /** Transfers of the wallet, newest first, ten a page, by keyset. */
  history(userId: number, cursor: string | undefined): Promise<HistoryPage>;
  /** The same in pages of any size. */
  historyPage(page: {
    userId: number;
    cursor: string | undefined;
    limit: number;
  }): Promise<HistoryPage>;
  preCheckout(question: {
    invoiceId: string;
    provider: string;
    userId: number;
    amount: Money;
    asOf: Date;
  }): Promise<PreCheckoutDecision>;
}
