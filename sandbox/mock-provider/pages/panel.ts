import { pretty, textOf } from '../amount';
import type { Fault, MockMethod, MockNotification, MockOrder, MockPayment, Outage } from '../model';
import { METHOD_HEADS, methodRows } from './panel-methods';
import { scriptForm } from './panel-script';
import { html } from './html';
import type { Html } from './html';
import { LOGO, page } from './layout';

export interface PanelPage {
  readonly now: string;
  readonly offsetMs: number;
  readonly orders: readonly MockOrder[];
  readonly payments: readonly MockPayment[];
  readonly notifications: readonly MockNotification[];
  readonly methods: readonly MockMethod[];
  readonly faults: readonly Fault[];
  readonly outages: readonly Outage[];
  readonly payUrl: (order: MockOrder) => string;
  readonly revision: number;
  readonly nonce: string;
  readonly problem: string | undefined;
}

/** The puppeteer's desk: what the bank knows, and every way to make life hard for the shop. */
export function panelPage(view: PanelPage): string {
  const body = html`<div class="desk" data-testid="panel">
    ${header(view)} ${view.problem ? html`<p class="note bad">${view.problem}</p>` : undefined}
    <div class="cols">
      <div>
        ${scriptForm(view)}${orders(view)}${payments(view)}${table('Saved cards', METHOD_HEADS, methodRows(view.methods))}
      </div>
      <div>${outage(view)}${notifications(view)}</div>
    </div>
  </div>`;
  const source = watchSource(view.revision);
  return page({
    title: 'Mock Bank · panel',
    locale: 'en',
    body,
    script: { nonce: view.nonce, source },
  });
}

/** Looks for news every two seconds and reloads, unless someone is filling in a form. */
function watchSource(revision: number): string {
  return `let busy=false;addEventListener('input',()=>{busy=true});setInterval(async()=>{try{
const r=await(await fetch('/panel/revision')).json();if(!busy&&r.revision!==${revision})location.reload()}catch{}},2000)`;
}

function header({ now, offsetMs }: PanelPage): Html {
  const hours = textOf(Math.round(offsetMs / 36_000), 'RUB');
  const ahead = offsetMs === 0 ? 'real time' : `${hours} h from real time`;
  return html`<header>
    <div class="brand" style="font-size:20px">
      ${LOGO}<span>Mock Bank <span class="soft">· panel of faults</span></span>
    </div>
    <form method="post" action="/panel/clock" class="rowline">
      <span class="pill ${offsetMs === 0 ? 'off' : 'warn'}" data-testid="clock"
        >${now.slice(0, 16).replace('T', ' ')} UTC · ${ahead}</span
      >
      ${clockButton('+1 h', '3600000')}${clockButton('+25 h', '90000000')}${clockButton('+100 h', '360000000')}
      <button class="tiny" name="reset" value="yes" data-testid="clock-reset">Real time</button>
    </form>
  </header>`;
}

function clockButton(label: string, advanceMs: string): Html {
  return html`<button
    class="tiny"
    name="advanceMs"
    value="${advanceMs}"
    data-testid="clock-${advanceMs}"
  >
    ${label}
  </button>`;
}

function orders(view: PanelPage): Html {
  const rows = view.orders.slice(0, 30).map(
    (order) =>
      html`<tr>
        <td class="mono">№ ${order.invoiceNo}</td>
        <td>${order.description}</td>
        <td class="num">${pretty(order.outSum, order.currency, order.locale)}</td>
        <td>${orderPill(view, order)}</td>
        <td>
          <form method="post" action="/panel/pay" class="rowline">
            <input type="hidden" name="invoiceNo" value="${order.invoiceNo}" />
            <a class="button tiny" href="${view.payUrl(order)}">Page</a>
            <button class="tiny" data-testid="panel-pay-${order.invoiceNo}">
              ${isPaid(view, order) ? 'Pay again' : 'Pay'}
            </button>
          </form>
        </td>
      </tr>`,
  );
  return table('Orders', ['No', 'For', 'Sum', 'State', ''], rows);
}

function payments(view: PanelPage): Html {
  const rows = view.payments.slice(0, 30).map(
    (payment) =>
      html`<tr>
        <td class="mono" title="${payment.id}">${payment.id.slice(0, 11)}…</td>
        <td class="mono">№ ${payment.invoiceNo}</td>
        <td class="num">${pretty(payment.outSum, payment.currency, 'en')}</td>
        <td><span class="pill ${PAYMENT_TONES[payment.state] ?? ''}">${payment.state}</span></td>
        <td>
          <form method="post" action="/panel/payments/${payment.id}" class="rowline">
            ${payment.state === 'pending' ? paymentButton('settle', 'Settle') : undefined}${paymentButton('notify', 'Notify')}${paymentButton('storm', '50 at once')}${paymentButton('refunded', 'Refund')}${disputeButtons(payment)}
          </form>
        </td>
      </tr>`,
  );
  return table('Payments', ['Id', 'Order', 'Sum', 'State', 'Tell the shop'], rows);
}

