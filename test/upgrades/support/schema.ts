import type postgres from 'postgres';

/** What a release knows of its database and leans on, by name, in PostgreSQL's own words. */
export interface Schema {
  /** `table.column` → type, and what an insert must know: `required`, `optional` or `default`. */
  readonly columns: Readonly<Record<string, string>>;
  /** Unique indexes and exclusions. */
  readonly unique: Readonly<Record<string, string>>;
  /** Checks and foreign keys: what is refused. */
  readonly constraints: Readonly<Record<string, string>>;
}

export async function schemaOf(sql: postgres.Sql): Promise<Schema> {
  const columns = await sql`
    select c.relname || '.' || a.attname as name,
      format_type(a.atttypid, a.atttypmod) || case
        when a.atthasdef or a.attidentity <> '' then ' default'
        when a.attnotnull then ' required' else ' optional' end as words
    from pg_attribute a join pg_class c on c.oid = a.attrelid
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
      and a.attnum > 0 and not a.attisdropped`;
  const unique = await sql`
    select c.relname || ' ' || i.relname as name, pg_get_indexdef(x.indexrelid) as words
    from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class c on c.oid = x.indrelid
    where c.relnamespace = 'public'::regnamespace and (x.indisunique or x.indisexclusion)`;
  const constraints = await sql`
    select c.relname || ' ' || k.conname as name,
      replace(pg_get_constraintdef(k.oid), ' NOT VALID', '') as words
    from pg_constraint k join pg_class c on c.oid = k.conrelid
    where c.relnamespace = 'public'::regnamespace and k.contype in ('c', 'f')`;
  return {
    columns: byName(columns),
    unique: byName(unique),
    constraints: byName(constraints),
  };
}

function byName(rows: postgres.RowList<postgres.Row[]>): Record<string, string> {
  const pairs = rows.map(({ name, words }): [string, string] => [String(name), String(words)]);
  return Object.fromEntries(pairs.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Says what in a database would surprise the code of an earlier release. */
export function surprises(released: Schema, current: Schema): string[] {
  const known = new Set(Object.keys(released.columns).map(tableOf));
  const isOld = (name: string) => known.has(tableOf(name));
  return [
    ...Object.entries(released.columns).flatMap(([name, words]) => column(name, words, current)),
    ...Object.entries(current.columns)
      .filter(([name, words]) => isOld(name) && !(name in released.columns) && isRequired(words))
      .map(([name]) => `${name} must be filled, which the release does not`),
    ...Object.entries(current.unique)
      .filter(([name, words]) => isOld(name) && released.unique[name] !== words)
      .map(([name]) => `${name} is unique in a way that the release does not keep to`),
    ...Object.keys(released.unique)
      .filter((name) => !(name in current.unique))
      .map((name) => `${name} is gone, which the release relies on for its conflicts`),
    ...Object.entries(current.constraints)
      .filter(([name]) => isOld(name))
      .flatMap(([name, words]) => constraint(name, words, released)),
  ];
}

function column(name: string, words: string, current: Schema): string[] {
  const now = current.columns[name];
  if (now === undefined) return [`${name} is gone`];
  if (now === words) return [];
  const [was, is] = [words, now].map((text) => text.replace(/ \w+$/, ''));
  if (was !== is) return [`${name} was ${was} and is ${is}`];
  if (isRequired(now)) return [`${name} must be filled now`];
  return words.endsWith(' default') ? [`${name} has lost its default`] : [];
}

/** A list of allowed words may grow; any other change of what is refused is a surprise. */
function constraint(name: string, words: string, released: Schema): string[] {
  const was = released.constraints[name];
  if (was === words) return [];
  if (was === undefined) return [`${name} refuses what the release may write: ${words}`];
  const lost = quoted(was).filter((word) => !quoted(words).includes(word));
  if (lost.length > 0) return [`${name} refuses ${lost.join(', ')} now`];
  return shape(was) === shape(words) ? [] : [`${name} was ${was} and is ${words}`];
}

const quoted = (text: string): string[] => text.match(/'[^']*'/g) ?? [];
/** The text without its list of words. */
const shape = (text: string): string => text.replace(/'[^']*'::text(?:, )?/g, '');
const isRequired = (words: string): boolean => words.endsWith(' required');
const tableOf = (name: string): string => /^\w+/.exec(name)?.[0] ?? '';
