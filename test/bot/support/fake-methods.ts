import type { Database } from '../../../drizzle/client';
import type { ActivityDeps } from '../../../activities/deps';
import { methodRemovalActivities } from '../../../activities/billing/method-removals';
import type { MethodCommands } from '../../../src/commands/methods';
import { DEFAULT_SETTINGS } from '../../../src/domain/billing/settings';
import { methodRemovalId } from '../../../workflows/billing/method-removal/contract';
import { asWorkflow } from '../../activities/support/books';

/** The workflow's part is played; what it does to the rows is real. */
export async function removeFor(
  { db, now }: { readonly db: Database; readonly now: () => number },
  { methodId, userId }: Parameters<MethodCommands['removeMethod']>[0],
): ReturnType<MethodCommands['removeMethod']> {
  const settings = { ...DEFAULT_SETTINGS, quietHours: '00:00-00:00' };
  const deps = { db, settings, providers: new Map() } as unknown as ActivityDeps;
  const asOf = new Date(now()).toISOString();
  const { beginMethodRemoval } = methodRemovalActivities(deps);
  const begun = await asWorkflow(methodRemovalId(methodId), () =>
    beginMethodRemoval({ methodId, userId, asOf }),
  );
  return begun.kind === 'begun' ? { kind: 'removed' } : begun;
}
