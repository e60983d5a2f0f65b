import { z } from 'zod';
import type { oas31 } from 'zod-openapi';
import { rawCostText } from '../../domain/billing/raw-cost';
import { PROBLEM_CODES } from './problems';
import { amountShape, uuid } from './schemas';

/** Control characters and halves of characters are nobody's name; PostgreSQL could not even keep some of them. */
const UNNAMEABLE = /[\p{Cc}\p{Cs}]/u;

const name = (longest: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(longest)
    .refine((text) => !UNNAMEABLE.test(text), 'has characters that no name has');

const cost = z.union([z.string().max(60), z.number()]).transform((given, context) => {
  const text = rawCostText(given);
  if (text !== undefined) return text;
  context.addIssue('takes a cost of zero or more, with at most ten decimal places');
  return z.NEVER;
});

const count = z
  .int()
  .min(0)
  .max(2_147_483_647)
  .nullish()
  .transform((given) => given ?? 0);

const userId = z
  .union([z.int().positive().max(999_999_999_999_999), z.string().regex(/^[1-9]\d{0,14}$/)])
  .transform(Number);

/** What a report says. Members it does not know are left unread: reporters may say more to others. */
export const trackCost = z.looseObject({
  event_id: name(200),
  source: name(64),
  user_id: userId,
  track: name(100),
  task_ref: name(128).nullish(),
  hold_id: z.uuid().nullish(),
  model: name(100).nullish(),
  total_cost: cost,
  currency: z
    .string()
    .regex(/^[A-Za-z]{3,5}$/)
    .nullish()
    .transform((given) => (given ?? 'RUB').toUpperCase()),
  api_calls: count,
  free_requests: count,
  prompt_tokens: count,
  completion_tokens: count,
  total_tokens: count,
  node_costs: z
    .record(name(200), cost)
    .nullish()
    .transform((given) => given ?? {}),
  occurred_at: z.iso.datetime({ offset: true, local: true }).nullish(),
  final: z
    .boolean()
    .nullish()
    .transform((given) => given ?? true),
});

export type TrackCost = z.output<typeof trackCost>;

const COST: oas31.SchemaObject = {
  anyOf: [
    { type: 'string', pattern: '^\\d{1,10}(\\.\\d{1,10})?$' },
    { type: 'number', minimum: 0, exclusiveMaximum: 10_000_000_000 },
  ],
  description: 'Decimal text, or a JSON number; at most ten decimal places',
};
const COUNT: oas31.SchemaObject = { type: 'integer', minimum: 0, maximum: 2_147_483_647 };
const text = (maxLength: number): oas31.SchemaObject => ({
  type: 'string',
  minLength: 1,
  maxLength,
});

/** The report as the document shows it; what is read beside it is more forgiving. */
const EVENT: oas31.SchemaObject = {
  type: 'object',
  required: ['event_id', 'source', 'user_id', 'track', 'total_cost'],
  properties: {
    event_id: { ...text(200), description: 'Unique within the source' },
    source: { ...text(64), description: 'Who reports, such as the name of a runner' },
    user_id: { type: 'integer', minimum: 1, maximum: 999_999_999_999_999 },
    track: { ...text(100), description: 'The kind of job' },
    task_ref: { ...text(128), description: 'The job; the event is a job of its own without it' },
    hold_id: { type: 'string', format: 'uuid', description: 'The hold that the job settles' },
    model: text(100),
    total_cost: { ...COST, description: 'What the job has cost so far' },
    currency: { type: 'string', pattern: '^[A-Za-z]{3,5}$', default: 'RUB' },
    api_calls: COUNT,
    free_requests: COUNT,
    prompt_tokens: COUNT,
    completion_tokens: COUNT,
    total_tokens: COUNT,
    node_costs: { type: 'object', additionalProperties: COST },
    occurred_at: { type: 'string', format: 'date-time' },
    final: { type: 'boolean', default: true, description: 'False for a report of a running job' },
  },
};

const EXAMPLE = {
  event_id: '0197a3c1',
  source: 'runner-1',
  user_id: 7000000001,
  track: 'presentation',
  task_ref: 'task-4711',
  total_cost: '0.05',
  currency: 'RUB',
  node_costs: { outline: '0.02', slides: '0.03' },
  final: true,
};

/** One report or many, in any of their envelopes; each is read by {@link trackCost} on its own. */
export const trackReport = z
  .looseObject({ events: z.array(z.unknown()).min(1).max(1_000).optional() })
  .meta({
    id: 'TrackReport',
    override: {
      type: 'object',
      anyOf: [
        EVENT,
        {
          type: 'object',
          required: ['events'],
          properties: { events: { type: 'array', items: EVENT, minItems: 1, maxItems: 1_000 } },
        },
      ],
      description:
        'The bare report, `{"type":"track_cost", …}` or `{"type":"bot_output","output_type":"track_cost", …}`, the report flat beside the type or under `data` or `payload`; or `{"events":[…]}` of them.',
      example: EXAMPLE,
    },
  });

const node = z
  .object({ node: z.string(), raw_cost: z.string(), ...amountShape('cost') })
  .meta({ id: 'TrackNode', description: 'A step and its share; together they are the cost' });

const outcome = {
  event_id: z.string(),
  status: z.enum(['charged', 'reported', 'pending', 'late']).meta({
    description:
      '`charged`: its job is settled. `reported`: it is in the books and moved nothing. `pending`: no rate says what it is worth yet. `late`: more than was charged, too late to charge it.',
  }),
  replayed: z.boolean(),
  charge_id: uuid.nullable(),
  transfer_id: uuid.nullable(),
  raw_cost: z.string(),
  currency: z.string(),
  rub_per_unit: z.string(),
  multiplier: z.string(),
  ...amountShape('cost'),
  ...amountShape('charged'),
  ...amountShape('uncollected'),
  ...amountShape('job_charged'),
  nodes: z.array(node),
  nodes_overstated: z.boolean(),
  label: z.enum(['free', 'local_model']).nullable(),
};

const problem = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.enum(PROBLEM_CODES),
  detail: z.string(),
});

const refused = z
  .object({ event_id: z.string().nullable(), status: z.literal('refused'), problem })
  .meta({ id: 'TrackRefusal' });

export const trackOutcome = z.object(outcome).meta({ id: 'TrackOutcome' });

/** The answer to one report, or to many in their order. */
export const trackAnswer = z
  .union([
    trackOutcome,
    z.object({ results: z.array(z.union([trackOutcome, refused])) }).meta({ id: 'TrackOutcomes' }),
  ])
  .meta({ id: 'TrackAnswer' });
