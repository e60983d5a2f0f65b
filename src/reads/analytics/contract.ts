import type { Span } from '../admin/statistics';

/** By what charged work is grouped. */
export type WorkGroup = 'track' | 'model' | 'day' | 'user' | 'client';
/** Steps by their name alone, or each step within its track. */
export type NodeGroup = 'node' | 'track_node';

/** Which work is meant, by the business time of its charge. */
export interface WorkFilter {
  readonly span: Span;
  readonly track?: string | undefined;
  readonly userId?: number | undefined;
  /** The service that charged it. */
  readonly clientId?: string | undefined;
  /** True for what a person may see: nothing from before they began anew after an erasure (AU-4). */
  readonly isForPerson?: boolean | undefined;
}

export interface PageWish {
  readonly limit: number;
  /** What a page before gave as `nextCursor`; anything else means the first page. */
  readonly cursor?: string | undefined;
}

export interface WorkQuestion extends WorkFilter, PageWish {
  readonly group: WorkGroup;
  /** Whose midnights part the days. */
  readonly timeZone: string;
}

export interface NodeQuestion extends WorkFilter, PageWish {
  readonly group: NodeGroup;
}

/** Sums over charges. Tokens are micro-tokens; raw costs and margins are exact decimal text. */
export interface WorkFigures {
  /** Charges, also those of nothing. */
  readonly jobs: number;
  /** Of them, those with a report of their cost. */
  readonly reportedJobs: number;
  /** Of the reported, those that cost nothing because requests were free, and because nobody was asked. */
  readonly freeJobs: number;
  readonly localJobs: number;
  readonly requestedUtok: bigint;
  readonly chargedUtok: bigint;
  readonly uncollectedUtok: bigint;
  /** The part of what was not collected that nobody asks for any more. */
  readonly waivedUtok: bigint;
  /** Given back since, of these very charges, whenever that was; tokens whose time had ended meanwhile are in it. */
  readonly reversedUtok: bigint;
  /** Charged and not given back: what the ledger's spend transfers of these charges come to. */
  readonly spentUtok: bigint;
  /** Of what was charged for one job: the mean, rounded half-up, and amounts that were really charged (nearest rank). */
  readonly averageUtok: bigint;
  readonly medianUtok: bigint;
  readonly p95Utok: bigint;
  /** As reported, by currency. */
  readonly rawCosts: Readonly<Record<string, string>>;
  /** All of it in rubles, at the rate each report was taken at. */
  readonly rawCostRub: string;
  /** What was spent, a token for a ruble, less the raw cost in rubles. */
  readonly marginRub: string;
  readonly promptTokens: bigint;
  readonly completionTokens: bigint;
  readonly totalTokens: bigint;
  readonly apiCalls: bigint;
  readonly freeRequests: bigint;
}

export interface WorkRow extends WorkFigures {
  /** A track, a model, a person's or a client's id, a local day; null where the charge names none. */
  readonly key: string | null;
  /** The client's name. */
  readonly name: string | null;
}

export interface WorkReport {
  /** Of everything that was asked for, whatever page this is. */
  readonly totals: WorkFigures;
  /** Days newest first, all else by what was spent, most first. */
  readonly rows: readonly WorkRow[];
  readonly nextCursor: string | undefined;
}

/** What steps of reported work cost. */
export interface NodeFigures {
  /** Reports that name the step. */
  readonly jobs: number;
  /** Their part of what was asked of people, before anything that could not be collected or was given back. */
  readonly costUtok: bigint;
  readonly averageUtok: bigint;
  readonly medianUtok: bigint;
  readonly p95Utok: bigint;
  readonly rawCostRub: string;
}

export interface NodeRow extends NodeFigures {
  /** Null for the part of charges that no step was named for. */
  readonly node: string | null;
  /** Null where steps of all tracks are one row. */
  readonly track: string | null;
}

export interface NodeReport {
  /** Of the charges themselves: the rows' costs sum to `requestedUtok`. */
  readonly totals: WorkFigures;
  readonly rows: readonly NodeRow[];
  readonly nextCursor: string | undefined;
}

/** What one track cost on one local day. */
export interface DayOfTrack {
  /** `YYYY-MM-DD`. */
  readonly day: string;
  readonly track: string | null;
  readonly spentUtok: bigint;
}

/** One charge as its owner sees it. */
export interface JobRow {
  readonly chargeId: string;
  readonly kind: 'spend' | 'track' | 'hold_capture';
  readonly track: string | null;
  readonly description: string;
  readonly chargedUtok: number;
  readonly uncollectedUtok: number;
  readonly reversedUtok: number;
  /** Why it cost nothing, where it was reported to (TC-8). */
  readonly free: 'free' | 'local' | undefined;
  readonly asOf: string;
}

export interface JobPage {
  readonly rows: readonly JobRow[];
  /** The id of the last charge shown; undefined on the last page. */
  readonly nextCursor: string | undefined;
}

/**
 * What work cost and what was taken for it (TC-10), live from charges, reports and the ledger. All sums are exact. A spend
 * counts at the business time of its charge; what was given back of it is taken off there too.
 */
export interface AnalyticsReads {
  work(question: WorkQuestion): Promise<WorkReport>;
  nodes(question: NodeQuestion): Promise<NodeReport>;
  workByDay(filter: WorkFilter, timeZone: string): Promise<readonly DayOfTrack[]>;
  /** The person's charges, newest first, eight a page, by keyset. */
  jobs(userId: number, cursor: string | undefined): Promise<JobPage>;
}
