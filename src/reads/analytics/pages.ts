import { sql, type SQL } from 'drizzle-orm';
import type { PageWish } from './contract';

/** What a page is ordered by: a number, most first, then a text that parts what is equal. */
export interface Sorted {
  readonly sort: string;
  readonly tie: string;
}

/** Where the page after this row begins. */
export function cursorOf(last: Sorted | undefined): string | undefined {
  return last && `${last.sort}_${last.tie}`;
}

/** True of rows that come after what the cursor names; a cursor that is none means the first page. */
export function pageOf({ cursor }: PageWish): SQL {
  const match = /^(-?\d{1,30})_([0-9a-f]{32})$/.exec(cursor ?? '');
  if (!match) return sql`true`;
  const [, sort = '0', tie = ''] = match;
  return sql`(sort < ${sort}::numeric or (sort = ${sort}::numeric and tie > ${tie}))`;
}
