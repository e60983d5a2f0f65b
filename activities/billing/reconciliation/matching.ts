import { and, eq, gte, lt, sql } from 'drizzle-orm';
import type { Transaction } from '../../../drizzle/client';
import { payments, reconBreaks, reconLines, reconRuns } from '../../../drizzle/schema';
import { assert } from '../../../src/domain/assert';
import { FACT_RANK } from '../../../src/domain/billing/payment';
import { writeAudit } from '../../audit';
import type { ActivityDeps } from '../../deps';
import { inTransaction, readSettings } from '../../transactions';
import { closeItem } from '../open-items';
import { requireProvider } from '../provider-calls';
import { differencesQuery, lineOf, linesOfRun } from './differences';
import type { ListedDay } from './planning';
import { silenceKey } from './silence';

export type Pulled =
  | { readonly kind: 'listed'; readonly payments: number }
  | { readonly kind: 'unknown'; readonly reason: string };

/**
 * Asks a provider for one day of its list and keeps the answer with the run. The list itself never travels through the
 * workflow: it has as many lines as the day had payments. A repeat replaces what was kept.
 */
export async function pullStatement(
  { db, providers }: ActivityDeps,
  { provider: name, runId, day }: { provider: string; runId: string; day: ListedDay },
): Promise<Pulled> {
  const provider = requireProvider(providers, name);
  if (!provider.statement) return { kind: 'unknown', reason: `${name} lists nothing` };
  const answer = await provider.statement(day);
  if (answer.kind === 'unknown') return answer;
  const rows = JSON.stringify(answer.facts.map(lineOf));
  // A payment that two days list counts as it stands in the stronger of its states.
  await db.execute(sql`
    insert into ${reconLines}
      (run_id, provider_payment_id, state, rank, amount_minor, currency, refunded_minor, fact)
    select distinct on (provider_payment_id) ${runId}::uuid, line.*
    from jsonb_to_recordset(${rows}::jsonb) as line (provider_payment_id text, state text, rank smallint,
      amount_minor bigint, currency text, refunded_minor bigint, fact jsonb)
    order by provider_payment_id, rank desc
    on conflict (run_id, provider_payment_id) do update set
      state = excluded.state, rank = excluded.rank, amount_minor = excluded.amount_minor,
      currency = excluded.currency, refunded_minor = excluded.refunded_minor, fact = excluded.fact
    where excluded.rank >= recon_lines.rank`);
  return { kind: 'listed', payments: answer.facts.length };
}

export interface Matched {
  /** Differences that were new. */
  readonly found: number;
}

/** Who sees to a difference until somebody takes it. */
const FIRST_OWNER = 'finance';
/** A payment near the edge of the days may stand on the list of the day beside them. */
const EDGE_MS = 6 * 3_600_000;

/**
 * Compares a run's list with our books in one statement and writes down every difference that nobody knew of; the list
 * is emptied with it. Repeating it changes nothing and answers the same.
 */
export async function matchStatement(
  { db, settings: defaults }: ActivityDeps,
  { runId, asOf }: { readonly runId: string; readonly asOf: string },
): Promise<Matched> {
  return inTransaction(db, async (tx) => {
    const [run] = await tx.select().from(reconRuns).where(eq(reconRuns.id, runId)).for('update');
    assert(run, `run ${runId} was opened before it is matched`);
    if (run.state === 'matched') return { found: run.found };
    const { mismatchSlaHours } = await readSettings(tx, defaults);
    const dueAt = new Date(Date.parse(asOf) + mismatchSlaHours * 3_600_000);
    const found = await noteDifferences(tx, run, { asOf: new Date(asOf), dueAt });
    const theirs = await tx.$count(reconLines, eq(reconLines.runId, runId));
    const ours = await countOurs(tx, run);
    await tx
      .update(reconRuns)
      .set({ state: 'matched', theirs, ours, found })
      .where(eq(reconRuns.id, runId));
    await tx.delete(reconLines).where(eq(reconLines.runId, runId));
    await endSilence(tx, run, asOf);
    await writeAudit(tx, {
      ...{ action: 'reconciliation.matched', entity: 'reconciliation', entityId: runId },
      after: { provider: run.provider, from: run.fromAt, to: run.toAt, theirs, ours, found },
      asOf: new Date(asOf),
    });
    return { found };
  });
}

type Run = typeof reconRuns.$inferSelect;

/**
 * What an operator accepted, or what the provider itself confirmed a moment after, is not found again as long as it
 * stays the same; a payment that we miss is missed however often.
 */
async function noteDifferences(
  tx: Transaction,
  run: Run,
  { asOf, dueAt }: { readonly asOf: Date; readonly dueAt: Date },
): Promise<number> {
  const expected = edged(run);
  const differences = differencesQuery({
    ...{ provider: run.provider, list: linesOfRun(run.id), expected },
  });
  const rows = await tx.execute(sql`
    insert into ${reconBreaks} (run_id, provider, provider_payment_id, kind, fact, theirs, ours, owner,
      user_id, invoice_id, payment_id, due_at, as_of)
    select ${run.id}::uuid, ${run.provider}, d.provider_payment_id, d.kind, d.fact, d.theirs, d.ours,
      ${FIRST_OWNER}, d.user_id::bigint, d.invoice_id, d.payment_id,
      ${dueAt.toISOString()}::timestamptz, ${asOf.toISOString()}::timestamptz
    from (${differences}) d
    where not exists (
      select 1 from ${reconBreaks} b
      where b.provider = ${run.provider} and b.provider_payment_id = d.provider_payment_id
        and b.kind = d.kind and b.theirs is not distinct from d.theirs and b.ours is not distinct from d.ours
        and (b.state = 'resolved' or (b.state = 'healed' and b.kind <> 'missing_here')))
    on conflict (provider, provider_payment_id) where state in ('found', 'open') do nothing
    returning id`);
  return rows.length;
}

function edged({ fromAt, toAt }: Run) {
  return {
    from: new Date(fromAt.getTime() + EDGE_MS),
    to: new Date(toAt.getTime() - EDGE_MS),
  };
}

function countOurs(tx: Transaction, { provider, fromAt, toAt }: Run): Promise<number> {
  return tx.$count(
    payments,
    and(
      eq(payments.provider, provider),
      gte(payments.rank, FACT_RANK.paid),
      gte(payments.paidAt, fromAt),
      lt(payments.paidAt, toAt),
    ),
  );
}

async function endSilence(tx: Transaction, run: Run, asOf: string): Promise<void> {
  await closeItem(tx, {
    ...{ key: silenceKey(run.key), state: 'resolved', resolution: 'the list came' },
    ...{ operatorId: run.provider, reason: 'the provider gave its list', asOf: new Date(asOf) },
  });
}
