import type { Money } from '../../domain/money';

/** From an instant on, up to another that is not part of it. */
export interface Span {
  readonly from: Date;
  readonly to: Date;
}

/** Money of one provider in one currency. */
export interface RevenueLine {
  readonly provider: string;
  readonly received: Money;
  readonly returned: Money;
  readonly payments: number;
}

/** What happened in a span, by business time; the definitions stand in the texts of /stats (OPS-11). */
export interface SalesReport {
  readonly revenue: readonly RevenueLine[];
  readonly newPeople: number;
  readonly payers: number;
  readonly newPayers: number;
  readonly soldUtok: number;
  readonly givenUtok: number;
  readonly spentUtok: number;
  readonly expiredUtok: number;
  /** Tokens taken for work whose cost was reported, and that cost in kopecks, rounded half-up once. */
  readonly workUtok: number;
  readonly workCostMinor: number;
  readonly trialsEnded: number;
  readonly trialsConverted: number;
  /** People with a paid period at the beginning, and how many of them had none at the end. */
  readonly membersAtStart: number;
  readonly membersLost: number;
  /** People with a paid period at any moment of the span. */
  readonly membersDuring: number;
}

/** How things stand now. */
export interface Standing {
  readonly active: number;
  readonly trialing: number;
  readonly pastDue: number;
  readonly paused: number;
  readonly cancelling: number;
  /** Kopecks a month. */
  readonly mrrMinor: number;
  readonly openItems: number;
}

/** Money received on one local day. */
export interface DaySales {
  /** `YYYY-MM-DD` in the zone that was asked for. */
  readonly day: string;
  readonly provider: string;
  readonly received: Money;
}

export type ExportKind = 'sales' | 'transfers' | 'users' | 'usage';

/** The position of the last row of a page. */
export type ExportCursor = number | string;

/** One page of an export, newest first; cells are texts or whole numbers. */
export interface ExportPage {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
  /** Where the next page goes on; undefined after the last. */
  readonly nextBefore: ExportCursor | undefined;
}

/** Figures of the business; every member is one read-only query. */
export interface StatisticsReads {
  salesReport(span: Span): Promise<SalesReport>;
  standing(): Promise<Standing>;
  dailySales(span: Span, timeZone: string): Promise<readonly DaySales[]>;
  exportPage(kind: ExportKind, before: ExportCursor | undefined): Promise<ExportPage>;
}
