import type { Database } from '../../../drizzle/client';
import type { ActivityDeps } from '../../../activities/deps';
import { planChangeActivities } from '../../../activities/billing/next-plans';
import { subscriptionCourseActivities } from '../../../activities/billing/subscription-course';
import { subscriptionWishActivities } from '../../../activities/billing/subscription-wishes';
import type {
  OwnSubscription,
  SubscriptionCommands,
} from '../../../src/commands/subscriptions-contract';
import { DEFAULT_SETTINGS } from '../../../src/domain/billing/settings';
import { asWorkflow } from '../../activities/support/books';
import type { Wished, WishKind } from '../../../workflows/billing/subscription/contract';

/** Plays a call under its name, so that a test can look at it or replace it. */
export type Play = <A extends object, R>(
  name: keyof SubscriptionCommands,
  argument: A,
  usual: () => Promise<R>,
) => Promise<R>;

/** Nobody sleeps in these tests. */
const SETTINGS = { ...DEFAULT_SETTINGS, quietHours: '00:00-00:00' };

/** Only looked at: whether it could charge a saved card. */
const MOCK = {
  capabilities: { currencies: ['RUB'] },
  chargeSaved: () => Promise.reject(new Error('this test charges nothing')),
};
const BANKS = new Map([['mock', MOCK]]);

/** The workflow's part is played; what it asks of the rows is real, so that screens show what really became of them. */
export function fakeSubscriptions(
  play: Play,
  world: { readonly db: Database; readonly now: () => number },
): SubscriptionCommands {
  const deps = { db: world.db, settings: SETTINGS, providers: BANKS } as unknown as ActivityDeps;
  const { grantWish } = subscriptionWishActivities(deps);
  const { loadCourse } = subscriptionCourseActivities(deps);
  const { scheduleTariff } = planChangeActivities(deps);
  const asOf = () => new Date(world.now()).toISOString();
  const own =
    <K extends WishKind>(name: keyof SubscriptionCommands, kind: K) =>
    (asked: OwnSubscription & Partial<Wished<K>>) =>
      play(name, asked, () => {
        const { subscriptionId, userId, updateId = crypto.randomUUID(), ...members } = asked;
        const wished = { ...members, actor: { kind: 'user', id: String(userId) } } as Wished<K>;
        const order = { subscriptionId, updateId, kind, wished, asOf: asOf() };
        return asWorkflow(`sub:${subscriptionId}`, () => grantWish(order));
      });
  return {
    changeTariff: (wish) =>
      play('changeTariff', wish, () => {
        const { userId, ...change } = wish;
        const actor = { kind: 'user', id: String(userId) } as const;
        return asWorkflow(`sub:${wish.subscriptionId}`, () =>
          scheduleTariff({ ...change, actor, asOf: asOf() }),
        );
      }),
    withdrawPrices: (order) =>
      play('withdrawPrices', order, async () => ({ kind: 'withdrawn' }) as const),
    cancelSubscription: own('cancelSubscription', 'cancel'),
    uncancelSubscription: own('uncancelSubscription', 'uncancel'),
    pauseSubscription: own('pauseSubscription', 'pause'),
    resumeSubscription: own('resumeSubscription', 'resume'),
    setDriver: own('setDriver', 'setDriver'),
    renewNow: own('renewNow', 'renewNow'),
    negotiate: own('negotiate', 'negotiate'),
    muteReminders: own('muteReminders', 'mute'),
    upcoming: (asked) =>
      play(
        'upcoming',
        asked,
        async () => (await loadCourse({ ...asked, asOf: asOf() })) ?? undefined,
      ),
    renewFromBalance: (order) =>
      play('renewFromBalance', order, async () => ({ kind: 'fulfilled' }) as const),
    repairSubscription: (repair) =>
      play('repairSubscription', repair, () => {
        const { subscriptionId, operationId: updateId, operatorId, reason, wish } = repair;
        const { kind, ...members } = wish;
        const actor = { kind: 'operator', id: String(operatorId) } as const;
        const order = { subscriptionId, updateId, kind, asOf: asOf() };
        return asWorkflow(`sub:${subscriptionId}`, () =>
          grantWish({ ...order, wished: { ...members, actor, reason } }),
        );
      }),
  };
}
