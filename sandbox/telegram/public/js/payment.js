import { act, call, cloud, person } from './cloud.js';
import { avatar, el, groupedNumber, icon, star } from './dom.js';
import { openDialog, toast } from './dialogs.js';

/** Opens the Stars sheet for an invoice message or a link: confirm, wait for the bot, see how it went. */
export async function openPaymentSheet(choice) {
  const query = new URLSearchParams({ personId: cloud.personId, ...choice });
  if (choice.link === undefined) query.set('botId', cloud.botId);
  try {
    const invoice = await call('GET', `/invoice?${query}`);
    showSheet(invoice, choice);
  } catch (error) {
    toast(error.message);
  }
}

function showSheet(invoice, choice) {
  const content = el('div', {
    class: 'dialog payment',
    'data-testid': 'payment-sheet',
    'aria-label': 'Payment',
  });
  let isPaying = false;
  const onClose = () => {
    if (!isPaying) void act('/pay', { ...choice, isCancelled: true });
  };
  const close = openDialog(content, { isSheet: true, onClose });
  const pay = async () => {
    isPaying = true;
    showWaiting(content);
    const outcome = await act('/pay', choice).catch((error) => ({ reason: error.message }));
    showOutcome(content, { outcome, invoice, close });
  };
  drawQuestion(content, { invoice, close, pay });
}

function drawQuestion(content, { invoice, close, pay }) {
  const { terms, bot } = invoice;
  const isMonthly = terms.subscriptionPeriodSeconds !== undefined;
  const amount = groupedNumber(terms.amountStars);
  const button = el(
    'button',
    { class: 'primary-button', 'data-testid': 'pay-confirm', 'data-autofocus': true, onclick: pay },
    isMonthly ? 'Subscribe for ' : 'Confirm and Pay ',
    star(),
    ` ${amount}${isMonthly ? ' / month' : ''}`,
  );
  content.replaceChildren(
    top(close),
    el('div', { class: 'payment-art' }, star()),
    el('h2', {}, isMonthly ? 'Subscribe' : 'Confirm Your Purchase'),
    el(
      'p',
      {},
      'Do you want to buy ',
      el('b', {}, terms.title),
      ' in ',
      el('b', {}, bot.firstName),
      ' for ',
      el('b', {}, `${amount} Stars`),
      isMonthly ? ' every month?' : '?',
    ),
    button,
  );
  button.focus();
}

function top(close) {
  return el(
    'div',
    { class: 'payment-top' },
    el(
      'button',
      { class: 'icon-button', 'aria-label': 'Close', onclick: () => close() },
      icon('close'),
    ),
    el(
      'span',
      { class: 'payment-balance' },
      'Balance',
      el('b', {}, star(), ` ${groupedNumber(person()?.starBalance ?? 0)}`),
    ),
  );
}

function showWaiting(content) {
  const button = content.querySelector('[data-testid="pay-confirm"]');
  button.disabled = true;
  button.replaceChildren(el('span', { class: 'spinner' }), 'Waiting for the bot…');
}

function showOutcome(content, { outcome, invoice, close }) {
  const isPaid = outcome.status === 'paid';
  const mark = el(
    'div',
    { class: `payment-mark ${isPaid ? '' : 'is-failure'}` },
    icon(isPaid ? 'check' : 'alert'),
  );
  content.replaceChildren(
    top(close),
    el('div', { class: 'payment-art' }, mark),
    el('h2', { 'data-testid': 'payment-result', 'data-status': outcome.status ?? 'failed' }, [
      isPaid ? 'Payment complete' : 'Payment failed',
    ]),
    el('p', {}, isPaid ? `You bought ${invoice.terms.title}.` : outcome.reason),
    el(
      'button',
      { class: 'primary-button', 'data-testid': 'payment-done', onclick: () => close() },
      'Done',
    ),
  );
  content.querySelector('.primary-button').focus();
}

export function botAvatar(bot, size) {
  return avatar(bot.id, bot.firstName, size);
}
