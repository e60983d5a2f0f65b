import type { Ground } from './ground';

/**
 * Takes an idempotency key away: what a table keeps under it is never found again, and never the same twice. The matrix
 * must turn red then, or it proves nothing.
 */
export async function forgetKeysOf({ field }: Ground, table: string): Promise<void> {
  const name = `forget_${table}`;
  await field.sql.unsafe(`
    create function ${name}() returns trigger language plpgsql as $$
    begin new.key := new.key || ':' || gen_random_uuid(); return new; end $$;
    create trigger ${name} before insert on ${table} for each row execute function ${name}()`);
}
