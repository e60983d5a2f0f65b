import type { ActivityDeps } from '../../deps';
import { inTransaction, readSettings } from '../../transactions';
import { brokenInvariants } from '../invariants';
import { openItem } from '../open-items';
import { checkSeals } from './chain';
import { promiseDigest } from './digest';
import { recoverWork } from './lost-work';
import { applyRetention } from './retention';
import { sealAudit } from './sealing';

/** What the `keeper` does. Repeating any of it changes nothing. */
export function keeperActivities(deps: ActivityDeps) {
  return {
    sealAudit: (order: Parameters<typeof sealAudit>[1]) => sealAudit(deps, order),
    checkSeals: (round: Parameters<typeof checkSeals>[1]) => checkSeals(deps, round),
    promiseDigest: (round: Parameters<typeof promiseDigest>[1]) => promiseDigest(deps, round),
    checkInvariants: (round: { readonly asOf: string }) => checkInvariants(deps, round),
    recoverWork: (round: { readonly asOf: string }) => recoverWork(deps, round),
    applyRetention: (round: { readonly asOf: string }) => applyRetention(deps, round),
  };
}

/** Names of the invariants of DM-4 that do not hold; each becomes an open item, once a day. */
async function checkInvariants(
  { db, settings: defaults, log }: ActivityDeps,
  { asOf }: { readonly asOf: string },
): Promise<{ readonly broken: readonly string[] }> {
  // One snapshot for all queries, and no way to write in it.
  const broken = await db.transaction(brokenInvariants, {
    isolationLevel: 'repeatable read',
    accessMode: 'read only',
  });
  if (broken.length === 0) return { broken: [] };
  log.error({ broken }, 'the books are broken');
  await inTransaction(db, async (tx) => {
    const settings = await readSettings(tx, defaults);
    for (const { name, rows } of broken) {
      const key = `invariant:${name}:${asOf.slice(0, 10)}`;
      const reason = `the books are broken: ${name}: ${JSON.stringify(rows)}`;
      await openItem(tx, settings, { key, kind: 'break', reason, asOf: new Date(asOf) });
    }
  });
  return { broken: broken.map(({ name }) => name) };
}
