import type { Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import type { BillingCommands } from '../commands/contract';
import type { SpendGate } from '../commands/spend-gate';
import type { BillingSettings } from '../domain/billing/settings';
import type { PaymentProvider } from '../payments/provider';
import type { BillingReads } from '../reads/billing';
import type { EdgeRecords } from '../records/contract';
import type { AccountCommands, AccountReads, AccountRecords } from './api/parts';

/** What the server asks of workflows: signal and start, never wait for an outcome. */
export type HttpCommands = Pick<
  BillingCommands,
  | 'hintPayment'
  | 'advancePoll'
  | 'reportUnverified'
  | 'openRefund'
  | 'placeHold'
  | 'heartbeatHold'
  | 'captureHold'
  | 'releaseHold'
  | 'reportTrack'
> &
  AccountCommands;
export type HttpRecords = Pick<
  EdgeRecords,
  'storeInboxEvent' | 'markInboxSignalled' | 'markInboxError' | 'takeCall' | 'noteKeyUse'
> &
  AccountRecords;
export type HttpReads = Pick<
  BillingReads,
  | 'invoice'
  | 'invoiceIdByNo'
  | 'invoiceTrace'
  | 'preCheckout'
  | 'exportArchive'
  | 'apiKeys'
  | 'recordedRequest'
  | 'paymentRefunds'
  | 'hold'
  | 'holdAnswer'
  | 'work'
  | 'nodes'
> &
  AccountReads;

/** Each resolves when its part works and throws when it does not. */
export interface Probes {
  database(): Promise<void>;
  temporal(): Promise<void>;
  migrations(): Promise<void>;
}

/** The bot behind the webhook; the secret is compared before anything is parsed. */
export interface TelegramWebhook {
  readonly secret: string;
  /** Such as grammY's `webhookCallback(bot, 'express')`; a rejection makes Telegram repeat the update. */
  handle(request: Request, response: Response): Promise<void>;
}

/** Time for limits that have nothing to do with money. */
export interface Clock {
  nowMs(): number;
}

/** Counters for whoever watches; names are stable. */
export interface Counters {
  increment(name: 'webhook_verification_failed', labels: { readonly provider: string }): void;
  /** How long after a payment its notification came, by the provider's own clock. */
  webhookLag?(provider: string, seconds: number): void;
}

export interface HttpSettings {
  /** Reverse proxies in front of us whose X-Forwarded-For is believed. */
  readonly trustedProxyHops: number;
  /** Defaults of the environment; live rows stand above them. */
  readonly billing: BillingSettings;
  /** Mixed into the hashes of API keys. */
  readonly apiKeyPepper: string;
  /** Whether the API's document and page are open to everybody; closed when absent. */
  readonly isApiDocsPublic?: boolean;
  /** How long a named API request may take before its caller is told to ask again; ten seconds when absent. */
  readonly apiPatienceMs?: number;
  /** A folder with terms.ru.html, terms.en.html, privacy.ru.html, privacy.en.html. */
  readonly legalDir: string;
  /** Where "back to the chat" leads: https://t.me/<bot>, or the sandbox's chat page. */
  readonly chatUrl?: string;
  /** How long storing and signalling a webhook may take; eight seconds when absent. */
  readonly webhookTimeoutMs?: number;
  /** How long one probe of /ready may take; two seconds when absent. */
  readonly probeTimeoutMs?: number;
}

export interface HttpParts {
  readonly commands: HttpCommands;
  readonly records: HttpRecords;
  readonly reads: HttpReads;
  /** The group commit of this process. */
  readonly spending: Pick<SpendGate, 'spend' | 'spendAll'>;
  readonly providers: ReadonlyMap<string, PaymentProvider>;
  readonly probes: Probes;
  readonly log: Logger;
  readonly clock: Clock;
  readonly settings: HttpSettings;
  readonly telegramWebhook?: TelegramWebhook;
  readonly counters?: Counters;
  /** Measures every request; see `httpMetrics`. */
  readonly measure?: RequestHandler;
}
