import { html } from '../pages/markup';
import { page } from '../pages/page';

export type Locale = 'ru' | 'en';

const WORDS = {
  ru: {
    title: 'Чтение данных процессов',
    ask: 'Введите ключ API с правом payloads:read. Двенадцать часов этот браузер сможет читать зашифрованные данные в интерфейсе Temporal.',
    label: 'Ключ',
    open: 'Открыть доступ',
    wrong: 'Этот ключ ничего не открывает.',
    isOpen: 'Этот браузер читает зашифрованные данные',
    until: 'Доступ открыт по ключу {prefix}…',
    back: 'К интерфейсу Temporal',
    end: 'Закрыть доступ',
  },
  en: {
    title: 'Reading what workflows carry',
    ask: 'Type an API key of the scope payloads:read. For twelve hours this browser can read encrypted payloads in the Temporal Web UI.',
    label: 'Key',
    open: 'Open',
    wrong: 'This key opens nothing.',
    isOpen: 'This browser reads encrypted payloads',
    until: 'Opened with the key {prefix}…',
    back: 'To the Temporal Web UI',
    end: 'Close again',
  },
} as const;

/** Asks for a key. */
export function loginPage(locale: Locale, { isWrong }: { isWrong: boolean }): string {
  const words = WORDS[locale];
  const wrong = isWrong ? html`<p class="soft" role="alert">${words.wrong}</p>` : undefined;
  const body = html`<form class="sheet" method="post" action="/login">
    <h1>${words.title}</h1>
    <p class="soft">${words.ask}</p>
    ${wrong}
    <label for="key">${words.label}</label>
    <input id="key" name="key" type="password" autocomplete="off" required maxlength="200" />
    <button class="button" type="submit">${words.open}</button>
  </form>`;
  return page({ title: words.title, locale, body, kind: 'card' });
}

/** Says that the browser is let in, and by which key. */
export function openPage(
  locale: Locale,
  { prefix, uiUrl }: { readonly prefix: string; readonly uiUrl: string | undefined },
): string {
  const words = WORDS[locale];
  const back = uiUrl ? html`<a class="button" href="${uiUrl}">${words.back}</a>` : undefined;
  const body = html`<form class="sheet" method="post" action="/logout">
    <h1>${words.isOpen}</h1>
    <p class="soft">${words.until.replace('{prefix}', prefix)}</p>
    ${back}
    <button type="submit">${words.end}</button>
  </form>`;
  return page({ title: words.title, locale, body, kind: 'card' });
}
