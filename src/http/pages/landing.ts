import { decimalText } from '../../domain/money';
import type { Money } from '../../domain/money';
import type { InvoiceView } from '../../reads/billing';
import type { PayView } from '../pay';
import { html, trusted } from './markup';
import type { Markup } from './markup';
import { page } from './page';

export interface LandingPage {
  /** Through which address the visitor came; it decides about a phrase, never about the state. */
  readonly door: 'success' | 'fail';
  readonly view: PayView;
  readonly invoice: InvoiceView | undefined;
  readonly locale: 'ru' | 'en';
  readonly chatUrl: string | undefined;
}

/** What a payer sees on returning: the state the server knows, and the way back to the chat. */
export function landingPage({ door, view, invoice, locale, chatUrl }: LandingPage): string {
  const words = WORDS[locale];
  const { title, hint } = words[view === 'checking' && door === 'fail' ? 'notYet' : view];
  const back = html`<a class="button" href="${chatUrl}" data-testid="back-to-chat"
    >${words.back}</a
  >`;
  const body = html`<section
      class="sheet"
      data-testid="landing"
      data-view="${view}"
      ${invoice ? html`data-invoice="${invoice.invoiceId}"` : undefined}
    >
      ${BADGES[view]}
      <h1 data-testid="landing-title">${title}</h1>
      <p class="soft">${hint}</p>
      ${invoice ? facts(invoice, locale) : undefined}${chatUrl === undefined ? undefined : back}
    </section>
    <p class="foot">
      <a href="/legal/terms?lang=${locale}">${words.terms}</a> ·
      <a href="/legal/privacy?lang=${locale}">${words.privacy}</a>
    </p>`;
  return page({ title, locale, body, kind: 'card', isLive: view === 'checking' });
}

function facts(invoice: InvoiceView, locale: 'ru' | 'en'): Markup {
  const words = WORDS[locale];
  return html`<p class="sum" data-testid="landing-sum">${amountText(invoice.amount, locale)}</p>
    <dl>
      <div>
        <dt>${words.order}</dt>
        <dd>№ ${invoice.no}</dd>
      </div>
      <div>
        <dt>${words.item}</dt>
        <dd>${invoice.planName[locale]}</dd>
      </div>
    </dl>`;
}

const SIGNS: Readonly<Record<string, string>> = { RUB: '₽', USD: '$', EUR: '€', XTR: '★' };

function amountText(amount: Money, locale: 'ru' | 'en'): string {
  const [whole = '', fraction] = decimalText(amount).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, locale === 'ru' ? '\u00a0' : ',');
  const places = fraction === undefined ? '' : `${locale === 'ru' ? ',' : '.'}${fraction}`;
  return `${grouped}${places}\u00a0${SIGNS[amount.currency] ?? amount.currency}`;
}

interface Phrase {
  readonly title: string;
  readonly hint: string;
}

type Phrases = Readonly<Record<PayView | 'notYet', Phrase>> &
  Readonly<Record<'back' | 'order' | 'item' | 'terms' | 'privacy', string>>;

const WORDS: Readonly<Record<'ru' | 'en', Phrases>> = {
  ru: {
    checking: {
      title: 'Проверяем оплату',
      hint: 'Ничего делать не нужно. Страница обновится сама, а сообщение придёт в чат.',
    },
    notYet: {
      title: 'Оплата пока не пришла',
      hint: 'Если деньги списаны, мы увидим это сами. Если нет — счёт можно оплатить ещё раз из чата.',
    },
    paid: { title: 'Оплата получена', hint: 'Подробности — в чате. Эту страницу можно закрыть.' },
    closed: {
      title: 'Счёт закрыт',
      hint: 'Если вы оплатили его, деньги не потеряны: мы всё проверим и напишем в чат.',
    },
    refunded: {
      title: 'Деньги возвращены',
      hint: 'Банк зачислит их по своим срокам. Подробности — в чате.',
    },
    unknown: { title: 'Проверяем оплату', hint: 'Результат придёт сообщением в чат.' },
    back: 'Вернуться в чат',
    order: 'Счёт',
    item: 'За что',
    terms: 'Условия',
    privacy: 'Данные',
  },
  en: {
    checking: {
      title: 'We are checking your payment',
      hint: 'No action is needed. This page updates by itself, and a message will come to the chat.',
    },
    notYet: {
      title: 'No payment has arrived yet',
      hint: 'If money has left your account, we will see it. If not, you can pay again from the chat.',
    },
    paid: { title: 'Payment received', hint: 'Details are in the chat. You can close this page.' },
    closed: {
      title: 'The order is closed',
      hint: 'If you have paid it, your money is safe: we will check and write to you in the chat.',
    },
    refunded: {
      title: 'Your money was returned',
      hint: 'Your bank books it in its own time. Details are in the chat.',
    },
    unknown: {
      title: 'We are checking your payment',
      hint: 'The result will come as a message in the chat.',
    },
    back: 'Back to the chat',
    order: 'Order',
    item: 'For',
    terms: 'Terms',
    privacy: 'Privacy',
  },
};

const CLOCK = badge(
  '',
  '<circle cx="12" cy="12" r="9" opacity=".25"/><path class="turn" d="M12 3a9 9 0 0 1 9 9"/>',
);

const BADGES: Readonly<Record<PayView, Markup>> = {
  checking: CLOCK,
  unknown: CLOCK,
  paid: badge('good', '<path d="m5 12.5 4.5 4.5L19 7.5"/>'),
  refunded: badge('', '<path d="M9 14 4.5 9.5 9 5"/><path d="M4.5 9.5H15a5 5 0 0 1 0 10h-3"/>'),
  closed: badge('bad', '<path d="M12 7v6m0 4h.01"/>'),
};

function badge(tone: string, paths: string): Markup {
  return html`<span class="badge ${tone}"
    ><svg
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="2.2"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      ${trusted(paths)}
    </svg></span
  >`;
}
