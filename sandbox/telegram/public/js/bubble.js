import { cloud } from './cloud.js';
import { clockTime, el, groupedNumber, icon, star } from './dom.js';
import { formattedNodes } from './entities.js';
import { inlineKeyboard } from './keyboards.js';
import { albumNode, documentNode, photoNode, voiceNode } from './media.js';

/** One message, or one album, as a row of the chat. `stored` is a list so that albums share a bubble. */
export function messageRow(group, place, actions) {
  const stored = group[0];
  const { message } = stored;
  const service = serviceText(message);
  if (service !== undefined) {
    return el('div', { class: 'service', ...rowMarks(message, 'service') }, service);
  }
  const side = message.from?.id === cloud.botId ? 'in' : 'out';
  const keyboard = inlineKeyboard(stored, actions);
  return el(
    'div',
    {
      class: `row ${side} ${place.isLast ? 'is-last' : ''} ${place.isNew ? 'is-new' : ''}`,
      ...rowMarks(message, side),
    },
    el(
      'div',
      { class: `message ${keyboard === null ? '' : 'has-keyboard'}` },
      bubble(group, side, actions),
      keyboard,
    ),
  );
}

function rowMarks(message, side) {
  return { 'data-testid': 'message', 'data-message-id': message.message_id, 'data-side': side };
}

function bubble(group, side, actions) {
  const { message } = group[0];
  const hasPhoto = message.photo !== undefined;
  const withCaption = group.find((it) => it.message.caption !== undefined)?.message ?? message;
  const text = withCaption.text ?? withCaption.caption;
  const classes = [
    'bubble',
    hasPhoto && 'has-photo',
    hasPhoto && text === undefined && 'is-bare-photo',
  ];
  return el(
    'div',
    { class: classes.filter(Boolean).join(' ') },
    quote(message),
    attachments(group),
    invoiceNode(group[0]),
    textNode(withCaption, actions),
    meta(message, side),
  );
}

function textNode(message, actions) {
  const text = message.text ?? message.caption;
  if (text === undefined) return null;
  const nodes = formattedNodes(text, message.entities ?? message.caption_entities, actions);
  return el('span', { class: 'text', 'data-testid': 'message-text', dir: 'auto' }, nodes);
}

function quote(message) {
  const replied = message.reply_to_message;
  if (replied === undefined) return null;
  const preview = replied.text ?? replied.caption ?? replied.invoice?.title ?? 'Message';
  return el('span', { class: 'quote' }, el('b', {}, replied.from.first_name), preview.slice(0, 90));
}

function attachments(group) {
  if (group.length > 1 && group[0].message.photo) return albumNode(group.map((it) => it.message));
  return group.map(({ message }) => {
    if (message.photo) return photoNode(message.photo);
    if (message.voice) return voiceNode(message.voice);
    if (message.document) return documentNode(message.document);
    if (message.contact) return contactNode(message.contact);
    return null;
  });
}

function contactNode(contact) {
  return el(
    'span',
    { class: 'text' },
    el('b', {}, contact.first_name),
    el('br'),
    `+${contact.phone_number.replace(/^\+/, '')}`,
  );
}

function invoiceNode({ message, invoice, receiptChargeId }) {
  if (message.invoice === undefined) return null;
  const { title, description, total_amount } = message.invoice;
  const picture =
    invoice?.photoUrl === undefined ? star() : el('img', { src: invoice.photoUrl, alt: title });
  return el(
    'div',
    {
      class: 'invoice',
      'data-testid': 'invoice',
      'data-paid': String(receiptChargeId !== undefined),
    },
    el('div', { class: 'invoice-picture' }, picture),
    el('h3', {}, title),
    el('p', {}, description),
    el(
      'p',
      { class: 'invoice-kind' },
      receiptChargeId === undefined ? 'INVOICE · ' : 'PAID · ',
      star(),
      ` ${groupedNumber(total_amount)}`,
    ),
  );
}

function meta(message, side) {
  return el(
    'span',
    { class: 'meta' },
    message.edit_date === undefined ? null : el('span', { 'data-testid': 'edited' }, 'edited'),
    el('time', {}, clockTime(message.date)),
    side === 'out' ? icon('checks') : null,
  );
}

function serviceText(message) {
  const paid = message.successful_payment;
  if (paid !== undefined) {
    const kind = paid.is_recurring
      ? paid.is_first_recurring
        ? 'subscribed for'
        : 'renewed for'
      : 'paid';
    return ['You ', kind, ' ', star(), el('b', {}, ` ${groupedNumber(paid.total_amount)}`)];
  }
  const refunded = message.refunded_payment;
  if (refunded === undefined) return undefined;
  return ['You got back ', star(), el('b', {}, ` ${groupedNumber(refunded.total_amount)}`)];
}
