import { assert } from '../src/domain/assert';
import { billingActivities } from './billing';
import { spendActivities, type SpendDeps } from './billing/spends';
import type { ActivityDeps } from './deps';
import { deliveryActivities, outboxActivities } from './messages';
import { watched } from './stuck';

export type { SpendDeps } from './billing/spends';
export type { ActivityDeps } from './deps';
export type OutboxActivities = ReturnType<typeof outboxActivities>;
export type DeliveryActivities = ReturnType<typeof deliveryActivities>;

type ActivityFunctions = Record<string, (input: never) => Promise<unknown>>;

/** The activities of the billing task queue; operators hear of one that fails and fails. */
export function createActivities(deps: ActivityDeps): ActivityFunctions {
  const united = unite([...billingActivities(deps), outboxActivities(deps)]);
  return Object.fromEntries(
    Object.entries(united).map(([name, activity]) => [name, watched(deps, name, activity)]),
  );
}

/** The activities of the task queue of spends: what the workflow `tokenSpend` needs, and nothing else. */
export function createSpendActivities(deps: SpendDeps): ActivityFunctions {
  return unite([spendActivities(deps)]);
}

/** The activities of the messages task queue, whose rate the Temporal server limits. */
export function createDeliveryActivities(deps: ActivityDeps): ActivityFunctions {
  return unite([deliveryActivities(deps)]);
}

/** Refuses a name used twice: the later one would silently replace the earlier. */
export function unite(families: readonly object[]): ActivityFunctions {
  const united: ActivityFunctions = {};
  for (const [name, activity] of families.flatMap((family) => Object.entries(family))) {
    assert(!(name in united), `activity ${name} is defined once`);
    united[name] = activity as ActivityFunctions[string];
  }
  return united;
}
