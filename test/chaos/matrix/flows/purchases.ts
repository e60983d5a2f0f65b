import { payAndSettle, pay } from '../../../support/payments';
import { orderTopup, orderVersion, untilPaid, type Order } from '../../../support/shop';
import type { Stack } from '../../../support/stack';
import { orderPlan } from '../../../support/subscribers';
import { until } from '../../../support/until';
import { buttonOf, press, say, type Act, type Flow } from './act';

/** A top-up of 200 roubles through the whole chat, paid by a card on the page of the bank. */
export const byCard: Flow = async (act) => {
  const userId = act.stranger();
  await arrive(act, userId);
  const order = await orderInChat(act, userId);
  await payAndSettle(act.stack, order);
  await untilPaid(act.stack, order);
};

/** Says hello with a link or without, and agrees to the terms. */
export async function arrive(act: Act, userId: number, link = ''): Promise<void> {
  await say(act, userId, { text: `/start ${link}`.trim(), until: shows(act, userId, 'I accept') });
  await press(act, userId, { text: 'I accept', until: shows(act, userId, 'Top up') });
}

/** Presses through the menu to an order of 200 roubles. */
export async function orderInChat(act: Act, userId: number): Promise<Order> {
  const { stack } = act;
  await press(act, userId, { text: 'Top up', until: shows(act, userId, '₽200') });
  await press(act, userId, { text: '₽200', until: shows(act, userId, 'Continue to pay') });
  await press(act, userId, {
    text: 'Continue to pay',
    until: async () => (await pendingOf(stack, userId)) !== undefined,
  });
  return until('an order', () => pendingOf(stack, userId));
}

export function shows({ stack }: Act, userId: number, text: string): () => Promise<boolean> {
  return async () => buttonOf(stack, userId, text) !== undefined;
}

/** An order is paid from its card, so it is one as soon as the card is there. */
async function pendingOf(stack: Stack, userId: number): Promise<Order | undefined> {
  const [row] = await stack.sql`
    select i.id, i.no::int as no from invoices i join shown_cards c on c.invoice_id = i.id
    where i.user_id = ${userId} and i.state = 'pending' limit 1`;
  return row && { userId, no: Number(row['no']), invoiceId: String(row['id']) };
}

/** A plan of thirty days for Stars. */
export const byStars: Flow = async (act) => {
  const { stack } = act;
  const userId = await act.person();
  const order = await orderPlan(stack, userId, { provider: 'stars', currency: 'XTR' });
  const link = (await stack.reads.invoice(order.invoiceId))?.paymentUrl ?? '';
  // Somebody whose bot does not answer at once is told so by Telegram, and tries again.
  await until('the Stars are paid', async () => {
    const outcome = await stack.telegram.pay(userId, { link });
    return outcome.status === 'paid';
  });
  await untilPaid(stack, order);
};

/** A card that is refused once and taken the second time. */
export const declined: Flow = async (act) => {
  const { stack } = act;
  const order = await orderTopup(stack, await act.person(), 20_000);
  await pay(stack, order, { declineCode: 'insufficient_funds' });
  // Of an order that is paid meanwhile nobody is told that it was refused, so the second card waits for the word.
  await until('the refusal is told', async () => {
    const [row] = await stack.sql`
      select 1 from outbox_messages
      where template = 'pay.failed' and params ->> 'invoiceId' = ${order.invoiceId}`;
    return row !== undefined;
  });
  await payAndSettle(stack, order);
  await untilPaid(stack, order);
};

/** A month at 100 roubles that becomes one at 200 in its middle. */
export const upgrade: Flow = async (act) => {
  const { stack } = act;
  const userId = await act.person();
  const buy = async (slug: string, purpose: 'purchase' | 'upgrade') => {
    const tariffVersionId = await versionOf(stack, slug);
    const order = await orderVersion(stack, userId, { tariffVersionId, purpose });
    await payAndSettle(stack, order);
    await untilPaid(stack, order);
  };
  await buy('chaos-100', 'purchase');
  act.begins();
  const [row] = await stack.sql`
    select period_start as "start", period_end as "end" from subscriptions where user_id = ${userId}`;
  const [start, end] = [row?.['start'], row?.['end']] as [Date, Date];
  // Half a kopeck past the middle, so that some seconds more or less change no price.
  const kopeckMs = (end.getTime() - start.getTime()) / 10_000;
  await act.moveTo(userId, (start.getTime() + end.getTime() + kopeckMs) / 2);
  await buy('chaos-200', 'upgrade');
};

/** A plan bought for somebody who claims it. */
export const gift: Flow = async (act) => {
  const { stack } = act;
  const buyer = await act.person();
  const friend = await act.person();
  const tariffVersionId = await versionOf(stack, 'premium');
  const order = await orderVersion(stack, buyer, { tariffVersionId, purpose: 'gift' });
  await payAndSettle(stack, order);
  await untilPaid(stack, order);
  await until('the gift is claimed', async () => {
    const outcome = await stack.commands.claimGift({ giftId: order.invoiceId, userId: friend });
    return outcome.kind === 'claimed' || (await isClaimed(stack, order));
  });
};

async function isClaimed(stack: Stack, { invoiceId }: Order): Promise<boolean> {
  const [row] = await stack.sql`select state from gifts where id = ${invoiceId}`;
  return row?.['state'] === 'claimed';
}

export async function versionOf({ sql }: Pick<Stack, 'sql'>, slug: string): Promise<string> {
  const [row] = await sql`
    select v.id from tariff_versions v join tariffs t on t.id = v.tariff_id
    where t.slug = ${slug} order by v.version desc limit 1`;
  return String(row?.['id']);
}

/** Tokens in the wallet of somebody new, beside the fee of the first month. */
export async function funded({ stack, person }: Act, roubles: number): Promise<Paid> {
  const userId = await person();
  const order = await orderTopup(stack, userId, roubles * 100);
  const paymentId = await payAndSettle(stack, order);
  await untilPaid(stack, order);
  return { userId, order, paymentId };
}

interface Paid {
  readonly userId: number;
  readonly order: Order;
  readonly paymentId: string;
}
