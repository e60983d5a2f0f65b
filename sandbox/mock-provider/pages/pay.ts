import { less, more, pretty } from '../amount';
import type { MockOrder } from '../model';
import { hiddenInputs, html } from './html';
import type { Html } from './html';
import { LOGO, page } from './layout';
import { instantText, wordsOf } from './words';
import type { Words } from './words';

export interface PayPage {
  readonly order: MockOrder;
  /** The signed fields, posted back with the choice. */
  readonly fields: Readonly<Record<string, string>>;
  readonly isExpired: boolean;
  readonly isPaid: boolean;
}

/** Where the payer decides. */
export function payPage(view: PayPage): string {
  const { order } = view;
  const words = wordsOf(order.locale);
  const body = html`<main class="center" data-testid="pay-page">
    <div class="sheet">
      ${summary(order, words)}
      <section class="act">${view.isPaid ? paidAlready(words) : choices(view, words)}</section>
    </div>
    <p class="foot">
      <span>${words.sandbox}</span><a href="/panel" data-testid="panel-link">${words.panel}</a>
    </p>
  </main>`;
  const sum = pretty(order.outSum, order.currency, order.locale);
  return page({ title: `${words.bank} · ${sum}`, locale: order.locale, body });
}

/** A page instead of a pay page, for links that are forged or lead nowhere. */
export function refusalPage(kind: 'bad' | 'unknown', locale: 'ru' | 'en'): string {
  const words = wordsOf(locale);
  const [title, hint] =
    kind === 'bad' ? [words.badTitle, words.badHint] : [words.unknownTitle, words.unknownHint];
  const body = html`<main class="center">
    <div class="sheet one">
      <section class="result" data-testid="refusal">
        <span class="badge bad">!</span>
        <h1>${title}</h1>
        <p class="soft">${hint}</p>
      </section>
    </div>
  </main>`;
  return page({ title, locale, body });
}

function summary(order: MockOrder, words: Words): Html {
  const { locale, expiresAt } = order;
  return html`<section class="summary">
    <div class="brand">${LOGO}<span>${words.bank}</span></div>
    <div>
      <p class="faint">${words.toPay}</p>
      <p class="sum" data-testid="pay-sum">${pretty(order.outSum, order.currency, locale)}</p>
    </div>
    <p data-testid="pay-description">${order.description}</p>
    <dl class="facts">
      <div>
        <dt>${words.order}</dt>
        <dd>№ ${order.invoiceNo}</dd>
      </div>
      <div>
        <dt>${words.until}</dt>
        <dd data-testid="pay-until">
          ${expiresAt ? instantText(expiresAt, locale) : words.noLimit}
        </dd>
      </div>
    </dl>
  </section>`;
}

function paidAlready(words: Words): Html {
  return html`<div class="result" data-testid="already-paid">
    <span class="badge good">✓</span>
    <h1>${words.alreadyPaid}</h1>
    <p class="soft">${words.alreadyPaidHint}</p>
  </div>`;
}

function choices({ order, fields, isExpired }: PayPage, words: Words): Html {
  const isClosed = isExpired || order.cancelled;
  const money = (text: string) => pretty(text, order.currency, order.locale);
  const closed = html`<p class="note" data-testid="order-closed">
    ${isExpired ? words.expired : words.cancelled}
  </p>`;
  return html`<div class="plastic" aria-hidden="true">
      <div class="row"><span class="chip"></span><span>${words.method}</span></div>
      <div class="pan">2200 0000 0000 4242</div>
      <div class="row"><span>${words.holder}</span><span>12/39</span></div>
    </div>
    <form method="post" action="/mock-payment" class="act" style="padding:0">
      ${hiddenInputs(fields)} ${isClosed ? closed : directChoices(money(order.outSum), words)}
      ${order.offersSaving && !isClosed ? saving(words) : undefined}
      <details ${isClosed ? html`open` : undefined} data-testid="odd-ways">
        <summary>${words.odd}</summary>
        <div class="odd">
          <p class="soft small">${words.oddHint}</p>
          ${isClosed ? undefined : oddSums(order, words)}
          ${choice('late', words.late, isClosed ? words.lateNow : words.lateHint)}
        </div>
      </details>
    </form>`;
}

function directChoices(sum: string, words: Words): Html {
  return html`<div class="stack">
    <button class="main" name="action" value="pay" data-testid="pay">${words.pay} ${sum}</button>
    <button class="quiet" name="action" value="decline" data-testid="decline">
      ${words.decline}
    </button>
  </div>`;
}

/** Ticked, because the payer said so to the shop a moment ago; the bank asks once more. */
function saving(words: Words): Html {
  return html`<label class="check">
    <input type="checkbox" name="save" checked data-testid="pay-save" />
    <span>${words.save}<br /><span class="soft small">${words.saveHint}</span></span>
  </label>`;
}

function oddSums({ outSum, currency, locale }: MockOrder, words: Words): Html[] {
  const money = (text: string) => pretty(text, currency, locale);
  return [
    choice('less', `${words.less} · ${money(less(outSum, currency))}`, words.lessHint),
    choice('more', `${words.more} · ${money(more(outSum, currency))}`, words.moreHint),
  ];
}

function choice(action: string, label: string, hint: string): Html {
  return html`<button name="action" value="${action}" data-testid="pay-${action}">
    <span>${label}</span><span>${hint}</span>
  </button>`;
}
