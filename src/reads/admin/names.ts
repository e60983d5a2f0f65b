interface NamedRow {
  readonly first_name: string | null;
  readonly last_name: string | null;
}

/** A person's name as Telegram gave it; empty for who has none. */
export function nameOf(row: NamedRow): string {
  return [row.first_name, row.last_name].filter((part) => part !== null && part !== '').join(' ');
}
