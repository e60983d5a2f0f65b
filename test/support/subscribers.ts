import type { RenewalWish } from '../../workflows/billing/contract';
import { DAY, HOUR, pay, untilSettled } from './payments';
import { asOfOf, newUser, type Order } from './shop';
import { until, type Stack } from './stack';

const CARD: RenewalWish = {
  ...{ by: 'saved_method', textVersion: 'autopay-1', textHash: 'a'.repeat(64) },
};

/** Somebody with a plan of thirty days that renews itself. */
export interface Subscriber {
  readonly userId: number;
  readonly subscriptionId: string;
  readonly order: Order;
}

/** Opens an order of the plan of thirty days, which costs 199 roubles or 150 Stars. */
export async function orderPlan(
  stack: Stack,
  userId: number,
  wish: { provider?: string; currency?: string; renewal?: RenewalWish } = {},
): Promise<Order> {
  const { provider = 'mock', currency = 'RUB', renewal } = wish;
  const { asOf, offsetMs } = await asOfOf(stack, userId);
  const [version] = await stack.sql`
    select v.id from tariff_versions v join tariffs t on t.id = v.tariff_id
    where t.slug = 'access-30' order by v.version desc limit 1`;
  const tariffVersionId = String(version?.['id']);
  const quoted = await stack.records.createQuote({ userId, asOf, currency, tariffVersionId });
  if (quoted.kind !== 'quoted') throw new Error(`no quote: ${quoted.reason}`);
  const opened = await stack.commands.openCheckout({
    ...{ quoteId: quoted.quoteId, userId, provider, clockOffsetMs: offsetMs },
    ...(renewal ? { renewal } : {}),
  });
  if (opened.kind === 'refused') throw new Error(`no checkout: ${opened.reason}`);
  const invoice = await stack.reads.invoice(opened.invoiceId);
  return { invoiceId: opened.invoiceId, no: invoice?.no ?? 0, userId };
}

/** Somebody who paid by a card, left it, and agreed that it renews their plan. */
export async function cardSubscriber(stack: Stack): Promise<Subscriber> {
  const userId = await newUser(stack);
  const order = await orderPlan(stack, userId, { renewal: CARD });
  const { paymentId } = await pay(stack, order, { savesMethod: true });
  await untilSettled(stack, paymentId);
  return { userId, order, subscriptionId: await idOf(stack, userId, 'saved_method') };
}

/** The subscription of a person once its driver is what they wished for. */
export async function idOf(stack: Stack, userId: number, driver: string): Promise<string> {
  return until(`${driver} renews ${userId}`, async () => {
    const [row] = await stack.sql`
      select id from subscriptions where user_id = ${userId} and driver = ${driver}`;
    return row && String(row['id']);
  });
}

/** To an hour before the end of thirty days, and then over it. */
export async function toTheEnd(stack: Stack, { userId }: Pick<Subscriber, 'userId'>) {
  await stack.advance(userId, 30 * DAY - HOUR);
  await stack.advance(userId, HOUR + 60_000);
}

/** The payments that the mock bank knows of a person, oldest first. */
export function paymentsAtBank(stack: Stack, { userId }: Pick<Subscriber, 'userId'>) {
  return stack.mock.control.book.payments
    .all()
    .filter(({ shp }) => shp['Shp_user_id'] === String(userId))
    .sort((a, b) => a.createdAt.localeCompare(b.createdAt));
}

/** The bank takes the next charge and does not say yet what becomes of it; answers which payment that is. */
export async function sendIntoSilence(stack: Stack, who: Subscriber): Promise<string> {
  stack.mock.control.fault({ states: ['pending'], drop: true });
  await toTheEnd(stack, who);
  const payment = await until('the charge reached the bank', () =>
    Promise.resolve(paymentsAtBank(stack, who)[1]),
  );
  await untilStanding(stack, who, { state: 'past_due' });
  return payment.id;
}

export interface Standing {
  readonly state: string;
  readonly access: string;
  readonly n: number;
}

export async function standingOf(stack: Stack, { subscriptionId }: Subscriber): Promise<Standing> {
  const [row] = await stack.sql<Standing[]>`
    select state, access, period_n::int as n from subscriptions where id = ${subscriptionId}`;
  if (!row) throw new Error(`subscription ${subscriptionId} is gone`);
  return row;
}

/** Waits until a subscription stands so. */
export async function untilStanding(
  stack: Stack,
  who: Subscriber,
  wished: Partial<Standing>,
): Promise<void> {
  await until(`${who.subscriptionId} is ${JSON.stringify(wished)}`, async () => {
    const standing = await standingOf(stack, who);
    return Object.entries(wished).every(([name, value]) => standing[name as 'n'] === value);
  });
}

/** The tries of a subscription, oldest first. */
export async function triesOf(
  stack: Stack,
  { subscriptionId }: Subscriber,
): Promise<readonly { driver: string; state: string }[]> {
  return stack.sql<{ driver: string; state: string }[]>`
    select driver, state from attempts where subscription_id = ${subscriptionId}
    order by as_of, id`;
}

/** Who paid the periods of a subscription, oldest first. */
export async function payersOf(stack: Stack, { subscriptionId }: Subscriber): Promise<string[]> {
  const rows = await stack.sql`
    select paid_by from subscription_periods where subscription_id = ${subscriptionId} order by n`;
  return rows.map((row) => String(row['paid_by']));
}
