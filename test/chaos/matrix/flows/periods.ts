import { DAY, HOUR, MINUTE, pay, untilSettled } from '../../../support/payments';
import type { Stack } from '../../../support/stack';
import { idOf, orderPlan } from '../../../support/subscribers';
import { newTrial } from '../../../support/trials';
import { until } from '../../../support/until';
import type { Act, Flow } from './act';
import { funded } from './purchases';

interface Holder {
  readonly userId: number;
  readonly endsAtMs: number;
}

/** To the end of the period and so much further, in two steps, so that reminders come before the end. */
async function overTheEnd({ moveTo }: Act, { userId, endsAtMs }: Holder, furtherMs: number) {
  await moveTo(userId, endsAtMs - HOUR);
  await moveTo(userId, endsAtMs + furtherMs);
}

async function holderOf(stack: Stack, userId: number): Promise<Holder> {
  const [row] = await stack.sql`
    select period_end as "end" from subscriptions where user_id = ${userId}`;
  return { userId, endsAtMs: (row?.['end'] as Date).getTime() };
}

async function untilState(stack: Stack, userId: number, wished: { state: string; n: number }) {
  await until(`the subscription is ${wished.state} in period ${wished.n}`, async () => {
    const [row] = await stack.sql`
      select state, period_n::int as n from subscriptions where user_id = ${userId}`;
    return row?.['state'] === wished.state && row['n'] === wished.n;
  });
}

async function cardHolder(act: Act): Promise<Holder> {
  const { stack } = act;
  const userId = await act.person();
  const renewal = {
    by: 'saved_method',
    textVersion: 'autopay-1',
    textHash: 'a'.repeat(64),
  } as const;
  const order = await orderPlan(stack, userId, { renewal });
  const { paymentId } = await pay(stack, order, { savesMethod: true });
  await untilSettled(stack, paymentId);
  await idOf(stack, userId, 'saved_method');
  return holderOf(stack, userId);
}

/** A saved card renews a plan. */
export const renewalByCard: Flow = async (act) => {
  const holder = await cardHolder(act);
  await overTheEnd(act, holder, MINUTE);
  await untilState(act.stack, holder.userId, { state: 'active', n: 1 });
};

/** A wallet renews a month. */
export const renewalFromWallet: Flow = async (act) => {
  const { userId } = await funded(act, 300);
  act.begins();
  await overTheEnd(act, await holderOf(act.stack, userId), MINUTE);
  await untilState(act.stack, userId, { state: 'active', n: 1 });
};

/** A card that its bank does not know any more: grace, restriction, end. */
export const dunning: Flow = async (act) => {
  const holder = await cardHolder(act);
  act.begins();
  const { book } = act.stack.mock.control;
  const [payment] = book.payments
    .all()
    .filter(({ shp }) => shp['Shp_user_id'] === String(holder.userId));
  const method = book.methods.all().find(({ paymentId }) => paymentId === payment?.id);
  if (!method) throw new Error('the bank has kept no card');
  book.methods.put(method.id, { ...method, state: 'revoked' });
  await overTheEnd(act, holder, MINUTE);
  await untilState(act.stack, holder.userId, { state: 'past_due', n: 0 });
  await act.moveTo(holder.userId, holder.endsAtMs + 15 * DAY);
  await untilState(act.stack, holder.userId, { state: 'expired', n: 0 });
};

/** A week on trial, to its end. */
export const trial: Flow = async (act) => {
  const { stack } = act;
  const userId = await act.person();
  const { code, tariffVersionId } = await newTrial(stack.sql, { slug: `chaos-trial-${userId}` });
  const quote = await stack.records.createQuote({
    ...{ userId, tariffVersionId, promo: code, currency: 'RUB', purpose: 'trial' },
    asOf: new Date(),
  });
  if (quote.kind !== 'quoted') throw new Error(quote.reason);
  const { quoteId } = quote;
  await stack.commands.completeFreeOrder({ quoteId, userId, clockOffsetMs: 0 });
  await overTheEnd(act, await holderOf(stack, userId), HOUR);
  await until('the trial is over', async () => {
    const [row] = await stack.sql`select state from subscriptions where user_id = ${userId}`;
    return ['expired', 'ended'].includes(String(row?.['state']));
  });
};
