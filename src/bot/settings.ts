import { Composer } from 'grammy';
import type { Locale } from '../domain/messages';
import { chooseNews } from './approvals/news';
import { localeOf, show, tell, toast, type BotContext, type CallbackHandlers } from './context';
import { methodsFeature, type MethodsRoute } from './methods/methods';
import type { BotParts } from './parts';
import { button, lines, openButton, type Screen } from './screen';
import { say } from './wording';

/** What a person may choose for themselves: the language, whether they want news, and which cards we keep. */
export function settingsFeature(parts: BotParts) {
  const composer = new Composer<BotContext>();
  const methods = methodsFeature(parts);
  composer.use(methods.composer);
  composer.command(['settings', 'language'], (ctx) => showSettings(ctx, parts));
  const callbacks: CallbackHandlers<'nav:set' | 'set:lang' | 'set:news' | MethodsRoute> = {
    ...methods.callbacks,
    'nav:set': (ctx) => showSettings(ctx, parts),
    'set:lang': async (ctx, press) => {
      if (isLocale(press.arg)) await setLocale(ctx, parts, press.arg);
      else await tell(ctx, { key: 'unknown.button' });
    },
    'set:news': async (ctx, press) => {
      await chooseNews(ctx, parts, press.arg === 'on');
      await showSettings(ctx, parts);
    },
  };
  return { composer, callbacks };
}

async function setLocale(ctx: BotContext, parts: BotParts, locale: Locale): Promise<void> {
  await parts.records.setLocale(ctx.visit.userId, locale);
  ctx.visit.place = { ...ctx.visit.place, locale };
  await toast(ctx, { key: 'settings.changed' });
  await showSettings(ctx, parts);
}

async function showSettings(ctx: BotContext, parts: BotParts): Promise<void> {
  const wantsNews = await parts.reads.wantsNews(ctx.visit.userId);
  await show(ctx, settingsScreen(ctx, wantsNews));
}

function settingsScreen(ctx: BotContext, wantsNews: boolean): Screen {
  const locale = localeOf(ctx);
  const text = lines(
    say(locale, 'settings.title'),
    '',
    say(locale, 'settings.language'),
    say(locale, 'settings.zone', { zone: ctx.visit.place.timeZone }),
    say(locale, wantsNews ? 'settings.news_on' : 'settings.news_off'),
    '',
    say(locale, 'settings.choose'),
  );
  const russian = button({ locale, key: 'button.russian' }, { route: 'set:lang', arg: 'ru' });
  const english = button({ locale, key: 'button.english' }, { route: 'set:lang', arg: 'en' });
  const news = wantsNews
    ? button({ locale, key: 'button.news_off' }, { route: 'set:news', arg: 'off' })
    : button({ locale, key: 'button.news_on' }, { route: 'set:news', arg: 'on' });
  return {
    text,
    rows: [
      [russian, english],
      [news, openButton(locale, 'button.limits', 'nav:lim')],
      [openButton(locale, 'button.methods', 'nav:pm')],
      [openButton(locale, 'button.menu', 'nav:menu')],
    ],
  };
}

function isLocale(text: string | undefined): text is Locale {
  return text === 'ru' || text === 'en';
}
