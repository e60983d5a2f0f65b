import type { BillingCommands } from '../commands/contract';
import type { RepairCommands } from '../commands/repairs-contract';
import type { SubscriptionCommands } from '../commands/subscriptions-contract';
import type { BillingReads } from '../reads/billing';
import type { EdgeRecords } from '../records/contract';

/** The edge reads and writes through these only; whatever is missing here, the bot cannot do. */
export interface BotParts {
  readonly commands: BotCommands;
  readonly reads: BillingReads;
  readonly records: BotRecords;
  readonly log: BotLog;
  /** The wall clock in milliseconds, asked once per update. */
  readonly clock: () => number;
  readonly settings: BotSettings;
  /** Makes an API key; nothing is stored by it. */
  readonly makeApiKey: () => MadeKey;
  /** Enabled providers, in the order in which they are offered. */
  readonly paymentProviders: readonly PaymentChoice[];
  /** Tells the operators (BOT-9). A failure of it is logged and otherwise ignored. */
  readonly reportIncident: (incident: Incident) => Promise<void>;
  /** Only in the sandbox (OPS-20). */
  readonly testClock?: TestClock;
  /** Hears of every update that was handled. */
  readonly onUpdate?: (update: HandledUpdate) => void;
}

export interface HandledUpdate {
  /** What Telegram calls it, such as `callback_query`. */
  readonly kind: string;
  readonly seconds: number;
  /** Its handler failed, whether or not somebody apologised. */
  readonly isFailed: boolean;
  /** Seconds between the person's pressing of the key and our beginning, where Telegram tells it. */
  readonly lagSeconds?: number;
}

/** Moves everything that lives by a test customer's clock. */
export interface TestClock {
  /** `endMs` gives the end of the jump from its beginning, in milliseconds since 1970. */
  move(jump: { userId: number; endMs: (fromMs: number) => number }): Promise<ClockMove>;
}

export type ClockMove =
  | {
      readonly kind: 'moved';
      /** The customer's instants before and after, in milliseconds since 1970. */
      readonly fromMs: number;
      readonly untilMs: number;
      /** What happened by itself on the way, oldest first. */
      readonly fired: readonly {
        readonly workflowId: string;
        readonly atMs: number;
        readonly summary: string;
      }[];
    }
  /** A jump of this customer is under way. */
  | { readonly kind: 'busy' }
  | { readonly kind: 'unknown_person' }
  /** The Temporal server cannot do it. */
  | { readonly kind: 'fixed'; readonly problem: string };

export type BotCommands = Pick<
  BillingCommands,
  | 'openCheckout'
  | 'checkPayment'
  | 'cancelCheckout'
  | 'changeProvider'
  | 'hintPayment'
  | 'completeFreeOrder'
  | 'claimGift'
  | 'takeBackGift'
  | 'changeTariff'
  | 'operate'
  | 'openRefund'
  | 'confirmRefund'
  | 'steerRefund'
  | 'requestExport'
  | 'requestErasure'
  | 'withdrawErasure'
  | 'steerBroadcast'
  | 'vote'
  | keyof RepairCommands
  | keyof SubscriptionCommands
  | 'reportBreak'
  | 'setLimits'
  | 'assignMismatch'
  | 'resolveMismatch'
  | 'wakeAutoTopup'
  | 'removeMethod'
>;

export type BotRecords = Pick<
  EdgeRecords,
  | 'arrive'
  | 'leave'
  | 'setLocale'
  | 'chooseMarketing'
  | 'chooseAutoTopup'
  | 'acceptTerms'
  | 'agreeToAutopay'
  | 'bringIn'
  | 'setReachable'
  | 'createQuote'
  | 'lookUpPromo'
  | 'rememberPromo'
  | 'takeRate'
>;

/** A key that was just made: only its beginning and hash may be handed on. */
export interface MadeKey {
  readonly key: string;
  readonly prefix: string;
  readonly hash: Buffer;
}

export interface PaymentChoice {
  readonly name: string;
  readonly currencies: readonly string[];
  /** It can keep a card and charge it again. */
  readonly canSave?: boolean;
}

export interface BotSettings {
  /** Where people reach our server from outside, without a slash at the end: documents stand under /legal. */
  readonly publicBaseUrl: string;
  /** Telegram name of the support, without the at sign. */
  readonly supportUsername: string;
  /** What bringing others earns, and after how many days. */
  readonly referral: { readonly percent: number; readonly holdDays: number };
  /** Most that automatic top-ups may take of one person a day, in kopecks; none are offered when it is absent. */
  readonly autoTopupDailyCapMinor?: number;
  /** The longest pause of a subscription, in days. */
  readonly pauseMaxDays: number;
  /** Who stands on receipts as the seller. */
  readonly seller: { readonly name: string; readonly requisites: readonly string[] };
  /** The Temporal Web UI that operators can open; undefined when it has no address for them. */
  readonly webUi?: { readonly baseUrl: string; readonly namespace: string } | undefined;
}

export interface Incident {
  readonly incidentId: string;
  readonly summary: string;
}

/** The part of pino's logger the bot uses. */
export interface BotLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** Providers that can take a currency, in the order in which they are offered. */
export function providersFor(
  parts: Pick<BotParts, 'paymentProviders'>,
  currency: string,
): readonly PaymentChoice[] {
  return parts.paymentProviders.filter((provider) => provider.currencies.includes(currency));
}
