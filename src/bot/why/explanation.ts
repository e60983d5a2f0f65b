import {
  brokenChecks,
  checkEntry,
  type EntryFacts,
  type LegFact,
  type MoveFact,
  type OrderFact,
  type UsageFact,
} from '../../domain/billing/explain';
import { exactProduct, plainDecimalText } from '../../domain/billing/cost';
import { exponentOf } from '../../domain/money';
import { TEXTS, type TextKey } from '../../texts';
import { historyKind } from '../billing/history';
import {
  amountText,
  decimalDisplay,
  instantText,
  signedTokensText,
  tokensText,
  type Place,
} from '../display';
import { lines } from '../screen';
import { say, type TextParams } from '../wording';
import { unitPriceText } from './unit-price';

type Words = (key: TextKey, params?: TextParams) => string;
type Lines = readonly (string | false | undefined)[];

/** Reports of work shown one by one; more of them would not fit the screen. */
const SHOWN_EVENTS = 5;
const SHOWN_LOTS = 10;

/** An entry from its cause to its two sides, and whether it came out the same when it was computed again (LG-11). */
export function explanationText(facts: EntryFacts, place: Place, isOperator: boolean): string {
  const words: Words = (key, params) => say(place.locale, key, params);
  const { locale } = place;
  return lines(
    words('why.head', {
      kind: historyKind(facts.kind, locale),
      amount: signedTokensText(facts.amountUtok, locale),
    }),
    instantText(facts.asOf, place),
    words('why.balance', {
      before: tokensText(facts.balanceBeforeUtok, locale),
      after: tokensText(facts.balanceAfterUtok, locale),
    }),
    ...section(words('why.cause'), causeLines(facts, place, words)),
    ...section(words('why.lots'), lotLines(facts, place, words)),
    ...section(
      words('why.legs'),
      facts.legs.map((leg) => legLine(leg, facts, { place, words })),
    ),
    '',
    ...verdictLines(facts, words),
    isOperator && words('why.operator', { key: facts.key, workflow: workflowOf(facts.key) }),
  );
}

function section(title: string, content: Lines): Lines {
  const shown = content.filter((line) => line !== false && line !== undefined);
  return shown.length === 0 ? [] : ['', title, ...shown];
}

function causeLines(facts: EntryFacts, place: Place, words: Words): Lines {
  const { charge, events, order, fee, reason, kind } = facts;
  const { locale } = place;
  const sentence = `why.kind.${kind}`;
  return [
    sentence in TEXTS[locale] && words(sentence as TextKey),
    charge && words('why.charge', { description: charge.description }),
    ...events.slice(0, SHOWN_EVENTS).flatMap((event) => eventLines(event, place, words)),
    events.length > SHOWN_EVENTS &&
      words('why.more_events', { count: events.length - SHOWN_EVENTS }),
    charge &&
      charge.uncollectedUtok > 0 &&
      words('why.uncollected', { tokens: tokensText(charge.uncollectedUtok, locale) }),
    ...(order && !fee ? orderLines(order, place, words) : []),
    fee &&
      words('why.fee', {
        n: fee.periodN + 1,
        plan: fee.planName[locale],
        version: fee.version,
      }),
    reason !== undefined && words('why.reason', { reason }),
  ];
}

function eventLines(event: UsageFact, { locale }: Place, words: Words): Lines {
  const { track, totalTokens, rounding, currency, multiplier } = event;
  const raw = decimalDisplay(plainDecimalText(event.rawCost), locale);
  return [
    words('why.track', { track, tokens: totalTokens }),
    words('why.event', {
      raw: `${raw}\u00a0${currency}`,
      multiplier: decimalDisplay(plainDecimalText(multiplier), locale),
      product: decimalDisplay(exactProduct(event.rawCost, multiplier), locale),
      cost: tokensText(event.costUtok, locale),
      rounding,
    }),
  ];
}

function orderLines(order: OrderFact, { locale }: Place, words: Words): Lines {
  const { currency, exponent, invoiceNo: no, version, promoCode: code } = order;
  const amount = (minor: number) => amountText({ minor, currency, exponent }, locale);
  const isTopup = order.tariffKind === 'topup';
  const discount = { amount: amount(order.discountMinor) };
  return [
    isTopup
      ? words('why.topup', { no, version })
      : words('why.order', { no, plan: order.planName[locale], version }),
    order.listAmountMinor !== order.payAmountMinor &&
      words('why.list', { amount: amount(order.listAmountMinor) }),
    order.creditMinor > 0 && words('why.credit', { amount: amount(order.creditMinor) }),
    order.discountMinor > 0 &&
      (code === null
        ? words('why.discount', discount)
        : words('why.discount_code', { ...discount, code })),
    words('why.paid', { amount: amount(order.payAmountMinor) }),
  ];
}

function lotLines(facts: EntryFacts, place: Place, words: Words): Lines {
  const { moves, amountUtok } = facts;
  const drained = sumOf(moves.map((move) => Math.max(0, -move.amountUtok)));
  const shown = moves.filter((move) => move.amountUtok > 0 === amountUtok > 0);
  const owed = amountUtok < 0 ? -amountUtok - drained : 0;
  const { locale } = place;
  return [
    ...shown.slice(0, SHOWN_LOTS).map((move) => lotLine(move, place, words)),
    shown.length > SHOWN_LOTS && '…',
    amountUtok > 0 && drained > 0 && words('why.repaid', { tokens: tokensText(drained, locale) }),
    owed > 0 && words('why.owed', { tokens: tokensText(owed, locale) }),
  ];
}

function lotLine(move: MoveFact, place: Place, words: Words): string {
  const { locale } = place;
  const price = unitPriceText(move, locale);
  const origin = `why.origin.${move.origin}`;
  return words('why.lot', {
    amount: signedTokensText(move.amountUtok, locale),
    origin: origin in TEXTS[locale] ? words(origin as TextKey) : move.origin,
    at: instantText(move.filledAt, place),
    price: price === undefined ? words('why.lot.free') : words('why.lot.price', { price }),
    expiry:
      move.expiresAt === null
        ? words('why.lot.forever')
        : words('why.lot.expires', { until: instantText(move.expiresAt, place) }),
  });
}

function legLine(
  { account, asset, amount }: LegFact,
  { order }: EntryFacts,
  { place, words }: { place: Place; words: Words },
): string {
  const { locale } = place;
  const named = account.startsWith('sys:') ? account.split(':')[1] : account.split(':')[0];
  const key = `why.account.${named}`;
  const exponent = exponentOf(asset) ?? order?.exponent ?? 0;
  return words('why.leg', {
    amount:
      asset === 'TOK'
        ? words('why.leg.tokens', { tokens: signedTokensText(amount, locale) })
        : amountText({ minor: amount, currency: asset, exponent }, locale),
    account: words(key in TEXTS[locale] ? (key as TextKey) : 'why.account.other'),
  });
}

function verdictLines(facts: EntryFacts, words: Words): Lines {
  const broken = brokenChecks(facts);
  if (broken.length === 0) return [words('why.sound', { count: checkEntry(facts).length })];
  const names = broken.map((name) => words(`why.check.${name}`)).join(', ');
  return [words('why.broken', { broken: names }), words('why.broken.promise')];
}

/** A key is `<workflow id>:<step>`. */
function workflowOf(key: string): string {
  return key.slice(0, Math.max(key.lastIndexOf(':'), 0));
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
