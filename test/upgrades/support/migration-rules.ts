/**
 * What a migration may not do while the previous release works on the same database. One that only takes away what
 * nothing uses any more begins with `-- contract: <since when and why>`; one that changes a handful of rows with
 * `-- few rows: <why they are few>`.
 */
export interface Rule {
  readonly forbids: RegExp;
  readonly instead: string;
  /** The line at the beginning by which an author answers for it. */
  readonly unless?: RegExp;
}

const CONTRACT = /^-- contract: \S.{20,}/;
const FEW_ROWS = /^-- few rows: \S.{20,}/;

/** Rules for statements that touch a table which was there before. */
const OLD_TABLES: readonly Rule[] = [
  {
    forbids: /\bdrop\s+(?:table|view|type|schema|sequence|column)\b/i,
    instead:
      'the previous release still reads it; take it away one release later, with "-- contract:"',
    unless: CONTRACT,
  },
  {
    forbids: /\brename\s+(?:to|column|constraint)?/i,
    instead: 'add the new name, write both, and take the old one away one release later',
  },
  {
    forbids: /\balter\s+column\s+\S+\s+(?:set\s+data\s+)?type\b/i,
    instead: 'rewrites the table under a lock; add a column of the new type',
  },
  {
    forbids: /\balter\s+column\s+\S+\s+set\s+not\s+null\b/i,
    instead: 'the previous release leaves it empty; add a check NOT VALID one release later',
  },
  {
    forbids: /\balter\s+column\s+\S+\s+drop\s+default\b/i,
    instead: 'the previous release leaves it to the default',
    unless: CONTRACT,
  },
  {
    forbids: /\badd\s+column\b(?=[^;]*\bnot\s+null\b)(?![^;]*\bdefault\b)/i,
    instead: 'the previous release does not fill it; give it a constant default or leave it null',
  },
  {
    forbids:
      /\badd\s+column\b[^;]*\bdefault\s+\(?(?:gen_random_uuid|uuidv7|random|clock_timestamp|nextval)\b/i,
    instead: 'rewrites every row under a lock; fill it in afterwards',
  },
  {
    forbids:
      /\badd\s+column\b[^;]*\b(?:generated\s+always|bigserial|serial|unique|primary\s+key)\b/i,
    instead: 'rewrites or scans the table under a lock; add it empty and fill it in afterwards',
  },
  {
    forbids: /\badd\s+constraint\b(?=[^;]*\b(?:check|foreign\s+key)\b)(?![^;]*\bnot\s+valid\b)/i,
    instead: 'scans the table under a lock; add it NOT VALID and validate it in the folder online',
  },
  {
    forbids: /\badd\s+constraint\b[^;]*\b(?:unique|primary\s+key|exclude)\b/i,
    instead: 'builds an index under a lock, and the previous release may not keep to it',
    unless: CONTRACT,
  },
  {
    forbids: /\bvalidate\s+constraint\b/i,
    instead: 'scans the table while the transaction holds its lock; put it into the folder online',
  },
  {
    forbids: /\bcreate\s+(?:unique\s+)?index\b/i,
    instead: 'nobody can write while it is built; put it CONCURRENTLY into the folder online',
  },
  {
    forbids: /\b(?:update|delete\s+from|truncate)\s+(?:only\s+)?"?\w+"?/i,
    instead: 'locks rows for as long as all migrations take; let the keeper do it in portions',
    unless: FEW_ROWS,
  },
  {
    forbids: /\b(?:lock\s+table|vacuum|cluster|reindex|refresh\s+materialized)\b/i,
    instead: 'locks the table for long',
  },
];

/** Rules for every statement. */
const ALWAYS: readonly Rule[] = [
  {
    forbids: /\b(?:set|set_config\s*\()\s*(?:local\s+)?'?(?:lock|statement)_timeout/i,
    instead: 'the runner limits how long a migration waits',
  },
  {
    forbids: /\bconcurrently\b/i,
    instead: 'cannot run in a transaction; put it into the folder online',
  },
];

/** What may stand in the folder `online`: statements that hold no lock and may be repeated. */
const ONLINE: readonly RegExp[] = [
  /^create\s+index\s+concurrently\s+if\s+not\s+exists\s/i,
  /^drop\s+index\s+concurrently\s+if\s+exists\s/i,
  /^alter\s+table\s+\S+\s+validate\s+constraint\s+\S+;?$/i,
];

/** Says what is wrong with a migration, each with what to do instead. */
export function judgeMigration(text: string, earlier: readonly string[] = []): string[] {
  const statements = statementsOf(text);
  const created = new Set(statements.flatMap(createdTable));
  return [
    ...statements.flatMap((statement) => {
      const isOld = !tablesOf(statement).every((table) => created.has(table));
      const rules = isOld ? [...OLD_TABLES, ...ALWAYS] : ALWAYS;
      return rules
        .filter(({ forbids, unless }) => forbids.test(statement) && !unless?.test(text))
        .map(({ instead }) => `${firstWords(statement)}: ${instead}`);
    }),
    ...narrowedLists(statements, earlier),
  ];
}

/** Says which statements may not stand in the folder `online`. */
export function judgeOnline(text: string): string[] {
  return statementsOf(text)
    .filter((statement) => !ONLINE.some((allowed) => allowed.test(statement)))
    .map(
      (statement) =>
        `${firstWords(statement)}: only indexes CONCURRENTLY IF [NOT] EXISTS and VALIDATE CONSTRAINT`,
    );
}

/** Statements without comments and without the bodies of functions, whose text is no statement of the migration. */
function statementsOf(text: string): string[] {
  return text
    .replace(/^--(?!>).*$/gm, '')
    .replace(/\$(\w*)\$[\s\S]*?\$\1\$/g, "''")
    .split(/--> statement-breakpoint|;/)
    .map((statement) => statement.replace(/\s+/g, ' ').trim())
    .filter((statement) => statement !== '');
}

function createdTable(statement: string): string[] {
  const [, name] =
    /^create\s+(?:unlogged\s+)?table\s+(?:if\s+not\s+exists\s+)?(?:"?public"?\.)?"?(\w+)"?/i.exec(
      statement,
    ) ?? [];
  return name === undefined ? [] : [name];
}

/** The tables that a statement locks; an unknown one for a statement of no table, which is judged like an old one. */
function tablesOf(statement: string): string[] {
  const made = createdTable(statement);
  if (made.length > 0) return made;
  const [, name] =
    /^(?:alter\s+table\s+(?:if\s+exists\s+)?(?:only\s+)?|create\s+(?:unique\s+)?index\s+.*?\son\s+(?:only\s+)?|insert\s+into\s+|update\s+|delete\s+from\s+)(?:"?public"?\.)?"?(\w+)"?/i.exec(
      statement,
    ) ?? [];
  return [name ?? ''];
}

const LISTED = /constraint "?(\w+)"? check \((.*?) in \(((?:'[^']*'(?:, ?)?)+)\)\)/gi;

/** Lists of allowed words that lost one which the previous release still writes. */
function narrowedLists(statements: readonly string[], earlier: readonly string[]): string[] {
  const before = new Map<string, readonly string[]>();
  for (const statement of earlier.flatMap(statementsOf)) {
    for (const [name, words] of listsOf(statement)) before.set(name, words);
  }
  return statements.flatMap(listsOf).flatMap(([name, words]) => {
    const lost = (before.get(name) ?? []).filter((word) => !words.includes(word));
    return lost.map((word) => `${name}: the previous release still writes '${word}'`);
  });
}

function listsOf(statement: string): [name: string, words: readonly string[]][] {
  return [...statement.matchAll(LISTED)].map(([, name = '', , list = '']) => [
    name,
    [...list.matchAll(/'([^']*)'/g)].map(([, word = '']) => word),
  ]);
}

function firstWords(statement: string): string {
  return statement.split(' ').slice(0, 6).join(' ');
}
