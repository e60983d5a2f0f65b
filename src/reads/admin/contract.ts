import type { OpsTopic } from '../../domain/billing/ops-topics';
import type { Money } from '../../domain/money';
import type { HistoryRow, SubscriptionView } from '../billing';
import type { CampaignReads } from './campaigns';
import type { CostTermReads } from './multipliers';
import type { StatisticsReads } from './statistics';
import type { TariffReads } from './tariffs';

/** Somebody an operator may have meant, and by what they were found. */
export interface PersonHit {
  readonly userId: number;
  readonly username: string | null;
  readonly name: string;
  readonly foundBy: 'id' | 'username' | 'invoice' | 'payment' | 'charge';
  /** The number, name or reference that matched. */
  readonly reference: string;
}

export interface LotView {
  readonly origin: string;
  readonly remainingUtok: number;
  readonly heldUtok: number;
  readonly expiresAt: string | null;
}

export interface OrderLine {
  readonly invoiceId: string;
  readonly no: number;
  readonly state: string;
  readonly provider: string;
  readonly amount: Money;
}

export interface OpenItemLine {
  readonly openItemId: string;
  readonly kind: string;
  readonly userId: number | null;
  /** Without an amount when none could be read. */
  readonly amount: Money | undefined;
  readonly dueAt: string;
}

/** Everything an operator needs to see of a person at once. */
export interface PersonCard {
  readonly userId: number;
  readonly username: string | null;
  readonly name: string;
  readonly locale: string;
  readonly timeZone: string;
  readonly registeredAt: string;
  readonly isBlocked: boolean;
  readonly isMoneyFrozen: boolean;
  readonly unreachableSince: string | null;
  readonly roles: readonly string[];
  readonly balanceUtok: number;
  readonly heldUtok: number;
  /** The negative part of the balance, as a positive number. */
  readonly debtUtok: number;
  /** Lots that hold something, in the order in which they are spent; eight at most. */
  readonly lots: readonly LotView[];
  readonly lotCount: number;
  readonly subscription: SubscriptionView | undefined;
  /** Five at most. */
  readonly recentTransfers: readonly HistoryRow[];
  readonly openInvoices: readonly OrderLine[];
  readonly openItems: readonly OpenItemLine[];
  /** Money that came from this person for paid orders, by currency. */
  readonly paid: readonly Money[];
}

/** A message to a person, as the outbox keeps it. */
export interface SentMessage {
  readonly messageId: string;
  readonly userId: number;
  readonly template: string;
  readonly state: 'queued' | 'sent' | 'dropped' | 'unreachable' | 'failed';
  readonly promisedAt: string;
  readonly sentAt: string | undefined;
}

export interface OpenItemPage {
  readonly rows: readonly OpenItemLine[];
  readonly total: number;
  /** The last item of this page, when there is another page after it. */
  readonly nextAfter: string | undefined;
}

export interface OpenItemCard extends OpenItemLine {
  readonly key: string;
  readonly state: 'open' | 'resolved' | 'written_off';
  readonly reason: string;
  readonly resolution: string | null;
  readonly resolvedBy: string | null;
  readonly invoiceNo: number | null;
  /** The payment whose workflow takes the repairs. */
  readonly payment: { readonly provider: string; readonly providerPaymentId: string } | undefined;
}

/** What the administration looks at; read-only SQL like every read. */
export interface AdminReads extends StatisticsReads, CampaignReads, TariffReads, CostTermReads {
  /** By Telegram id, @name, invoice number or id, payment or charge reference; ten at most. */
  findPeople(query: string): Promise<readonly PersonHit[]>;
  personCard(userId: number): Promise<PersonCard | undefined>;
  /** Items nobody has decided about, the most overdue first, by keyset. */
  openItems(after: string | undefined): Promise<OpenItemPage>;
  openItem(openItemId: string): Promise<OpenItemCard | undefined>;
  /** Workflows of which operators were told within a week that an activity fails again and again, newest first. */
  workflowsToldOf(): Promise<readonly string[]>;
  /** The last messages to a person, newest first; ten at most. */
  messagesTo(userId: number): Promise<readonly SentMessage[]>;
  /** Undefined for what is no message to a person. */
  messageTo(messageId: string): Promise<SentMessage | undefined>;
  /** Topics that the operators' chat is not told of. */
  silentTopics(): Promise<readonly OpsTopic[]>;
}
