import type { Stack } from './stack';

/** Every table of the product as it was at some moment, in a schema of the same database. */
export type Snapshot = string;

let taken = 0;

async function tablesOf(stack: Stack): Promise<string[]> {
  const rows = await stack.sql`
    select tablename as name from pg_tables where schemaname = 'public' order by tablename`;
  return rows.map(({ name }) => String(name));
}

/** Keeps what a backup would keep. */
export async function takeSnapshot(stack: Stack): Promise<Snapshot> {
  taken += 1;
  const snapshot = `snapshot_${taken}`;
  const tables = await tablesOf(stack);
  await stack.sql.begin('isolation level repeatable read', async (tx) => {
    await tx.unsafe(`create schema ${snapshot}`);
    for (const name of tables) {
      await tx.unsafe(`create table ${snapshot}.${name} as select * from public.${name}`);
    }
  });
  return snapshot;
}

/**
 * Puts the database back to what it was, as restoring a backup does: what was written since is gone, and no rule of the
 * product is asked. Temporal and the bank remember everything.
 */
export async function restore(stack: Stack, snapshot: Snapshot): Promise<void> {
  const tables = await tablesOf(stack);
  await stack.sql.begin(async (tx) => {
    await tx.unsafe(`set local session_replication_role = replica`);
    await tx.unsafe(`truncate ${tables.map((name) => `public.${name}`).join(', ')}`);
    for (const name of tables) {
      await tx.unsafe(`insert into public.${name} select * from ${snapshot}.${name}`);
    }
  });
}
