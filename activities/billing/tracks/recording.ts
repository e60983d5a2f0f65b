import { and, inArray, sql } from 'drizzle-orm';
import { v7 } from 'uuid';
import type { Transaction } from '../../../drizzle/client';
import { usageEvents, usageNodes } from '../../../drizzle/schema';
import { OTHER_NODE, shareCost, type NodeCost } from '../../../src/domain/billing/track-cost';
import type { TrackEvent } from '../../../src/domain/billing/track-event';
import type { CostTerms } from './pricing';

export type ReportRow = typeof usageEvents.$inferSelect;

/** A report as it goes into the books. */
export interface ReportToRecord {
  readonly event: TrackEvent;
  readonly terms: CostTerms;
  readonly clientId: string;
  readonly jobId: string | null;
  /** The charge it decides at once; null for a report of a job that goes on. */
  readonly chargeId: string | null;
  readonly isCounted: boolean;
}

/** Reports already taken under these identities, whoever sent them. */
export async function knownReports(
  tx: Transaction,
  events: readonly Pick<TrackEvent, 'source' | 'eventId'>[],
): Promise<readonly ReportRow[]> {
  if (events.length === 0) return [];
  const [sources, ids] = [events.map((one) => one.source), events.map((one) => one.eventId)];
  return tx
    .select()
    .from(usageEvents)
    .where(
      and(
        inArray(usageEvents.source, [...new Set(sources)]),
        inArray(usageEvents.eventId, [...new Set(ids)]),
      ),
    );
}

/** True for a report that is the one already taken: same sender, same person, same content (TC-4). */
export function isSameReport(
  row: ReportRow,
  { event, clientId }: { event: TrackEvent; clientId: string },
): boolean {
  return row.clientId === clientId && row.bodyHash?.toString('hex') === event.bodyHash;
}

/** Writes reports and the shares of their steps, one statement for each table. */
export async function recordAll(
  tx: Transaction,
  reports: readonly ReportToRecord[],
): Promise<readonly ReportRow[]> {
  if (reports.length === 0) return [];
  const numbered = reports.map((report) => ({ ...report, id: v7(), shared: sharesOf(report) }));
  const rows = await tx
    .insert(usageEvents)
    .values(
      numbered.map(({ id, event, terms, clientId, jobId, chargeId, isCounted, shared }) => ({
        ...{ id, clientId, jobId, chargeId, isCounted },
        ...fieldsOf(event),
        multiplier: terms.multiplier,
        rubPerUnit: terms.rubPerUnit,
        rounding: terms.rounding,
        costUtok: terms.costUtok,
        isOverstated: shared.isOverstated,
      })),
    )
    .returning();
  await insertNodes(
    tx,
    numbered.map(({ id, shared }) => ({ usageEventId: id, shares: shared.shares })),
  );
  return rows;
}

/** Shares a cost over the steps of a report anew, once it is known. */
export async function shareAnew(
  tx: Transaction,
  report: ReportRow,
  costUtok: number,
): Promise<void> {
  const nodes = await tx
    .select()
    .from(usageNodes)
    .where(inArray(usageNodes.usageEventId, [report.id]));
  const named = nodes.filter(({ node }) => node !== OTHER_NODE);
  const { shares } = shareCost(costUtok, { totalCost: report.rawCost, nodes: named });
  await tx.delete(usageNodes).where(inArray(usageNodes.usageEventId, [report.id]));
  await insertNodes(tx, [{ usageEventId: report.id, shares }]);
}

function fieldsOf(event: TrackEvent) {
  return {
    source: event.source,
    eventId: event.eventId,
    bodyHash: Buffer.from(event.bodyHash, 'hex'),
    userId: event.userId,
    track: event.track,
    taskRef: event.taskRef,
    model: event.model ?? null,
    rawCost: event.totalCost,
    currency: event.currency,
    apiCalls: event.apiCalls,
    freeRequests: event.freeRequests,
    promptTokens: event.promptTokens,
    completionTokens: event.completionTokens,
    totalTokens: event.totalTokens,
    occurredAt: new Date(event.occurredAt),
    final: event.isFinal,
  };
}

/** What a reporter itself calls `_other` is what no step names. */
function sharesOf({ event, terms }: ReportToRecord) {
  const nodes = event.nodes.filter(({ node }) => node !== OTHER_NODE);
  return shareCost(terms.costUtok, { totalCost: event.totalCost, nodes });
}

async function insertNodes(
  tx: Transaction,
  shared: readonly {
    usageEventId: string;
    shares: readonly (NodeCost & { costUtok: number })[];
  }[],
): Promise<void> {
  const rows = shared.flatMap(({ usageEventId, shares }) =>
    shares.map((share) => ({ usageEventId, ...share })),
  );
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    await tx.insert(usageNodes).values(rows.slice(from, from + ROWS_AT_ONCE));
  }
}

/** Well below the 65,535 parameters of one statement. */
const ROWS_AT_ONCE = 10_000;

/** Steps of reports, by the report. */
export async function nodesOf(
  tx: Transaction,
  reportIds: readonly string[],
): Promise<ReadonlyMap<string, (typeof usageNodes.$inferSelect)[]>> {
  if (reportIds.length === 0) return new Map();
  const rows = await tx
    .select()
    .from(usageNodes)
    .where(inArray(usageNodes.usageEventId, [...reportIds]))
    .orderBy(sql`${usageNodes.costUtok} desc, ${usageNodes.node}`);
  const byReport = new Map<string, (typeof usageNodes.$inferSelect)[]>();
  for (const row of rows) {
    byReport.set(row.usageEventId, [...(byReport.get(row.usageEventId) ?? []), row]);
  }
  return byReport;
}
