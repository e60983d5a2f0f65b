import { randomBytes } from 'node:crypto';
import type { Message, StarAmount, StarTransaction, StarTransactions } from '@grammyjs/types';
import { isRecord } from '../arguments';
import { changeStars } from '../cashier';
import { findPlace, postFromBot, postFromPerson } from '../conversation';
import { badRequest } from '../failure';
import { byteLength, characterCount } from '../formatting/text';
import { readMarkup } from '../keyboard';
import type { Charge, InvoiceTerms, StarSubscription } from '../state';
import { userOf } from '../state';
import type { Telegram } from '../telegram';
import type { Call } from './call';
import { admittedPlace } from './call';

const SUBSCRIPTION_PERIOD_SECONDS = 2_592_000;
const DEAREST_SUBSCRIPTION_STARS = 10_000;

export function sendInvoice(call: Call): Message.InvoiceMessage {
  const terms = readTerms(call);
  const markup = readMarkup(call.args, true);
  const place = admittedPlace(call);
  const invoice = {
    title: terms.title,
    description: terms.description,
    start_parameter: call.args.text('start_parameter') ?? '',
    currency: terms.currency,
    total_amount: terms.amountStars,
  };
  return postFromBot(call.telegram, place, { invoice, terms, markup });
}

export function createInvoiceLink(call: Call): string {
  const terms = { ...readTerms(call), ...readSubscriptionPeriod(call) };
  const isDear = terms.amountStars > DEAREST_SUBSCRIPTION_STARS;
  if (terms.subscriptionPeriodSeconds !== undefined && isDear)
    throw badRequest('STARS_INVOICE_INVALID');
  const slug = randomBytes(12).toString('base64url');
  call.telegram.store.links.put(slug, { slug, botId: call.bot.id, terms });
  return `https://t.me/$${slug}`;
}

export function answerPreCheckoutQuery({ telegram, bot, args }: Call): true {
  const isOk = args.flag('ok');
  const refusal = args.text('error_message') ?? '';
  if (!isOk && refusal === '') throw badRequest('parameter "error_message" is required');
  telegram.cashier.answer(
    bot.id,
    args.text('pre_checkout_query_id') ?? '',
    isOk ? undefined : refusal,
  );
  return true;
}

export function refundStarPayment(call: Call): true {
  const { telegram, bot } = call;
  const charge = chargeOf(call);
  if (charge.refundedAt !== undefined) throw badRequest('CHARGE_ALREADY_REFUNDED');
  telegram.store.charges.put(charge.id, { ...charge, refundedAt: telegram.nowSeconds() });
  const person = telegram.store.people.get(charge.personId);
  const place = findPlace(telegram, bot, charge.personId);
  if (person === undefined || place === undefined) return true;
  changeStars(telegram, person, charge.terms.amountStars);
  const refunded_payment = {
    currency: 'XTR',
    total_amount: charge.terms.amountStars,
    invoice_payload: charge.terms.payload,
    telegram_payment_charge_id: charge.id,
    provider_payment_charge_id: `${charge.personId}_${charge.paidAt}`,
  };
  postFromPerson(telegram, place, { person, content: { refunded_payment } });
  return true;
}

export function editUserStarSubscription(call: Call): true {
  const charge = chargeOf(call);
  const subscription = call.telegram.store.subscriptions.get(charge.id);
  if (subscription === undefined) throw badRequest('CHARGE_NOT_FOUND');
  const isCanceledByBot = call.args.flag('is_canceled');
  call.telegram.store.subscriptions.put(charge.id, afterBotEdit(subscription, isCanceledByBot));
  return true;
}

export function getStarTransactions({ telegram, bot, args }: Call): StarTransactions {
  const offset = Math.max(0, args.integer('offset') ?? 0);
  const limit = args.integer('limit') ?? 100;
  if (limit < 1 || limit > 100) throw badRequest('LIMIT_INVALID');
  const transactions = telegram.store.charges
    .inGroup(bot.id)
    .flatMap((charge) => transactionsOf(telegram, charge))
    .sort((one, other) => one.date - other.date);
  return { transactions: transactions.slice(offset, offset + limit) };
}

