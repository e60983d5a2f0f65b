import { act, cloud } from './cloud.js';
import { el, groupedNumber, icon, withStars } from './dom.js';
import { showAlert, toast } from './dialogs.js';

/** Presses waiting for their answer, by press id: how to stop the button's spinner. */
const waiting = new Map();

/** The inline keyboard under a message, or null. An unpaid invoice always has a button to pay. */
export function inlineKeyboard(stored, actions) {
  const rows = keyboardRows(stored);
  if (rows.length === 0) return null;
  const nodes = rows.map((row) =>
    el(
      'div',
      { class: 'inline-row' },
      row.map((button) => inlineButton(stored, button, actions)),
    ),
  );
  return el('div', { class: 'inline-keyboard', 'data-testid': 'inline-keyboard' }, nodes);
}

function keyboardRows({ message, receiptChargeId }) {
  const rows = message.reply_markup?.inline_keyboard ?? [];
  if (message.invoice === undefined) return rows;
  const amount = groupedNumber(message.invoice.total_amount);
  const pay = { text: receiptChargeId ? 'Receipt' : `Pay ⭐ ${amount}`, pay: true };
  if (rows.length === 0) return [[pay]];
  if (!receiptChargeId) return rows;
  return rows.map((row) => row.map((it) => (it.pay ? { ...it, text: 'Receipt' } : it)));
}

function inlineButton(stored, button, actions) {
  const corner = cornerIcon(button);
  const node = el(
    'button',
    {
      class: `inline-button ${button.style ? `style-${button.style}` : ''}`,
      'data-testid': 'inline-button',
      'data-callback': button.callback_data,
      'data-url': button.url ?? button.web_app?.url,
      onclick: () => activate(stored, button, { node, actions }),
    },
    withStars(button.text),
    corner === undefined ? null : cornerNode(corner),
  );
  return node;
}

function cornerNode(name) {
  const node = icon(name);
  node.classList.add('corner');
  return node;
}

function cornerIcon(button) {
  if (button.url) return 'link';
  if (button.web_app) return 'window';
  return button.pay ? 'card' : undefined;
}

function activate(stored, button, { node, actions }) {
  if (button.callback_data !== undefined) return void pressCallback(stored, button, node);
  if (button.pay) {
    if (stored.receiptChargeId) return showAlert('Receipt', `Charge ${stored.receiptChargeId}`);
    return actions.pay({ messageId: stored.message.message_id });
  }
  const url = button.url ?? button.web_app?.url;
  if (url !== undefined) {
    if (!actions.open(url)) window.open(url, '_blank', 'noopener,noreferrer');
  } else if (button.copy_text) {
    void navigator.clipboard?.writeText(button.copy_text.text);
    toast('Copied to clipboard');
  }
}

async function pressCallback(stored, button, node) {
  if (node.querySelector('.spinner') === null) {
    node.append(el('span', { class: 'spinner', 'data-testid': 'button-spinner' }));
  }
  const stop = () => node.querySelector('.spinner')?.remove();
  try {
    const messageId = stored.message.message_id;
    const { pressId } = await act('/press', { messageId, data: button.callback_data });
    const early = answered.get(pressId);
    if (early !== undefined) return stop();
    waiting.set(pressId, stop);
    setTimeout(() => finish(pressId), cloud.callbackSeconds * 1000);
  } catch (error) {
    stop();
    toast(error.message);
  }
}

/** Answers that came before the press call itself returned. */
const answered = new Map();

function finish(pressId) {
  waiting.get(pressId)?.();
  waiting.delete(pressId);
}

/** The bot's answer to a press: a toast, an alert, a link, or just the end of the spinner. */
export function showAnswer(answer, actions) {
  answered.set(answer.pressId, answer);
  finish(answer.pressId);
  if (answer.personId !== cloud.personId) return;
  if (answer.url !== undefined && !actions.open(answer.url)) {
    window.open(answer.url, '_blank', 'noopener,noreferrer');
  }
  if (answer.text === undefined) return;
  if (answer.isAlert) showAlert(actions.botName(), answer.text);
  else toast(answer.text);
}

/** The reply keyboard of the chat as rows of buttons, or null. */
export function replyKeyboard(keyboard, actions) {
  if (keyboard?.kind !== 'keyboard') return null;
  const rows = keyboard.keyboard.map((row) =>
    el(
      'div',
      { class: 'reply-row' },
      row.map((button) =>
        el(
          'button',
          {
            class: 'reply-button',
            'data-testid': 'reply-button',
            onclick: () => (button.request_contact ? actions.contact() : actions.send(button.text)),
          },
          button.text,
        ),
      ),
    ),
  );
  return el('div', { class: 'reply-keyboard', 'data-testid': 'reply-keyboard' }, rows);
}
