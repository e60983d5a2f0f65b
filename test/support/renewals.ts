import { DAY, payAndSettle } from './payments';
import { asOfOf, newUser, orderTopup, orderVersion, untilPaid } from './shop';
import { until, type Stack } from './stack';

export interface Subscriber {
  readonly userId: number;
  readonly subscriptionId: string;
}

/** Somebody who topped up so many tokens, which began a period that renews from the wallet. */
export async function subscriber(
  stack: Stack,
  tokens: number,
  tariffVersionId?: string,
): Promise<Subscriber> {
  const userId = await newUser(stack);
  const amountMinor = tokens * 100;
  const order = tariffVersionId
    ? await orderVersion(stack, userId, { tariffVersionId, amountMinor })
    : await orderTopup(stack, userId, amountMinor);
  await payAndSettle(stack, order);
  await untilPaid(stack, order);
  return { userId, subscriptionId: (await lastOf(stack, userId)).id };
}

/** Tokens more in the wallet of somebody. */
export async function topUp(stack: Stack, userId: number, tokens: number): Promise<void> {
  const order = await orderTopup(stack, userId, tokens * 100);
  await payAndSettle(stack, order);
  await untilPaid(stack, order);
}

export interface SubscriptionRow {
  readonly id: string;
  readonly state: string;
  readonly access: string;
  readonly periodN: number;
  readonly periodStart: Date;
  readonly periodEnd: Date;
  readonly anchorLocal: string;
}

/** The newest subscription of a person. */
export async function lastOf(stack: Stack, userId: number): Promise<SubscriptionRow> {
  const [row] = await stack.sql`
    select id, state, access, period_n as "periodN", period_start as "periodStart", period_end as "periodEnd",
      anchor_local::text as "anchorLocal"
    from subscriptions where user_id = ${userId} order by recorded_at desc limit 1`;
  if (!row) throw new Error(`${userId} has no subscription`);
  return row as unknown as SubscriptionRow;
}

export async function untilStands(
  stack: Stack,
  { userId }: Pick<Subscriber, 'userId'>,
  wished: Partial<SubscriptionRow>,
  timeoutMs = 30_000,
): Promise<SubscriptionRow> {
  return until(
    `${userId} is ${JSON.stringify(wished)}`,
    async () => {
      const row = await lastOf(stack, userId);
      const isThere = Object.entries(wished).every(
        ([name, value]) => row[name as keyof SubscriptionRow] === value,
      );
      return isThere && row;
    },
    timeoutMs,
  );
}

/** Every step a subscription took, in order, with the hours between it and the end of its period. */
export async function stepsOf(
  stack: Stack,
  { subscriptionId }: Subscriber,
): Promise<{ step: string; outcome: string; hoursBefore: number }[]> {
  const rows = await stack.sql`
    select s.period_n, s.name, s.outcome,
      round(extract(epoch from p.ends_at - s.as_of) / 3600)::int as hours
    from subscription_steps s join subscription_periods p
      on p.subscription_id = s.subscription_id and p.n = s.period_n
    where s.subscription_id = ${subscriptionId} and s.name not like 'wish:%'
    order by s.as_of, s.recorded_at`;
  return rows.map((row) => ({
    step: `p${String(row['period_n'])} ${String(row['name'])}`,
    outcome: String(row['outcome']),
    hoursBefore: Number(row['hours']),
  }));
}

/** Fees taken for each period of a subscription: `p0 × 1`. */
export async function feesOf(stack: Stack, { subscriptionId }: Subscriber): Promise<string[]> {
  const rows = await stack.sql`
    select period_n, count(*)::int as fees from transfers
    where subscription_id = ${subscriptionId} and kind = 'subscription_fee' group by 1 order by 1`;
  return rows.map((row) => `p${String(row['period_n'])} × ${String(row['fees'])}`);
}

/** Keys of a person's messages by a template, without the ids in them. */
export async function toldOf(stack: Stack, userId: number, template: string): Promise<string[]> {
  const rows = await stack.sql`
    select key from outbox_messages where user_id = ${userId} and template = ${template} order by recorded_at, id`;
  return rows.map(({ key }) => String(key).split(':').slice(2).join(':'));
}

/** Makes the running period one of a month that ends so many seconds from now, and tells the workflow. */
export async function endIn(
  stack: Stack,
  subscribers: readonly Subscriber[],
  seconds: number,
): Promise<Date> {
  const ids = subscribers.map(({ subscriptionId }) => subscriptionId);
  const endsAt = new Date(Date.now() + seconds * 1_000);
  const startsAt = new Date(endsAt.getTime() - 30 * DAY);
  await stack.sql`
    update subscriptions set period_start = ${startsAt}, period_end = ${endsAt} where id in ${stack.sql(ids)}`;
  await stack.sql`
    update subscription_periods p set starts_at = ${startsAt}, ends_at = ${endsAt} from subscriptions s
    where s.id = p.subscription_id and s.period_n = p.n and s.id in ${stack.sql(ids)}`;
  await Promise.all(
    ids.map((id) => stack.client.workflow.getHandle(`sub:${id}`).signal('fundsArrived')),
  );
  return endsAt;
}

/** Moves the clock of many people at once. */
export async function advanceAll(
  stack: Stack,
  people: readonly Pick<Subscriber, 'userId'>[],
  ms: number,
): Promise<void> {
  await Promise.all(people.map(({ userId }) => stack.advance(userId, ms)));
}

/** Real milliseconds until a person's own clock shows an instant. */
export async function msUntil(stack: Stack, userId: number, instant: Date): Promise<number> {
  return instant.getTime() - (await asOfOf(stack, userId)).asOf.getTime();
}
