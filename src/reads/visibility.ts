import { sql, type Column, type SQL } from 'drizzle-orm';
import { users } from '../../drizzle/schema';

/** True of what happened since its person began, or began anew after an erasure (AU-4). */
export function isVisible(userId: Column | SQL, happenedAt: Column | SQL): SQL {
  return sql`${happenedAt} >= coalesce(
    (select ${users.visibleFrom} from ${users} where ${users.id} = ${userId}), '-infinity')`;
}
