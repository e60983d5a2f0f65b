import { pretty } from '../amount';
import type { MockNotification, MockOrder, MockPayment } from '../model';
import { html } from './html';
import type { Html } from './html';
import { page } from './layout';
import { wordsOf } from './words';
import type { Words } from './words';

/** What the shop itself says about the order; `checking` also when it says nothing. */
export type ShopView = 'checking' | 'paid' | 'closed';

export interface ResultPage {
  readonly payment: MockPayment;
  readonly order: MockOrder | undefined;
  readonly notification: MockNotification | undefined;
  readonly shopView: ShopView;
  /** Where the shop's own page is, when known. */
  readonly returnUrl: string | undefined;
  readonly retryUrl: string | undefined;
}

/** After the choice: what the bank knows for sure, and for the rest only the shop's own word. */
export function resultPage(view: ResultPage): string {
  const { payment, order, returnUrl } = view;
  const locale = order?.locale ?? 'en';
  const words = wordsOf(locale);
  const isDeclined = payment.state === 'failed';
  const body = html`<main class="center">
    <div class="sheet one">
      <section class="result" data-testid="pay-result" data-shop="${view.shopView}">
        ${headline(view, words)}
        <p class="sum" style="font-size:30px">
          ${pretty(payment.outSum, payment.currency, locale)}
        </p>
        <ul class="steps">
          ${steps(view, words)}
        </ul>
        <div class="stack" style="width:100%">
          ${returnUrl && html`<a class="button main" href="${returnUrl}" data-testid="return-to-shop">${words.back}</a>`}
          ${isDeclined && view.retryUrl ? html`<a class="button quiet" href="${view.retryUrl}" data-testid="try-again">${words.again}</a>` : undefined}
        </div>
      </section>
    </div>
    <p class="foot"><span>${words.sandbox}</span><a href="/panel">${words.panel}</a></p>
  </main>`;
  const isSettled = isDeclined || view.shopView === 'paid';
  return page({ title: words.bank, locale, body, ...(isSettled ? {} : { refreshSec: 2 }) });
}

function headline({ payment, shopView }: ResultPage, words: Words): Html {
  if (payment.state === 'failed')
    return html`<span class="badge bad">✕</span>
      <h1 data-testid="result-title">${words.declined}</h1>
      <p class="soft">${words.declinedHint}</p>`;
  if (shopView === 'paid')
    return html`<span class="badge good">✓</span>
      <h1 data-testid="result-title">${words.shopPaid}</h1>
      <p class="soft">${words.shopPaidHint}</p>`;
  const title = shopView === 'closed' ? words.shopClosed : words.checking;
  return html`<span class="badge"><span class="spin"></span></span>
    <h1 data-testid="result-title">${title}</h1>
    <p class="soft">${words.checkingHint}</p>`;
}

function steps({ payment, notification, shopView }: ResultPage, words: Words): Html[] {
  const isFailed = payment.state === 'failed';
  const shop = { checking: words.checking, paid: words.shopPaid, closed: words.shopClosed };
  return [
    step(words.stepBank, {
      text: isFailed ? words.stepBankFailed : words.stepBankPaid,
      tone: isFailed ? 'bad' : 'good',
    }),
    step(words.stepNotice, noticeText(notification, words)),
    step(words.stepShop, { text: shop[shopView], tone: shopView === 'paid' ? 'good' : '' }),
  ];
}

interface Step {
  readonly text: string;
  readonly tone: string;
}

function step(name: string, { text, tone }: Step): Html {
  return html`<li><span class="soft">${name}</span><span class="pill ${tone}">${text}</span></li>`;
}

function noticeText(notification: MockNotification | undefined, words: Words): Step {
  switch (notification?.status) {
    case 'delivered':
      return { text: words.noticeDelivered, tone: 'good' };
    case 'dropped':
      return { text: words.noticeDropped, tone: 'warn' };
    case 'given_up':
      return { text: words.noticeGivenUp, tone: 'bad' };
    case 'waiting':
    case undefined:
      return { text: `${words.noticeWaiting} ${(notification?.attempts ?? 0) + 1}`, tone: 'warn' };
  }
}
