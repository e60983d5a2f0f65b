import type { Logger } from 'pino';
import type { Database } from '../drizzle/client';
import type { BillingSettings } from '../src/domain/billing/settings';
import type { Secrets } from '../src/domain/secrets';
import type { Messenger } from '../src/domain/messages';
import type { PaymentProvider } from '../src/payments/provider';

/** What the side effects are made of; handed over once, by the process that starts the worker. */
export interface ActivityDeps {
  readonly db: Database;
  /** Defaults of the environment; live overrides are read inside each transaction. */
  readonly settings: BillingSettings;
  readonly providers: ReadonlyMap<string, PaymentProvider>;
  readonly messenger: Messenger;
  readonly secrets: Secrets;
  /** Where people reach our server from outside, without a slash at the end. */
  readonly publicBaseUrl: string;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** Hears of every message that Telegram was given, and what it made of it. */
  readonly onHandedOver?: (message: HandedMessage) => void;
}

export interface HandedMessage {
  readonly category: string;
  readonly outcome: string;
}
