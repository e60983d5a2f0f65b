import { Composer } from 'grammy';
import type { Locale } from '../domain/messages';
import { localeOf, show, tell, toast, type BotContext, type CallbackHandlers } from './context';
import type { BotParts } from './parts';
import { button, lines, openButton, type Screen } from './screen';
import { say } from './wording';

/** What a person may choose for themselves; so far, the language. */
export function settingsFeature(parts: BotParts) {
  const composer = new Composer<BotContext>();
  composer.command(['settings', 'language'], (ctx) => show(ctx, settingsScreen(ctx)));
  const callbacks: CallbackHandlers<'nav:set' | 'set:lang'> = {
    'nav:set': (ctx) => show(ctx, settingsScreen(ctx)),
    'set:lang': async (ctx, press) => {
      if (isLocale(press.arg)) await setLocale(ctx, parts, press.arg);
      else await tell(ctx, { key: 'unknown.button' });
    },
  };
  return { composer, callbacks };
}

async function setLocale(ctx: BotContext, parts: BotParts, locale: Locale): Promise<void> {
  await parts.records.setLocale(ctx.visit.userId, locale);
  ctx.visit.place = { ...ctx.visit.place, locale };
  await toast(ctx, { key: 'settings.changed' });
  await show(ctx, settingsScreen(ctx));
}

function settingsScreen(ctx: BotContext): Screen {
  const locale = localeOf(ctx);
  const text = lines(
    say(locale, 'settings.title'),
    '',
    say(locale, 'settings.language'),
    say(locale, 'settings.zone', { zone: ctx.visit.place.timeZone }),
    '',
    say(locale, 'settings.choose'),
  );
  const russian = button({ locale, key: 'button.russian' }, { route: 'set:lang', arg: 'ru' });
  const english = button({ locale, key: 'button.english' }, { route: 'set:lang', arg: 'en' });
  return { text, rows: [[russian, english], [openButton(locale, 'button.menu', 'nav:menu')]] };
}

function isLocale(text: string | undefined): text is Locale {
  return text === 'ru' || text === 'en';
}
