import type { StepTaken } from '../../../activities/billing/subscription-course/steps';
import type { SubscriptionCourse } from '../../../workflows/billing/subscription/contract';
import { asWorkflow, NOON, type Activities, type Books } from './books';
import { open, publish, wish, type Wish } from './orders';
import { paidFact, post, rub } from './payments';

export interface Subscriber {
  readonly userId: number;
  readonly subscriptionId: string;
}

export interface Purchase {
  readonly slug?: string;
  readonly amountMinor?: number;
  readonly userId?: number;
  readonly asOf?: string;
}

/** Tops up, which begins a month that renews from the wallet; 200 tokens at `NOON`, of which the fee takes 100. */
export async function subscribed(books: Books, bought: Purchase = {}): Promise<Subscriber> {
  const { slug = 'topup-main', amountMinor = 20_000, asOf = NOON, userId } = bought;
  const who = userId === undefined ? {} : { userId };
  const order = await ordered(books, { slug, amountMinor, asOf, ...who });
  const outcome = await post(books, paidFact(order, { amount: rub(amountMinor) }), { asOf });
  if (outcome.kind !== 'fulfilled' || !outcome.subscription) throw new Error('no period began');
  return { userId: order.userId, subscriptionId: outcome.subscription.subscriptionId };
}

async function ordered(
  books: Books,
  order: { slug?: string; amountMinor: number; asOf: string; userId?: number },
): Promise<Wish> {
  const wished = await wish(books, order);
  const opened = await open(books, { ...wished, asOf: order.asOf });
  if (opened.kind !== 'opened') throw new Error(`not opened: ${JSON.stringify(opened)}`);
  await publish(books, wished);
  return wished;
}

/** Tokens more in the wallet of somebody who has a subscription already. */
export async function topUp(
  books: Books,
  userId: number,
  more: { tokens: number; asOf: string },
): Promise<unknown> {
  const amountMinor = more.tokens * 100;
  const order = await ordered(books, { userId, amountMinor, asOf: more.asOf });
  return post(books, paidFact(order, { amount: rub(amountMinor) }), { asOf: more.asOf });
}

export function takeStep(
  books: Books,
  due: { subscriptionId: string; name: string; asOf: string },
  act: Activities = books.act,
): Promise<StepTaken> {
  return asWorkflow(`sub:${due.subscriptionId}`, () => act.takeSubscriptionStep(due));
}

export async function courseAt(
  books: Books,
  question: { subscriptionId: string; asOf: string },
  act: Activities = books.act,
): Promise<SubscriptionCourse> {
  const course = await asWorkflow(`sub:${question.subscriptionId}`, () => act.loadCourse(question));
  if (!course) throw new Error(`there is no subscription ${question.subscriptionId}`);
  return course;
}

/**
 * Lives through the time up to an instant as the workflow does, each step at its own instant or, when everybody was away,
 * at `since` at the earliest; gives the names of the steps with their days.
 */
export async function liveUntil(
  books: Books,
  life: { subscriptionId: string; from?: string; until: string },
  act: Activities = books.act,
): Promise<string[]> {
  const { subscriptionId, from = NOON, until } = life;
  const taken: string[] = [];
  for (let asOf = from; ;) {
    const [next] = (await courseAt(books, { subscriptionId, asOf }, act)).steps;
    if (!next || next.at > until) return taken;
    if (next.at > asOf) asOf = next.at;
    const { kind } = await takeStep(books, { subscriptionId, name: next.name, asOf }, act);
    if (kind === 'moved') throw new Error(`${next.name} was not due at ${asOf}`);
    taken.push(`${next.name} ${asOf.slice(0, 10)}`);
  }
}

export async function subscriptionRow(books: Books, subscriptionId: string) {
  const [row] = await books.sql`
    select state, access, driver, period_n as "periodN", period_start as "periodStart", period_end as "periodEnd"
    from subscriptions where id = ${subscriptionId}`;
  const { periodStart, periodEnd, ...rest } = row ?? {};
  const at = (instant: unknown) => (instant as Date).toISOString();
  return { ...rest, periodStart: at(periodStart), periodEnd: at(periodEnd) };
}

/** Periods with who paid them, oldest first: `0 2026-03-10 2026-04-10 wallet`. */
export async function periodsOf(books: Books, subscriptionId: string): Promise<string[]> {
  const rows = await books.sql`
    select n, starts_at, ends_at, paid_by from subscription_periods
    where subscription_id = ${subscriptionId} order by n`;
  const day = (instant: unknown) => (instant as Date).toISOString().slice(0, 10);
  return rows.map((row) =>
    [row['n'], day(row['starts_at']), day(row['ends_at']), row['paid_by']].join(' '),
  );
}

/** States of the tries for a period with their keys' last part, oldest first. */
export async function triesOf(books: Books, subscriptionId: string): Promise<string[]> {
  const rows = await books.sql`
    select key, state from attempts where subscription_id = ${subscriptionId} order by as_of, id`;
  return rows.map(
    ({ key, state }) => `${String(key).split(':').slice(2).join(':')} ${String(state)}`,
  );
}

/** Fees that were taken for each period. */
export async function feesOf(books: Books, subscriptionId: string): Promise<string[]> {
  const rows = await books.sql`
    select period_n, count(*)::int as fees from transfers
    where subscription_id = ${subscriptionId} and kind = 'subscription_fee' group by period_n order by period_n`;
  return rows.map((row) => `p${String(row['period_n'])} × ${String(row['fees'])}`);
}

/** Messages about a subscription's course with what stands in them, oldest first. */
export async function noticesOf(books: Books, userId: number) {
  const rows = await books.sql`
    select template, key, params from outbox_messages
    where user_id = ${userId} and template like 'sub.%' order by id`;
  return rows as unknown as readonly {
    template: string;
    key: string;
    params: Record<string, unknown>;
  }[];
}
