import { defineQuery, defineUpdate } from '@temporalio/workflow';

/** One copy of a person's data, with the id of its row. */
export function exportWorkflowId(exportId: string): string {
  return `export:${exportId}`;
}

export interface ExportInput {
  readonly exportId: string;
  readonly userId: number;
  /** Made because the person leaves: the limit of one a day does not count. */
  readonly isFarewell?: boolean;
  readonly clockOffsetMs?: number;
}

/** `againAt` is an ISO 8601 instant: one copy a day. */
export type ExportOpening =
  { readonly kind: 'accepted' } | { readonly kind: 'too_soon'; readonly againAt: string };

export interface ExportCard {
  readonly exportId: string;
  readonly state: 'opening' | 'making' | 'ready' | 'gone' | 'refused';
  readonly linkUntil: string | undefined;
}

/** Answers as soon as the copy is being made or is refused. */
export const openExportUpdate = defineUpdate<ExportOpening, []>('open');
export const exportStateQuery = defineQuery<ExportCard>('state');
