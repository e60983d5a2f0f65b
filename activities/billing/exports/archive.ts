import { stringify } from 'csv-stringify/sync';
import { sql } from 'drizzle-orm';
import { strToU8, zipSync, type Zippable } from 'fflate';
import type { Database, Transaction } from '../../../drizzle/client';
import { SECTIONS, type Section } from './sections';

type Row = Readonly<Record<string, unknown>>;

export interface Subject {
  readonly userId: number;
  readonly locale: 'ru' | 'en';
  /** What lies before is not theirs to see: somebody who was erased and came back begins anew. */
  readonly visibleFrom: Date | null;
}

/** A ZIP of everything kept about a person: all of it as JSON, and a table for each kind with readable headings. */
export async function makeArchive(db: Database, subject: Subject): Promise<Buffer> {
  const collected = await db.transaction((tx) => collect(tx, subject), {
    isolationLevel: 'repeatable read',
    accessMode: 'read only',
  });
  const files: Zippable = { 'data.json': strToU8(JSON.stringify(jsonOf(collected), null, 2)) };
  for (const { section, rows } of collected) {
    files[`${section.name}.csv`] = strToU8(tableOf(section, rows, subject.locale));
  }
  // The same data give the same bytes.
  return Buffer.from(zipSync(files, { mtime: new Date('2020-01-01T00:00:00Z') }));
}

interface Collected {
  readonly section: Section;
  readonly rows: readonly Row[];
}

async function collect(tx: Transaction, { userId, visibleFrom }: Subject): Promise<Collected[]> {
  const since =
    visibleFrom === null
      ? sql`'-infinity'::timestamptz`
      : sql`${visibleFrom.toISOString()}::timestamptz`;
  const collected: Collected[] = [];
  for (const section of SECTIONS) {
    const rows = await tx.execute<Record<string, unknown>>(section.rows({ userId, since }));
    collected.push({ section, rows: [...rows] });
  }
  return collected;
}

function jsonOf(collected: readonly Collected[]): Record<string, readonly Row[]> {
  return Object.fromEntries(collected.map(({ section, rows }) => [section.name, rows]));
}

/** A byte order mark makes spreadsheets read UTF-8; a cell that looks like a formula is not one. */
function tableOf(section: Section, rows: readonly Row[], locale: 'ru' | 'en'): string {
  const columns = Object.entries(section.columns).map(([key, heading]) => ({
    key,
    header: heading[locale],
  }));
  return stringify([...rows], { header: true, columns, bom: true, escape_formulas: true });
}
