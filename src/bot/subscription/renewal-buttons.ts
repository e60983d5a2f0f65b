import { createHash } from 'node:crypto';
import {
  canRenewByMethod,
  canRenewByStars,
  type RenewableOrder,
} from '../../domain/billing/renewal-wish';
import type { RenewalWish } from '../../commands/contract';
import type { QuoteView } from '../../reads/billing';
import { localeOf, type BotContext } from '../context';
import { amountText } from '../display';
import { brandText } from '../billing/plans';
import { providersFor, type BotParts } from '../parts';
import { button, type Button } from '../screen';
import { say, sayPlainly } from '../wording';

/** Version of the words by which buyers let their card renew what they buy; a new one when they change. */
const CONSENT_VERSION = 'autopay-order-1';

type RenewalKey = 'button.renew_card' | 'button.renew_card_at' | 'button.renew_stars';

/** How a quote can be bought so that it renews itself, with everything that the press agrees to. */
export interface RenewalOffer {
  readonly words: readonly (string | false)[];
  readonly buttons: readonly Button[];
}

export function renewalOffer(ctx: BotContext, parts: BotParts, quote: QuoteView): RenewalOffer {
  const locale = localeOf(ctx);
  const order = renewable(quote);
  const amount = amountText(quote.listAmount, locale);
  const providers = providersFor(parts, quote.payAmount.currency);
  const savers = canRenewByMethod(order) ? providers.filter(({ canSave }) => canSave) : [];
  const stars = canRenewByStars(order) ? providers.find(({ name }) => name === 'stars') : undefined;
  const press = (key: RenewalKey, provider: string) =>
    button(
      { locale, key, params: { amount, provider: brandText(provider, locale) } },
      { route: 'q:auto', id: quote.quoteId, arg: provider },
    );
  const cardKey = savers.length > 1 ? 'button.renew_card_at' : 'button.renew_card';
  return {
    words: [
      savers.length > 0 && `\n${say(locale, 'quote.renew_card', { amount })}`,
      savers.length > 0 && say(locale, 'quote.renew_consent'),
      stars !== undefined && `\n${say(locale, 'quote.renew_stars', { amount })}`,
    ],
    buttons: [
      ...savers.map(({ name }) => press(cardKey, name)),
      ...(stars ? [press('button.renew_stars', stars.name)] : []),
    ],
  };
}

function renewable(quote: QuoteView): RenewableOrder {
  const { purpose, tariffKind, isRenewable, periodUnit, periodCount, listAmount } = quote;
  return {
    ...{ purpose, tariffKind, isRenewable, periodUnit, periodCount },
    currency: listAmount.currency,
    listAmountMinor: listAmount.minor,
    payAmountMinor: quote.payAmount.minor,
  };
}

/** What the press agrees to: the words on record for a card; Telegram asks for its own consent. */
export function renewalWish(ctx: BotContext, provider: string): RenewalWish {
  if (provider === 'stars') return { by: 'stars' };
  const words = sayPlainly(localeOf(ctx), 'quote.renew_consent');
  const textHash = createHash('sha256').update(words).digest('hex');
  return { by: 'saved_method', textVersion: CONSENT_VERSION, textHash };
}