const PAYMENT_TONES: Readonly<Record<string, string>> = {
  paid: 'good',
  failed: 'bad',
  disputed: 'bad',
  refunded: 'off',
  partially_refunded: 'warn',
};

/** A dispute is opened once, and then decided. */
function disputeButtons({ dispute }: PanelPage['payments'][number]): Html {
  if (!dispute) return paymentButton('opened', 'Dispute');
  if (dispute.stage !== 'opened') return html`<span class="pill off">${dispute.stage}</span>`;
  return html`${paymentButton('won', 'Shop wins')}${paymentButton('lost', 'Shop loses')}`;
}

function paymentButton(action: string, label: string): Html {
  return html`<button class="tiny" name="action" value="${action}" data-testid="payment-${action}">
    ${label}
  </button>`;
}

function isPaid({ payments: all }: PanelPage, order: MockOrder): boolean {
  return all.some(({ orderNo, state }) => orderNo === order.invoiceNo && state === 'paid');
}

function orderPill(view: PanelPage, order: MockOrder): Html {
  if (isPaid(view, order)) return html`<span class="pill good">paid</span>`;
  if (order.cancelled) return html`<span class="pill off">cancelled</span>`;
  const isExpired = order.expiresAt !== undefined && order.expiresAt <= view.now;
  return isExpired
    ? html`<span class="pill warn">expired</span>`
    : html`<span class="pill">waiting</span>`;
}

function outage({ outages }: PanelPage): Html {
  const live = outages.map(
    ({ scope, answer, afterEffect }) =>
      html`<span class="pill bad"
        >${scope}: ${answer}${afterEffect ? ' after the effect' : ''}</span
      >`,
  );
  return html`<section class="panel">
    <h2>The bank’s API</h2>
    <p class="soft small">The shop asks it for the truth about every payment.</p>
    <div class="rowline" data-testid="outages">
      ${live.length > 0 ? live : html`<span class="pill good">healthy</span>`}
    </div>
    <form method="post" action="/panel/outage" class="stack">
      <div class="grid">
        <label
          >What is ill<select name="scope">
            <option value="all">everything</option>
            <option value="create">creating orders</option>
            <option value="status">status</option>
            <option value="refund">refunds</option>
            <option value="method">saved cards</option>
          </select></label
        >
        <label
          >How<select name="answer">
            <option value="error">answers 503</option>
            <option value="hang">never answers</option>
          </select></label
        >
        <label>Seconds<input name="forSec" type="number" min="1" value="60" /></label>
      </div>
      <label class="check"
        ><input type="checkbox" name="afterEffect" /> Do the work, lose only the answer</label
      >
      <div class="rowline">
        <button data-testid="outage-start">Break it</button
        ><button name="end" value="yes" data-testid="outage-end">Heal</button>
      </div>
    </form>
  </section>`;
}

function notifications(view: PanelPage): Html {
  const rows = view.notifications.slice(0, 40).map(
    ({ paymentId, state, status, attempts, last }) =>
      html`<tr>
        <td class="mono">${paymentId.slice(0, 9)}…<br /><span class="soft">${state}</span></td>
        <td><span class="pill ${NOTICE_TONES[status]}">${status}</span></td>
        <td class="num">${attempts}</td>
        <td class="mono">
          ${last ? `${last.status || 'no answer'} ${last.body.slice(0, 40)}` : '–'}
        </td>
      </tr>`,
  );
  return table('Notifications', ['Payment', '', 'Tries', 'The shop said'], rows);
}

const NOTICE_TONES: Readonly<Record<MockNotification['status'], string>> = {
  waiting: 'warn',
  delivered: 'good',
  dropped: 'off',
  given_up: 'bad',
};

function table(title: string, heads: readonly string[], rows: readonly Html[]): Html {
  const content =
    rows.length === 0
      ? html`<p class="empty">Nothing yet.</p>`
      : html`<div class="scroll">
          <table>
            <thead>
              <tr>
                ${heads.map((head) => html`<th>${head}</th>`)}
              </tr>
            </thead>
            <tbody>
              ${rows}
            </tbody>
          </table>
        </div>`;
  return html`<section class="panel" data-testid="panel-${title.toLowerCase()}">
    <h2>${title}</h2>
    ${content}
  </section>`;
}
