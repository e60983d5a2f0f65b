import type { NodeCost } from './track-cost';

/** One report of what a track has cost, as it was understood (specification section 14). Costs are decimal text. */
export interface TrackEvent {
  /** Unique together with its source: a repeat changes nothing (TC-4). */
  readonly eventId: string;
  readonly source: string;
  /** SHA-256 of the report as it was understood, hexadecimal: another body under the same id is refused. */
  readonly bodyHash: string;
  readonly userId: number;
  readonly track: string;
  /** The reporter's own name of the job; the event's own id for a report that is a job of its own. */
  readonly taskRef: string;
  readonly holdId?: string;
  /** The language model that did the work. */
  readonly model?: string;
  /** What the job has cost so far, in its currency. */
  readonly totalCost: string;
  readonly currency: string;
  readonly apiCalls: number;
  readonly freeRequests: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly totalTokens: number;
  readonly nodes: readonly NodeCost[];
  /** ISO 8601; the arrival where the reporter does not say. */
  readonly occurredAt: string;
  /** True for the last report of the job. */
  readonly isFinal: boolean;
}

export type TrackRefusal =
  | 'user_not_found'
  | 'hold_not_found'
  /** The identity belongs to another report. */
  | 'idempotency_mismatch'
  /** The job reports in another currency. */
  | 'conflict';

/** What became of a report. */
export type TrackAnswer =
  | {
      readonly kind: 'recorded';
      readonly eventId: string;
      /** True when the report had been taken before: nothing moved now. */
      readonly isReplay: boolean;
      /**
       * `charged`: it decided what its job costs. `reported`: it stands in the books and moved nothing. `pending`: its
       * cost cannot be computed yet. `late`: it says more than was charged, too late to charge it. The last two are open
       * items.
       */
      readonly status: 'charged' | 'reported' | 'pending' | 'late';
      readonly charge: TrackCharge | undefined;
      readonly rawCost: string;
      readonly currency: string;
      readonly rubPerUnit: string;
      readonly multiplier: string;
      readonly costUtok: number;
      readonly nodes: readonly TrackNode[];
      readonly isOverstated: boolean;
      readonly label: TrackLabel | undefined;
      /** All that the job has been charged, corrections included. */
      readonly jobChargedUtok: number;
    }
  | { readonly kind: 'refused'; readonly eventId: string; readonly code: TrackRefusal };

export interface TrackCharge {
  readonly chargeId: string;
  /** Null for a charge of nothing. */
  readonly transferId: string | null;
  readonly chargedUtok: number;
  readonly uncollectedUtok: number;
}

export interface TrackNode {
  readonly node: string;
  readonly rawCost: string;
  readonly costUtok: number;
}

export type TrackLabel = 'free' | 'local_model';

/** What a report without a cost is called (TC-8); undefined for one that cost something. */
export function trackLabel(event: {
  readonly rawCost: string;
  readonly freeRequests: number;
}): TrackLabel | undefined {
  if (!/^0+(\.0+)?$/.test(event.rawCost)) return undefined;
  return event.freeRequests > 0 ? 'free' : 'local_model';
}

/** Names a job among all of them: its client, its person, and source and name of the reporter. */
export function trackJobKey(
  clientId: string,
  event: { readonly userId: number; readonly source: string; readonly taskRef: string },
): string {
  return [clientId, event.userId, escaped(event.source), event.taskRef].join(':');
}

/** Key of the charge of a report that is charged alone; the space sets it apart from the keys callers choose. */
export function trackChargeKey(
  clientId: string,
  event: { readonly source: string; readonly eventId: string },
): string {
  return `${clientId} track:${escaped(event.source)}:${event.eventId}`;
}

/** Two names joined by a colon are told apart when the first has none. */
function escaped(source: string): string {
  return source.replaceAll('%', '%25').replaceAll(':', '%3A');
}
