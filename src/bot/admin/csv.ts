import { stringify } from 'csv-stringify/sync';
import type { Locale } from '../../domain/messages';
import type { AdminReads } from '../../reads/admin/contract';
import type { ExportCursor, ExportKind, ExportPage } from '../../reads/admin/statistics';

/** An export stops here, so that it always fits into memory and into a message of Telegram. */
export const MOST_ROWS = 50_000;

export interface CsvFile {
  readonly content: Buffer;
  readonly rows: number;
  /** There was more than fits; the newest are in it. */
  readonly isCut: boolean;
}

/** Everything of a kind as a table that spreadsheets open as it is, newest first. */
export async function csvFile(
  reads: Pick<AdminReads, 'exportPage'>,
  kind: ExportKind,
  locale: Locale,
): Promise<CsvFile> {
  const parts: string[] = [];
  let rows = 0;
  let before: ExportCursor | undefined;
  do {
    const page: ExportPage = await reads.exportPage(kind, before);
    const shown = page.rows.slice(0, MOST_ROWS - rows);
    parts.push(csvPart(page.columns, shown, { locale, isFirst: rows === 0 }));
    rows += shown.length;
    before = page.nextBefore;
    if (shown.length < page.rows.length) break;
  } while (before !== undefined && rows < MOST_ROWS);
  return { content: Buffer.from(parts.join('')), rows, isCut: before !== undefined };
}

/** Russian spreadsheets separate by semicolons; the mark at the beginning says that it is UTF-8. */
export function csvPart(
  columns: readonly string[],
  rows: ExportPage['rows'],
  { locale, isFirst }: { readonly locale: Locale; readonly isFirst: boolean },
): string {
  return stringify(
    rows.map((row) => row.map(safeCell)),
    {
      ...{ bom: isFirst, header: isFirst, columns: [...columns] },
      ...{ delimiter: locale === 'ru' ? ';' : ',', record_delimiter: 'windows' },
    },
  );
}

/** A spreadsheet would run what begins like a formula, such as a name somebody gave themselves; numbers stay numbers. */
export function safeCell(value: string | number | null): string | number | null {
  if (typeof value !== 'string' || /^-?\d+(\.\d+)?$/.test(value)) return value;
  return /^[=+\-@\t\r\n|]/.test(value) ? `'${value}` : value;
}
