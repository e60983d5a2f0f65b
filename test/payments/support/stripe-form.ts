/** A form as Stripe reads it: `a[b][0]=c` is a tree of texts. */
export interface Form {
  readonly [name: string]: string | Form;
}

export class StripeProblem extends Error {
  constructor(
    readonly status: number,
    readonly error: Readonly<Record<string, unknown>>,
  ) {
    super(String(error['message']));
  }
}

/** The request is wrong; nothing was done, and nothing is stored under its key. */
export function invalid(message: string, more: Readonly<Record<string, unknown>> = {}) {
  return new StripeProblem(400, { type: 'invalid_request_error', message, ...more });
}

export function missing(what: string, param: string) {
  const message = `No such ${what}`;
  return new StripeProblem(404, {
    ...{ type: 'invalid_request_error', code: 'resource_missing', message, param },
  });
}

/** Reads a form, and refuses every field whose path none of the patterns permits. */
export function readForm(text: string, permitted: readonly RegExp[]): Form {
  const form: Record<string, string | Form> = {};
  for (const [path, value] of new URLSearchParams(text)) {
    const plain = path.replace(/\[(\d+)\]/g, '[#]');
    if (!permitted.some((pattern) => pattern.test(plain))) {
      throw invalid(`Received unknown parameter: ${path}`, {
        code: 'parameter_unknown',
        param: path,
      });
    }
    put(
      form,
      path.split(/[[\]]+/).filter((part) => part !== ''),
      value,
    );
  }
  return form;
}

function put(form: Record<string, string | Form>, path: readonly string[], value: string): void {
  const [name = '', ...rest] = path;
  if (rest.length === 0) {
    form[name] = value;
    return;
  }
  const inner = (form[name] ?? {}) as Record<string, string | Form>;
  form[name] = inner;
  put(inner, rest, value);
}

export function text(form: Form, name: string): string | undefined {
  const value = form[name];
  return typeof value === 'string' ? value : undefined;
}

export function required(form: Form, name: string): string {
  const value = text(form, name);
  if (value === undefined || value === '') {
    throw invalid(`Missing required param: ${name}.`, { code: 'parameter_missing', param: name });
  }
  return value;
}

export function inner(form: Form, name: string): Form {
  const value = form[name];
  return typeof value === 'object' ? value : {};
}

export function whole(form: Form, name: string): number {
  const value = required(form, name);
  if (!/^\d+$/.test(value)) throw invalid(`Invalid integer: ${value}`, { param: name });
  return Number(value);
}

/** At most 50 names of 40 characters with values of 500. */
export function metadataOf(form: Form): Record<string, string> {
  const metadata = inner(form, 'metadata');
  const entries = Object.keys(metadata).map((name) => [name, text(metadata, name) ?? ''] as const);
  if (entries.length > 50) throw invalid('You can only have 50 keys in metadata');
  for (const [name, value] of entries) {
    if (name.length > 40 || value.length > 500) throw invalid(`metadata ${name} is too long`);
  }
  return Object.fromEntries(entries);
}

const CURRENCIES: Readonly<Record<string, number>> = { usd: 2, eur: 2, rub: 2, jpy: 0, kwd: 3 };

/** A positive sum in the smallest unit of a currency; the third decimal of a currency has to be zero. */
export function sumOf(form: Form, name: string): { amount: number; currency: string } {
  const currency = required(form, 'currency');
  const decimals = CURRENCIES[currency];
  if (decimals === undefined) throw invalid(`Invalid currency: ${currency}`, { param: 'currency' });
  const amount = whole(form, name);
  if (amount < 1) throw invalid('Invalid positive integer', { code: 'parameter_invalid_integer' });
  if (decimals === 3 && amount % 10 !== 0) {
    throw invalid('The amount must be evenly divisible by 10', { code: 'invalid_charge_amount' });
  }
  return { amount, currency };
}