export function getMyStarBalance({ telegram, bot }: Call): StarAmount {
  const kept = telegram.store.charges.inGroup(bot.id).filter((it) => it.refundedAt === undefined);
  return { amount: kept.reduce((sum, charge) => sum + charge.terms.amountStars, 0) };
}

function afterBotEdit(subscription: StarSubscription, isCanceledByBot: boolean): StarSubscription {
  return { ...subscription, isCanceledByBot, state: isCanceledByBot ? 'canceled' : 'active' };
}

function chargeOf({ telegram, bot, args }: Call): Charge {
  const charge = telegram.store.charges.get(args.text('telegram_payment_charge_id') ?? '');
  if (telegram.store.people.get(args.integer('user_id') ?? 0) === undefined)
    throw badRequest('USER_ID_INVALID');
  if (charge?.botId !== bot.id || charge.personId !== args.integer('user_id')) {
    throw badRequest('CHARGE_NOT_FOUND');
  }
  return charge;
}

function transactionsOf(telegram: Telegram, charge: Charge): StarTransaction[] {
  const person = telegram.store.people.get(charge.personId);
  if (person === undefined) return [];
  const period = charge.terms.subscriptionPeriodSeconds;
  const partner = {
    type: 'user',
    transaction_type: 'invoice_payment',
    user: userOf(person),
    invoice_payload: charge.terms.payload,
    ...(period === undefined ? {} : { subscription_period: period }),
  } as const;
  const amount = charge.terms.amountStars;
  const paid: StarTransaction = { id: charge.id, amount, date: charge.paidAt, source: partner };
  if (charge.refundedAt === undefined) return [paid];
  return [paid, { id: charge.id, amount, date: charge.refundedAt, receiver: partner }];
}

function readTerms({ args }: Call): InvoiceTerms {
  const terms = {
    title: args.requiredText('title'),
    description: args.requiredText('description'),
    payload: args.requiredText('payload'),
    currency: args.requiredText('currency'),
  };
  if (characterCount(terms.title) > 32) throw badRequest('INVOICE_TITLE_TOO_LONG');
  if (characterCount(terms.description) > 255) throw badRequest('INVOICE_DESCRIPTION_TOO_LONG');
  if (byteLength(terms.payload) > 128) throw badRequest('INVOICE_PAYLOAD_INVALID');
  if (terms.currency !== 'XTR') throw badRequest(fiatRefusal(terms.currency));
  if ((args.text('provider_token') ?? '') !== '') throw badRequest('PAYMENT_PROVIDER_INVALID');
  const photoUrl = args.text('photo_url');
  const prices = args.json('prices', "can't parse prices JSON object");
  return {
    ...terms,
    amountStars: starsOf(prices),
    ...(photoUrl === undefined || photoUrl === '' ? {} : { photoUrl }),
  };
}

function fiatRefusal(currency: string): string {
  return /^[A-Z]{3}$/.test(currency) ? 'PAYMENT_PROVIDER_INVALID' : 'CURRENCY_INVALID';
}

/** Stars are sold by exactly one price of a whole, positive number. */
function starsOf(prices: unknown): number {
  if (!Array.isArray(prices))
    throw badRequest("can't parse prices: expected an Array of LabeledPrice");
  const [price, ...more] = prices as unknown[];
  if (!isRecord(price) || more.length > 0) throw badRequest('STARS_INVOICE_INVALID');
  const amount = Number(price['amount']);
  if (typeof price['label'] !== 'string' || price['label'] === '')
    throw badRequest('INVOICE_LABEL_INVALID');
  if (!Number.isSafeInteger(amount) || amount < 1)
    throw badRequest('CURRENCY_TOTAL_AMOUNT_INVALID');
  return amount;
}

function readSubscriptionPeriod({ args }: Call): Pick<InvoiceTerms, 'subscriptionPeriodSeconds'> {
  const seconds = args.integer('subscription_period');
  if (seconds === undefined || seconds === 0) return {};
  if (seconds !== SUBSCRIPTION_PERIOD_SECONDS) throw badRequest('SUBSCRIPTION_PERIOD_INVALID');
  return { subscriptionPeriodSeconds: seconds };
}
