import type { BillingCommands } from '../../commands/contract';
import type { BillingReads } from '../../reads/billing';
import type { SpendGate } from '../../commands/spend-gate';
import type { BillingSettings } from '../../domain/billing/settings';
import type { PaymentProvider } from '../../payments/provider';
import type { EdgeRecords } from '../../records/contract';
import type { Clock } from '../ports';

/** What the API for other services is made of. */
export interface ApiParts {
  readonly commands: Pick<
    BillingCommands,
    'openRefund' | 'placeHold' | 'heartbeatHold' | 'captureHold' | 'releaseHold' | 'reportTrack'
  > &
    AccountCommands;
  readonly reads: Pick<
    BillingReads,
    'apiKeys' | 'recordedRequest' | 'paymentRefunds' | 'hold' | 'holdAnswer' | 'work' | 'nodes'
  > &
    AccountReads;
  /** The group commit of this process. */
  readonly spending: Pick<SpendGate, 'spend' | 'spendAll'>;
  readonly records: Pick<EdgeRecords, 'takeCall' | 'noteKeyUse'> & AccountRecords;
  /** How one can pay, in the order of offering. */
  readonly providers: ReadonlyMap<string, PaymentProvider>;
  readonly clock: Clock;
  readonly settings: {
    /** Defaults of the environment; live rows stand above them. */
    readonly billing: BillingSettings;
    /** Mixed into the hashes of API keys. */
    readonly apiKeyPepper: string;
    /** Whether the document and its page are open to everybody. */
    readonly isApiDocsPublic?: boolean;
    /** How long a named request may take before its caller is told to ask again; ten seconds when absent. */
    readonly apiPatienceMs?: number;
  };
}

/** What the routes of accounts, limits, charges and checkouts ask for. */
export type AccountCommands = Pick<
  BillingCommands,
  'reportBreak' | 'setLimits' | 'refundSpend' | 'openCheckout'
>;
export type AccountReads = Pick<
  BillingReads,
  | 'spendMoment'
  | 'userLimits'
  | 'callerLimits'
  | 'isKnownUser'
  | 'historyPage'
  | 'charge'
  | 'entryFacts'
  | 'clockOffset'
  | 'quote'
  | 'invoice'
  | 'topupTariff'
  | 'tariffBySlug'
>;
export type AccountRecords = Pick<EdgeRecords, 'createQuote'>;
