import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** One line of a journal: the newest version of one record. */
export interface JournalEntry {
  readonly kind: string;
  readonly id: string;
  /** Null when the record was removed. */
  readonly record: unknown;
}

export interface Journal {
  append(entry: JournalEntry): void;
}

/**
 * Reads a journal, hands over its records, rewrites it without superseded lines and keeps it open for appending.
 * A line is written before its effect becomes visible; a last line torn by a kill is dropped.
 */
export function openJournal(file: string, restore: (entry: JournalEntry) => void): Journal {
  mkdirSync(dirname(file), { recursive: true });
  const newest = new Map<string, JournalEntry>();
  for (const entry of readEntries(file)) {
    const name = `${entry.kind}/${entry.id}`;
    if (entry.record === null) newest.delete(name);
    else newest.set(name, entry);
  }
  newest.forEach(restore);
  rewrite(file, [...newest.values()]);
  return { append: (entry) => appendFileSync(file, `${JSON.stringify(entry)}\n`) };
}

function readEntries(file: string): JournalEntry[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8').split('\n').flatMap(parseEntry);
}

function parseEntry(line: string): JournalEntry[] {
  try {
    return line === '' ? [] : [JSON.parse(line) as JournalEntry];
  } catch {
    return [];
  }
}

function rewrite(file: string, entries: readonly JournalEntry[]): void {
  const next = `${file}.next`;
  writeFileSync(next, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  renameSync(next, file);
}
