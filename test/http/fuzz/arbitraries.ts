import fc, { type Arbitrary } from 'fast-check';

/** A schema of the document, as far as requests need it. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
}

export type Resolve = (ref: string) => Schema;

/** Schemas may contain themselves; what is made of them ends here. */
const DEEPEST = 5;

/** Values that a schema allows, its boundaries among them. */
export function valid(schema: Schema, resolve: Resolve, depth = 0): Arbitrary<unknown> {
  const inner = (one: Schema) => valid(one, resolve, depth + 1);
  if (schema.$ref !== undefined) return inner(resolve(schema.$ref));
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if ('const' in schema) return fc.constant(schema.const);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return fc.oneof(...choices.map(inner));
  const [type] = [schema.type ?? 'any'].flat();
  switch (type) {
    case 'string':
      return texts(schema);
    case 'integer':
      return integers(schema);
    case 'number':
      return fc.oneof(integers(schema), fc.constantFrom(0.5, 1.25, 0.000001));
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return depth > DEEPEST ? fc.constant([]) : arrays(schema, inner);
    case 'object':
      return depth > DEEPEST ? fc.constant({}) : objects(schema, inner);
    default:
      return fc.jsonValue();
  }
}

/** Small ones as often as any: most of what is meant is small. */
function integers({ minimum, maximum, exclusiveMinimum }: Schema): Arbitrary<number> {
  const min = Math.max(
    minimum ?? (exclusiveMinimum === undefined ? -10 : exclusiveMinimum + 1),
    -1e9,
  );
  const max = Math.min(maximum ?? min + 100_000, 1e9);
  return fc.oneof(fc.integer({ min, max: Math.min(max, min + 20) }), fc.integer({ min, max }));
}

function texts({ format, pattern, minLength = 0, maxLength }: Schema): Arbitrary<string> {
  if (format === 'uuid') return fc.uuid();
  if (format === 'date-time') {
    const [min, max] = [new Date('2020-01-01'), new Date('2040-01-01')];
    return fc.date({ min, max, noInvalidDate: true }).map((at) => at.toISOString());
  }
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  const most = Math.min(maxLength ?? minLength + 20, minLength + 600);
  return fc.string({ minLength, maxLength: most, unit: 'grapheme' });
}

type Inner = (schema: Schema) => Arbitrary<unknown>;

function arrays({ items = {}, minItems = 0, maxItems }: Schema, inner: Inner): Arbitrary<unknown> {
  const maxLength = Math.min(maxItems ?? minItems + 5, minItems + 5);
  return fc.array(inner(items), { minLength: minItems, maxLength });
}

function objects(schema: Schema, inner: Inner): Arbitrary<unknown> {
  const members = Object.entries(schema.properties ?? {}).map(
    ([name, one]) => [name, inner(one)] as const,
  );
  const named = fc.record(Object.fromEntries(members), {
    requiredKeys: [...(schema.required ?? [])].filter((name) => name in (schema.properties ?? {})),
  });
  const { additionalProperties: others } = schema;
  if (typeof others !== 'object') return named;
  const more = fc.dictionary(fc.string({ minLength: 1 }), inner(others), { maxKeys: 4 });
  return fc.tuple(more, named).map(([extra, known]) => ({ ...extra, ...known }));
}

/** What careless and hostile callers send in place of what is meant. */
export const JUNK: Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    ...[null, true, '', ' ', 0, -1, 1e308, -0.000001, 9_007_199_254_740_992, 1e-7],
    ...['-0', '1e3', 'NaN', '٣', '\u0000', '\ud800', '‮', "' or 1=1 --", '../../etc', '%00'],
    ...['9'.repeat(400), 'я'.repeat(5_000), [], {}, [[]], { __proto__: null }],
  ),
  fc.jsonValue(),
  fc.string({ unit: 'binary' }),
);

/** A valid value with one thing wrong: a member missing, replaced, or one too many. */
export function spoilt(value: unknown): Arbitrary<unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return JUNK;
  const names = Object.keys(value);
  if (names.length === 0) return JUNK.map((junk) => ({ junk }));
  const chosen = fc.constantFrom(...names);
  return fc.oneof(
    chosen.map((name) => Object.fromEntries(Object.entries(value).filter(([one]) => one !== name))),
    fc.tuple(chosen, JUNK).map(([name, junk]) => ({ ...value, [name]: junk })),
    JUNK.map((junk) => ({ ...value, unheard_of: junk })),
    JUNK,
  );
}
