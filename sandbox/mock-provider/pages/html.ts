/** Markup that is already safe to print. */
export class Html {
  constructor(readonly markup: string) {}
}

type Printable = string | number | Html | undefined | readonly (Html | undefined)[];

/** A template whose every value is escaped unless it is markup made by this template itself. */
export function html(parts: TemplateStringsArray, ...values: readonly Printable[]): Html {
  const printed = values.map(print);
  return new Html(parts.map((part, i) => part + (printed[i] ?? '')).join(''));
}

/** Text that may stand anywhere in HTML, attributes included. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** Hidden inputs that carry fields along with a form. */
export function hiddenInputs(fields: Readonly<Record<string, string>>): Html[] {
  return Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
  );
}

function print(value: Printable): string {
  if (value === undefined) return '';
  if (value instanceof Html) return value.markup;
  if (typeof value === 'object') return value.map(print).join('');
  return escaped(String(value));
}
