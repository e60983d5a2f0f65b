import { randomUUID } from 'node:crypto';
import { subscriptionCourseActivities } from '../../../../activities/billing/subscription-course';
import type { ActivityDeps } from '../../../../activities/deps';
import { DEFAULT_SETTINGS } from '../../../../src/domain/billing/settings';
import { toId22 } from '../../../../src/bot/id22';
import { asWorkflow } from '../../../activities/support/books';
import { grant, transfer } from '../../../activities/support/transfers';
import type { Stage } from '../../support/stage';
import { newVisitor, type Visitor } from '../../support/visitor';

export const DAY = 86_400_000;

export interface Standing {
  readonly slug?: string;
  readonly language?: string;
  readonly name?: string;
  readonly state?: string;
  readonly driver?: string;
  readonly isRenewing?: boolean;
  /** The plan chosen for the next period. */
  readonly nextSlug?: string;
  readonly tokens?: number;
  /** Days until the period ends; negative ones have passed. */
  readonly daysLeft?: number;
}

/** A person with a subscription of thirty days, as the bot knows them. */
export interface Subscriber extends Visitor {
  readonly subscriptionId: string;
  /** `v1:<route>:<id>` of a button about this subscription. */
  button(route: string, arg?: string): string;
  /** The subscription's row. */
  row(): Promise<Readonly<Record<string, unknown>>>;
}

export async function newSubscriber(stage: Stage, standing: Standing = {}): Promise<Subscriber> {
  const { slug = 'topup-main', state = 'active', driver = 'wallet' } = standing;
  const { language = 'en', tokens = 0, daysLeft = 20, isRenewing = driver !== 'none' } = standing;
  const { name } = standing;
  const visitor = newVisitor(stage, { language, ...(name === undefined ? {} : { name }) });
  await visitor.write('/start');
  if (tokens > 0) await transfer(stage, grant(visitor.id, tokens, { origin: 'topup' }));
  const subscriptionId = randomUUID();
  const ends = new Date(stage.now() + daysLeft * DAY);
  const begins = new Date(ends.getTime() - 30 * DAY);
  const access = state === 'paused' || state === 'expired' ? 'none' : 'full';
  const pausedUntil = state === 'paused' ? new Date(stage.now() + 7 * DAY) : null;
  await stage.sql.begin(async (tx) => {
    await tx`
      insert into subscriptions (id, user_id, product_code, tariff_version_id, state, driver, anchor_local,
        anchor_day, billing_zone, period_n, period_start, period_end, access, auto_renew, cancel_at_end, paused_until,
        next_tariff_version_id)
      select ${subscriptionId}, ${visitor.id}, t.product_code, v.id, ${state}, ${driver},
        ${begins.toISOString()}::timestamp, ${begins.getUTCDate()}, 'UTC', 0, ${begins}, ${ends}, ${access},
        ${isRenewing}, ${state === 'cancelling'}, ${pausedUntil}, (
          select v.id from tariff_versions v join tariffs t on t.id = v.tariff_id
          where t.slug = ${standing.nextSlug ?? null})
      from tariff_versions v join tariffs t on t.id = v.tariff_id where t.slug = ${slug}`;
    if (pausedUntil !== null) {
      await tx`
        insert into subscription_pauses (id, key, subscription_id, user_id, begins_at, until)
        values (gen_random_uuid(), ${subscriptionId}, ${subscriptionId}, ${visitor.id}, ${begins}, ${pausedUntil})`;
    }
    await tx`
      insert into subscription_periods (subscription_id, n, starts_at, ends_at, paid_by, value_minor, value_currency)
      values (${subscriptionId}, 0, ${begins}, ${ends}, 'invoice', ${slug === 'topup-main' ? null : 29_900}, ${slug === 'topup-main' ? null : 'RUB'})`;
  });
  return {
    ...visitor,
    subscriptionId,
    button: (route, arg) =>
      ['v1', route, toId22(subscriptionId) ?? '', ...(arg === undefined ? [] : [arg])].join(':'),
    row: async () => {
      const [row] = await stage.sql`select * from subscriptions where id = ${subscriptionId}`;
      if (!row) throw new Error(`subscription ${subscriptionId} is gone`);
      return row;
    },
  };
}

/** A saved card that may be charged. */
export async function giveCard(stage: Stage, { id }: Visitor): Promise<string> {
  const [row] = await stage.sql`
    insert into payment_methods (id, user_id, provider, token_enc, label, state)
    values (gen_random_uuid(), ${id}, 'mock', 'sealed', 'Visa •• 4242', 'active') returning id`;
  return String(row?.['id']);
}

/** Does what is due in the course of a subscription, as its workflow would; gives the names of the steps. */
export async function liveOn(stage: Stage, { subscriptionId }: Subscriber): Promise<string[]> {
  const settings = { ...DEFAULT_SETTINGS, quietHours: '00:00-00:00' };
  const deps = { db: stage.db, settings } as unknown as ActivityDeps;
  const { loadCourse, takeSubscriptionStep } = subscriptionCourseActivities(deps);
  const asOf = new Date(stage.now()).toISOString();
  const names: string[] = [];
  for (;;) {
    const course = await loadCourse({ subscriptionId, asOf });
    const [next] = course?.steps ?? [];
    if (!next || next.at > asOf) return names;
    const due = { subscriptionId, name: next.name, asOf };
    const taken = await asWorkflow(`sub:${subscriptionId}`, () => takeSubscriptionStep(due));
    if (taken.kind === 'moved') throw new Error(`${next.name} was not due after all`);
    names.push(next.name);
  }
}
