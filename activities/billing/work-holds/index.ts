import { eq } from 'drizzle-orm';
import { holds } from '../../../drizzle/schema';
import type { KeptHold } from '../../../workflows/billing/hold/contract';
import type { ActivityDeps } from '../../deps';
import { clockOffsetOf, keptHold } from './kept';
import { placeWorkHold, type WorkHoldOrder } from './placing';
import { reportHold, type Heartbeat } from './reporting';
import { endHold, type HoldEnd } from './settling';

/** Side effects of the `hold` workflow. Repeating them changes nothing. */
export function workHoldActivities(deps: ActivityDeps) {
  return {
    /** Reserves tokens for a job, or says why not: the checks of a spend, in its order (SP-1). */
    placeWorkHold: (order: WorkHoldOrder) => placeWorkHold(deps, order),

    /** A hold by its key, however it stands; null when there is none. */
    async findWorkHold({ holdKey }: { holdKey: string }): Promise<KeptHold | null> {
      const { db } = deps;
      const [row] = await db.select().from(holds).where(eq(holds.key, holdKey));
      return row ? keptHold(row, await clockOffsetOf(db, row.userId)) : null;
    },

    /** Notes what a job has cost so far and extends its lease; a lower total changes nothing. */
    reportHold: (heartbeat: Heartbeat) => reportHold(deps, heartbeat),

    /** Settles a hold once: as its client asks, or by its policy when nobody asked. */
    endHold: (end: HoldEnd) => endHold(deps, end),
  };
}
