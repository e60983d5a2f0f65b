import type { Cashier, PurchaseOutcome, Quirks } from './cashier';
import { findMessage, findPlace } from './conversation';
import { ControlFailure } from './failure';
import type {
  BotAccount,
  Charge,
  InvoiceTerms,
  Person,
  StarSubscription,
  StarSubscriptionState,
} from './state';
import { userOf } from './state';
import type { Telegram } from './telegram';

/** What a person wants to pay: an invoice in their chat, or a link such as `https://t.me/$slug`. */
export interface InvoiceChoice {
  readonly person: Person;
  readonly bot: BotAccount;
  readonly messageId?: number | undefined;
  readonly link?: string | undefined;
}

interface FoundInvoice {
  readonly bot: BotAccount;
  readonly terms: InvoiceTerms;
  readonly messageId?: number;
  readonly receiptChargeId?: string | undefined;
}

export function findInvoice(telegram: Telegram, choice: InvoiceChoice): FoundInvoice {
  return choice.link === undefined
    ? invoiceOfMessage(telegram, choice)
    : invoiceOfLink(telegram, choice.link);
}

function invoiceOfLink(telegram: Telegram, link: string): FoundInvoice {
  const slug = link.replace(/^.*(\/\$|\/invoice\/|slug=)/, '').replace(/^\$/, '');
  const found = telegram.store.links.get(slug);
  const bot = found && telegram.store.bots.get(found.botId);
  if (bot === undefined)
    throw new ControlFailure(404, `no invoice link ${link}; createInvoiceLink makes one`);
  return { bot, terms: found!.terms };
}

function invoiceOfMessage(
  telegram: Telegram,
  { bot, person, messageId }: InvoiceChoice,
): FoundInvoice {
  const place = findPlace(telegram, bot, person.id);
  const stored = place && findMessage(telegram, place, messageId ?? 0);
  if (stored?.invoice === undefined) {
    throw new ControlFailure(
      404,
      `no invoice message ${messageId ?? ''} in the chat of person ${person.id}`,
    );
  }
  const { message, invoice: terms, receiptChargeId } = stored;
  return { bot, terms, messageId: message.message_id, receiptChargeId };
}

/** Pays; an invoice message can be paid once, a link as often as people like. */
export async function pay(
  telegram: Telegram,
  { quirks, ...choice }: InvoiceChoice & { readonly quirks?: Quirks },
): Promise<PurchaseOutcome> {
  const { receiptChargeId, ...invoice } = findInvoice(telegram, choice);
  if (receiptChargeId !== undefined) {
    throw new ControlFailure(409, `the invoice is already paid by charge ${receiptChargeId}`);
  }
  const cashier: Cashier = telegram.cashier;
  return cashier.purchase({ ...invoice, person: choice.person, ...(quirks ? { quirks } : {}) });
}

export type SubscriptionChange = 'renew' | 'fail' | 'cancel' | 'resume';

/** What time and the person do to a Stars subscription; the bot learns it as it would from Telegram. */
export function changeSubscription(
  telegram: Telegram,
  id: string,
  change: SubscriptionChange,
): StarSubscription {
  const subscription = telegram.store.subscriptions.get(id);
  if (subscription === undefined) {
    throw new ControlFailure(404, `no subscription ${id}; see GET /sandbox/subscriptions`);
  }
  switch (change) {
    case 'renew':
      renew(telegram, subscription);
      break;
    case 'fail':
      setState(telegram, subscription, 'failed');
      break;
    case 'cancel':
      setState(telegram, subscription, 'canceled');
      break;
    case 'resume':
      resume(telegram, subscription);
      break;
  }
  return telegram.store.subscriptions.get(id) ?? subscription;
}

function renew(telegram: Telegram, subscription: StarSubscription): Charge | undefined {
  if (subscription.state === 'canceled') {
    throw new ControlFailure(409, `subscription ${subscription.id} is canceled; resume it first`);
  }
  const period = subscription.terms.subscriptionPeriodSeconds ?? 0;
  return telegram.cashier.renew(subscription, subscription.expiresAt + period);
}

/** Sets a person's own clock. What is due by it is renewed, as it would be in time, while their Stars last. */
export function setAhead(
  telegram: Telegram,
  person: Person,
  aheadSeconds: number,
): readonly Charge[] {
  telegram.store.people.put(person.id, { ...person, aheadSeconds });
  const nowSeconds = telegram.nowSeconds() + aheadSeconds;
  const isOwn = ({ personId, state }: StarSubscription) =>
    personId === person.id && state === 'active';
  return telegram.store.subscriptions
    .values()
    .filter(isOwn)
    .flatMap(({ id }) => renewUntil(telegram, id, nowSeconds));
}

function renewUntil(telegram: Telegram, id: string, nowSeconds: number): Charge[] {
  const subscription = telegram.store.subscriptions.get(id);
  if (subscription === undefined || subscription.expiresAt > nowSeconds) return [];
  const { starBalance = 0 } = telegram.store.people.get(subscription.personId) ?? {};
  const charge =
    starBalance < subscription.terms.amountStars ? undefined : renew(telegram, subscription);
  if (charge) return [charge, ...renewUntil(telegram, id, nowSeconds)];
  setState(telegram, subscription, 'failed');
  return [];
}

function resume(telegram: Telegram, subscription: StarSubscription): void {
  if (subscription.isCanceledByBot) {
    throw new ControlFailure(
      409,
      `the bot canceled subscription ${subscription.id}; only the bot can resume it`,
    );
  }
  setState(telegram, subscription, 'active');
}

function setState(
  telegram: Telegram,
  subscription: StarSubscription,
  state: StarSubscriptionState,
): void {
  const { store, updates } = telegram;
  store.subscriptions.put(subscription.id, { ...subscription, state });
  const bot = store.bots.get(subscription.botId);
  const person = store.people.get(subscription.personId);
  if (bot === undefined || person === undefined) return;
  const change = { user: userOf(person), invoice_payload: subscription.terms.payload, state };
  updates.add(bot, { subscription: change });
}
