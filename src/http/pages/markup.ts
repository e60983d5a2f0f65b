/** Markup that is already safe to print. */
export class Markup {
  constructor(readonly text: string) {}
}

type Printable = string | number | Markup | undefined;

/** A template whose every value is escaped unless it is markup itself. */
export function html(parts: TemplateStringsArray, ...values: readonly Printable[]): Markup {
  const printed = values.map(print);
  return new Markup(parts.map((part, i) => part + (printed[i] ?? '')).join(''));
}

/** Takes text of our own or of the operator as markup; never text of a visitor. */
export function trusted(text: string): Markup {
  return new Markup(text);
}

function print(value: Printable): string {
  if (value === undefined) return '';
  if (value instanceof Markup) return value.text;
  return String(value).replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
