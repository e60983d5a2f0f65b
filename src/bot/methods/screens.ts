import type { Locale } from '../../domain/messages';
import type { ConsentView, RenewedPlan, SavedMethodView } from '../../reads/methods';
import type { TextKey } from '../../texts';
import { providerText } from '../billing/plans';
import { localeOf, type BotContext } from '../context';
import { instantText, type Place } from '../display';
import { button, lines, openButton, type Button, type Screen } from '../screen';
import { say } from '../wording';
import { agreedWords } from './agreed';

export function listScreen(ctx: BotContext, methods: readonly SavedMethodView[]): Screen {
  const locale = localeOf(ctx);
  return {
    text: lines(
      say(locale, 'methods.title'),
      '',
      say(locale, methods.length > 0 ? 'methods.choose' : 'methods.none'),
    ),
    rows: [
      ...methods.slice(0, 10).map((method) => [methodButton(locale, method)]),
      [
        openButton(locale, 'button.settings', 'nav:set'),
        openButton(locale, 'button.menu', 'nav:menu'),
      ],
    ],
  };
}

function methodButton(locale: Locale, { methodId, label }: SavedMethodView): Button {
  const words = { locale, key: 'button.method', params: { card: label } } as const;
  return button(words, { route: 'pm:show', id: methodId });
}

/** What is kept, what uses it, and the words that allow that. */
export function methodScreen(ctx: BotContext, method: SavedMethodView): Screen {
  const { place } = ctx.visit;
  const { locale } = place;
  const { methodId: id, isStars, provider, savedAt } = method;
  const remove = isStars
    ? openButton(locale, 'button.subscription', 'nav:sub')
    : button({ locale, key: 'button.method_remove' }, { route: 'pm:ask', id });
  return {
    text: lines(
      say(locale, 'methods.card', { card: method.label }),
      '',
      say(locale, 'methods.provider', { provider: providerText(provider, locale) }),
      expiryLine(locale, method),
      say(locale, 'methods.saved', { at: instantText(savedAt, place) }),
      '',
      ...useLines(method, place),
      '',
      ...(isStars ? [say(locale, 'methods.stars')] : consentLines(method, place)),
    ),
    rows: [[remove], [openButton(locale, 'button.back', 'nav:pm')]],
  };
}

/** The month on the card, as cards print it. */
function expiryLine(locale: Locale, { expiresOn }: SavedMethodView): string | undefined {
  if (expiresOn === null) return undefined;
  const [year = '', month = ''] = expiresOn.split('-');
  return say(locale, 'methods.expires', { month: `${month}/${year}` });
}

function useLines({ renews, topsUp }: SavedMethodView, place: Place): readonly string[] {
  const { locale } = place;
  const uses = [
    ...(renews ? [planLine('methods.renews', renews, place)] : []),
    ...(topsUp ? [say(locale, 'methods.tops_up')] : []),
  ];
  return uses.length > 0 ? uses : [say(locale, 'methods.unused')];
}

function planLine(key: TextKey, { planName, periodEnd }: RenewedPlan, place: Place): string {
  const { locale } = place;
  return say(locale, key, { plan: planName[locale], until: instantText(periodEnd, place) });
}

function consentLines({ consents }: SavedMethodView, place: Place): readonly string[] {
  if (consents.length === 0) return [say(place.locale, 'methods.no_consent')];
  return consents.flatMap((consent) => agreedLines(consent, place));
}

function agreedLines(consent: ConsentView, place: Place): readonly string[] {
  const { locale } = place;
  const words = agreedWords(consent);
  return [
    say(locale, 'methods.agreed', { at: instantText(consent.givenAt, place) }),
    words === undefined
      ? say(locale, 'methods.words_changed', { version: consent.textVersion })
      : say(locale, 'methods.words', { words }),
  ];
}

/** Everything that follows stands above the button that does it. */
export function askScreen(ctx: BotContext, method: SavedMethodView): Screen {
  const { place } = ctx.visit;
  const { locale } = place;
  const { methodId: id, renews, topsUp } = method;
  return {
    text: lines(
      say(locale, 'methods.ask', { card: method.label }),
      '',
      renews && planLine('methods.follows.renewal', renews, place),
      topsUp && say(locale, 'methods.follows.topup'),
      say(locale, 'methods.follows.always'),
    ),
    rows: [
      [button({ locale, key: 'button.method_remove_yes' }, { route: 'pm:gone', id })],
      [button({ locale, key: 'button.back' }, { route: 'pm:show', id })],
    ],
  };
}
