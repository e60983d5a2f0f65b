import { sql } from 'drizzle-orm';
import type { Database, Transaction } from './client';
import { apiKeys, spendLimits, type LimitScope, type LimitWindow } from './schema';

export interface LimitRow {
  readonly scope: LimitScope;
  readonly scopeId: string;
  readonly window: LimitWindow;
  readonly limitUtok: number;
}

/** What is set for somebody, and the daily limit a key has from its issue; of two of one window the lower counts. */
export async function limitRows(
  db: Pick<Database | Transaction, 'execute'>,
  subjects: readonly { readonly scope: LimitScope; readonly scopeId: string }[],
): Promise<LimitRow[]> {
  const ids = (wanted: LimitScope) =>
    `{${subjects.flatMap(({ scope, scopeId }) => (scope === wanted ? [scopeId] : [])).join(',')}}`;
  if (subjects.length === 0) return [];
  const rows = await db.execute<Record<keyof LimitRow, string>>(sql`
    select scope, scope_id as "scopeId", "window", min(limit_utok) as "limitUtok" from (
      select scope, scope_id, "window", limit_utok from ${spendLimits}
      where (scope = 'user' and scope_id = any(${ids('user')}::text[]))
        or (scope = 'client' and scope_id = any(${ids('client')}::text[]))
        or (scope = 'key' and scope_id = any(${ids('key')}::text[]))
      union all
      select 'key', id::text, 'day', spend_limit_day_utok from ${apiKeys}
      where id = any(${ids('key')}::uuid[]) and spend_limit_day_utok is not null) as known
    group by scope, scope_id, "window"`);
  return [...rows].map(({ scope, scopeId, window, limitUtok }) => ({
    scope: scope as LimitScope,
    scopeId,
    window: window as LimitWindow,
    limitUtok: Number(limitUtok),
  }));
}
