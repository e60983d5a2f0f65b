import { createHash } from 'node:crypto';
import { TOPUP_CHOICES } from '../../domain/billing/auto-topup';
import { PEGGED_CURRENCY } from '../../domain/billing/topup-limits';
import type { Locale } from '../../domain/messages';
import { money } from '../../domain/money';
import { tokens } from '../../domain/tokens';
import type { AutoTopupView, SavedCardView, StandingTopupView } from '../../reads/auto-topup';
import type { TextKey } from '../../texts';
import { localeOf, type BotContext } from '../context';
import { amountText, instantText, tokensText } from '../display';
import { button, lines, openButton, type Button, type Screen } from '../screen';
import { say, sayPlainly } from '../wording';

/** What is known of a person, and what the operator allows. */
export interface TopupView extends AutoTopupView {
  /** Most that may be taken of one person a day, in kopecks; zero when none is offered. */
  readonly operatorCapMinor: number;
}

/** What a person can set, by the word its button carries. */
export type Setting = 'thr' | 'tgt' | 'cap';

/** What a new standing order begins with. */
export interface FirstAmounts {
  readonly thresholdUtok: number;
  readonly targetUtok: number;
  readonly dailyCapMinor: number;
}

/** The second of the choices, within what the operator allows. */
export function firstAmounts(operatorCapMinor: number): FirstAmounts {
  const { thresholdTokens, targetTokens, dailyCapMinor } = TOPUP_CHOICES;
  return {
    thresholdUtok: tokens(thresholdTokens[1]),
    targetUtok: tokens(targetTokens[1]),
    dailyCapMinor: Math.min(dailyCapMinor[1], operatorCapMinor),
  };
}

/** Version of the words by which people allow automatic charges; a new one when they change. */
export const CONSENT_VERSION = 'auto-topup-1';

/** SHA-256 of the words as the person reads them. */
export function consentHash(locale: Locale): string {
  return createHash('sha256').update(sayPlainly(locale, 'auto.consent')).digest('hex');
}

export function autoScreen(ctx: BotContext, view: TopupView): Screen {
  const { standing } = view;
  return standing?.isActive && standing.hasConsent
    ? activeScreen(ctx, standing)
    : offerScreen(ctx, view);
}

function activeScreen(ctx: BotContext, standing: StandingTopupView): Screen {
  const locale = localeOf(ctx);
  const { deferredUntil } = standing;
  return {
    text: lines(
      say(locale, 'auto.title'),
      '',
      say(locale, 'auto.is_on'),
      ...amountLines(locale, standing),
      say(locale, 'auto.card', { card: standing.cardLabel }),
      deferredUntil !== undefined &&
        say(locale, 'auto.waits', { until: instantText(deferredUntil, ctx.visit.place) }),
    ),
    rows: [
      [settingButton(locale, 'thr'), settingButton(locale, 'tgt')],
      [settingButton(locale, 'cap')],
      [openButton(locale, 'button.auto_off', 'auto:off')],
      [openButton(locale, 'button.auto_withdraw', 'auto:quit')],
      [openButton(locale, 'button.methods', 'nav:pm')],
      [openButton(locale, 'button.menu', 'nav:menu')],
    ],
  };
}

function amountLines(locale: Locale, order: FirstAmounts): string[] {
  return [
    say(locale, 'auto.rule', {
      threshold: tokensText(order.thresholdUtok, locale),
      target: tokensText(order.targetUtok, locale),
    }),
    say(locale, 'auto.cap', { amount: rubles(order.dailyCapMinor, locale) }),
  ];
}

function rubles(minor: number, locale: Locale): string {
  return amountText(money(minor, PEGGED_CURRENCY), locale);
}

/** Everything that is agreed to stands above the button that agrees (AU-2, lesson 22). */
function offerScreen(ctx: BotContext, { standing, cards, operatorCapMinor }: TopupView): Screen {
  const locale = localeOf(ctx);
  const amounts = standing ?? firstAmounts(operatorCapMinor);
  const hasCard = cards.length > 0;
  return {
    text: lines(
      say(locale, 'auto.title'),
      '',
      say(locale, 'auto.is_off'),
      ...amountLines(locale, amounts),
      '',
      say(locale, hasCard ? 'auto.consent' : 'auto.no_card'),
    ),
    rows: [
      ...cards.slice(0, 3).map((card) => [agreeButton(locale, card)]),
      [openButton(locale, hasCard ? 'button.auto_other_card' : 'button.auto_card', 'auto:card')],
      ...(hasCard ? [[openButton(locale, 'button.methods', 'nav:pm')]] : []),
      [openButton(locale, 'button.menu', 'nav:menu')],
    ],
  };
}

function agreeButton(locale: Locale, { methodId, label }: SavedCardView): Button {
  const words = { locale, key: 'button.auto_agree', params: { card: label } } as const;
  return button(words, { route: 'auto:on', id: methodId });
}

const SETTING_KEYS: Readonly<Record<Setting, TextKey>> = {
  thr: 'button.auto_threshold',
  tgt: 'button.auto_target',
  cap: 'button.auto_cap',
};

function settingButton(locale: Locale, setting: Setting): Button {
  return button({ locale, key: SETTING_KEYS[setting] }, { route: 'auto:set', arg: setting });
}

const QUESTIONS: Readonly<Record<Setting, TextKey>> = {
  thr: 'auto.ask_threshold',
  tgt: 'auto.ask_target',
  cap: 'auto.ask_cap',
};

/** The choices of one setting; only those that fit the others and what the operator allows. */
export function settingScreen(
  ctx: BotContext,
  { setting, view }: { setting: Setting; view: TopupView },
): Screen {
  const locale = localeOf(ctx);
  const buttons = choicesOf(setting, view).map((value) => choiceButton(locale, setting, value));
  return {
    text: lines(say(locale, 'auto.title'), '', say(locale, QUESTIONS[setting])),
    rows: [buttons, [openButton(locale, 'button.back', 'nav:auto')]],
  };
}

function choiceButton(locale: Locale, setting: Setting, value: number): Button {
  const label =
    setting === 'cap'
      ? rubles(value, locale)
      : sayPlainly(locale, 'auto.tokens', { tokens: tokensText(tokens(value), locale) });
  return { label, press: { route: 'auto:set', arg: `${setting} ${value}` } };
}

function choicesOf(setting: Setting, { standing, operatorCapMinor }: TopupView): number[] {
  const { thresholdTokens, targetTokens, dailyCapMinor } = TOPUP_CHOICES;
  if (setting === 'cap') return dailyCapMinor.filter((minor) => minor <= operatorCapMinor);
  const { thresholdUtok, targetUtok } = standing ?? firstAmounts(operatorCapMinor);
  return setting === 'thr'
    ? thresholdTokens.filter((count) => tokens(count) < targetUtok)
    : targetTokens.filter((count) => tokens(count) > thresholdUtok);
}

/** The change a choice means; undefined for anything that is no choice now. */
export function changeOf(arg: string, view: TopupView) {
  const [setting = '', text = ''] = arg.split(' ');
  const value = Number(text);
  if (setting !== 'thr' && setting !== 'tgt' && setting !== 'cap') return undefined;
  if (!choicesOf(setting, view).includes(value)) return undefined;
  if (setting === 'cap') return { kind: 'change', dailyCapMinor: value } as const;
  return setting === 'thr'
    ? ({ kind: 'change', thresholdUtok: tokens(value) } as const)
    : ({ kind: 'change', targetUtok: tokens(value) } as const);
}
