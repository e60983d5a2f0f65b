import { z } from 'zod';
import { instantOf, isTimeZone } from '../../domain/calendar';
import type {
  NodeGroup,
  NodeRow,
  WorkFigures,
  WorkFilter,
  WorkGroup,
  WorkRow,
} from '../../reads/analytics/contract';
import { ApiProblem } from './problems';
import { route, type Call } from './route';
import { amountOut, amountShape, cursorQuery } from './schemas';

const DAY_MS = 86_400_000;
/** Days asked for when a question names none, and at most. */
const USUAL_DAYS = 30;
const MOST_DAYS = 400;
/** Years whose instants everybody writes alike; the books are no older. */
const [EARLIEST_MS, LATEST_MS] = [Date.UTC(2000, 0), Date.UTC(2200, 0)];

const WORK_GROUPS = ['track', 'model', 'day', 'user', 'client'] as const satisfies WorkGroup[];
const NODE_GROUPS = ['node', 'track_node'] as const satisfies NodeGroup[];

const edge = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })])
  .optional()
  .meta({
    description: 'An instant (ISO 8601), or a day of the zone, which means its midnight',
    example: '2026-03-01',
    override: {
      type: 'string',
      pattern: '^\\d{4}-\\d{2}-\\d{2}(T[0-9:.]+(Z|[+-]\\d{2}:\\d{2}))?$',
    },
  });

const filter = {
  from: edge,
  to: edge,
  zone: z
    .string()
    .max(64)
    .regex(/^[A-Za-z]/)
    .refine(isTimeZone, 'must be an IANA time zone')
    .default('UTC')
    .meta({ description: 'IANA zone whose midnights part the days', example: 'Europe/Moscow' }),
  track: z
    .string()
    .min(1)
    .max(200)
    .refine((name) => !/[\p{Cc}\p{Cs}]/u.test(name), 'has characters that no name has')
    .optional(),
  user_id: z
    .string()
    .regex(/^[1-9]\d{0,14}$/)
    .transform(Number)
    .optional()
    .meta({ override: { type: 'string', pattern: '^[1-9]\\d{0,14}$' } }),
  client_id: z
    .uuid()
    .optional()
    .meta({ description: 'Needs the scope analytics:all unless it is your own' }),
  cursor: cursorQuery,
  limit: z.coerce.number().int().min(1).max(500).default(100),
};

const integerText = z.string().meta({ description: 'An integer as text', example: '1200' });
const rubles = z.string().meta({ description: 'Rubles, exact decimal text', example: '12.00005' });

const figures = z
  .object({
    count: z.int().meta({ description: 'Charges, also those of nothing' }),
    reported_count: z.int().meta({ description: 'Charges with a report of their cost' }),
    free_count: z.int().meta({ description: 'Reported, free because requests were free' }),
    local_count: z.int().meta({ description: 'Reported, free because a local model did it' }),
    free_share: z.string().meta({ description: 'free_count + local_count of reported_count' }),
    raw_cost: z.record(z.string(), z.string()).meta({ description: 'As reported, by currency' }),
    raw_cost_rub: rubles,
    margin_rub: rubles.meta({ description: 'spent, a token for a ruble, less raw_cost_rub' }),
    ...amountShape('requested'),
    ...amountShape('charged'),
    ...amountShape('uncollected'),
    ...amountShape('waived'),
    ...amountShape('reversed'),
    ...amountShape('spent'),
    ...amountShape('average'),
    ...amountShape('p50'),
    ...amountShape('p95'),
    prompt_tokens: integerText,
    completion_tokens: integerText,
    total_tokens: integerText,
    api_calls: integerText,
    free_requests: integerText,
  })
  .meta({ id: 'WorkFigures' });

const span = { from: z.string(), to: z.string(), zone: z.string() };
const nextCursor = z.string().nullable();
const workReport = z
  .object({
    ...span,
    group: z.enum(WORK_GROUPS),
    totals: figures,
    rows: z.array(
      figures
        .extend({ key: z.string().nullable(), name: z.string().nullable() })
        .meta({ id: 'WorkRow' }),
    ),
    next_cursor: nextCursor,
  })
  .meta({ id: 'WorkReport' });

const nodeReport = z
  .object({
    ...span,
    group: z.enum(NODE_GROUPS),
    totals: figures,
    rows: z.array(
      z
        .object({
          node: z.string().nullable(),
          track: z.string().nullable(),
          count: z.int(),
          raw_cost_rub: rubles,
          ...amountShape('cost'),
          ...amountShape('average'),
          ...amountShape('p50'),
          ...amountShape('p95'),
        })
        .meta({ id: 'NodeRow' }),
    ),
    next_cursor: nextCursor,
  })
  .meta({ id: 'NodeReport' });

const WHOSE =
  'A client sees what it charged itself; a key with the scope `analytics:all` sees everything. Spans are half-open, by the ' +
  'business time of the charge; what was given back later is taken off where it was charged. Live, without a cache.';

/** What work cost and what was taken for it (TC-10). */
export const analyticsRoutes = [
  route({
    method: 'get',
    path: '/analytics/tracks',
    operationId: 'analyseTracks',
    tag: 'Analytics',
    summary: 'Charged work by track, model, day, user or client',
    description: `${WHOSE} \`spent\` of the totals equals the ledger's spend transfers for the same filter.`,
    scopes: ['analytics:read', 'analytics:all'],
    query: z.strictObject({ ...filter, group: z.enum(WORK_GROUPS).default('track') }),
    answers: { 200: { description: 'Totals and one page of groups', schema: workReport } },
    handle: async ({ reads }, call) => {
      const { group, limit, cursor, zone: timeZone } = call.query;
      const wanted = filterOf(call);
      const report = await reads.work({ ...wanted, group, timeZone, limit, cursor });
      const rows = report.rows.map(workRow);
      const { totals, nextCursor: next } = report;
      return answer(call, wanted, { totals: figuresOut(totals), rows, next_cursor: next ?? null });
    },
  }),
  route({
    method: 'get',
    path: '/analytics/nodes',
    operationId: 'analyseNodes',
    tag: 'Analytics',
    summary: 'Reported costs by step',
    description: `${WHOSE} The rows' \`cost\` sums to \`requested\` of the totals: what no step was named for is a row without a node.`,
    scopes: ['analytics:read', 'analytics:all'],
    query: z.strictObject({ ...filter, group: z.enum(NODE_GROUPS).default('node') }),
    answers: { 200: { description: 'Totals and one page of steps', schema: nodeReport } },
    handle: async ({ reads }, call) => {
      const { group, limit, cursor } = call.query;
      const wanted = filterOf(call);
      const report = await reads.nodes({ ...wanted, group, limit, cursor });
      const rows = report.rows.map(nodeRow);
      const { totals, nextCursor: next } = report;
      return answer(call, wanted, { totals: figuresOut(totals), rows, next_cursor: next ?? null });
    },
  }),
] as const;

interface Asked {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly zone: string;
  readonly track?: string | undefined;
  readonly user_id?: number | undefined;
  readonly client_id?: string | undefined;
}

type AnalyticsCall = Pick<Call, 'asOf' | 'caller'> & { readonly query: Asked };

function filterOf({ query, caller, asOf }: AnalyticsCall): WorkFilter {
  const { track, user_id: userId, client_id: wished } = query;
  const seesAll = caller.scopes.includes('analytics:all');
  if (!seesAll && wished !== undefined && wished !== caller.clientId) {
    throw new ApiProblem({
      code: 'forbidden_scope',
      detail: 'Figures of other clients need the scope analytics:all.',
      members: { required_scopes: ['analytics:all'] },
    });
  }
  const clientId = wished ?? (seesAll ? undefined : caller.clientId);
  return { span: spanOf(query, asOf), track, userId, clientId };
}

function spanOf({ from, to, zone }: Asked, asOf: string): WorkFilter['span'] {
  const end = new Date(to === undefined ? Date.parse(asOf) : instantMs(to, zone));
  const usual = end.getTime() - USUAL_DAYS * DAY_MS;
  const begin = new Date(from === undefined ? usual : instantMs(from, zone));
  const days = (end.getTime() - begin.getTime()) / DAY_MS;
  const isWithin = begin.getTime() >= EARLIEST_MS && end.getTime() <= LATEST_MS;
  if (isWithin && days > 0 && days <= MOST_DAYS + 1) return { from: begin, to: end };
  throw new ApiProblem({
    code: 'validation_error',
    detail: `A span ends after it begins, within ${MOST_DAYS} days.`,
    members: { errors: [{ path: 'to', message: `0 < to − from ≤ ${MOST_DAYS} days` }] },
  });
}

function instantMs(text: string, zone: string): number {
  return text.length === 10 ? instantOf(`${text}T00:00:00.000`, zone) : Date.parse(text);
}

function answer(
  { query }: { readonly query: { readonly zone: string; readonly group: string } },
  { span: { from, to } }: WorkFilter,
  report: object,
) {
  const { zone, group } = query;
  const span = { from: from.toISOString(), to: to.toISOString(), zone };
  return { status: 200, body: { ...span, group, ...report } };
}

function workRow(row: WorkRow) {
  return { ...figuresOut(row), key: row.key, name: row.name };
}

function figuresOut(one: WorkFigures) {
  return {
    count: one.jobs,
    reported_count: one.reportedJobs,
    free_count: one.freeJobs,
    local_count: one.localJobs,
    free_share: shareText(one.freeJobs + one.localJobs, one.reportedJobs),
    raw_cost: one.rawCosts,
    raw_cost_rub: one.rawCostRub,
    margin_rub: one.marginRub,
    ...amountOut('requested', one.requestedUtok),
    ...amountOut('charged', one.chargedUtok),
    ...amountOut('uncollected', one.uncollectedUtok),
    ...amountOut('waived', one.waivedUtok),
    ...amountOut('reversed', one.reversedUtok),
    ...amountOut('spent', one.spentUtok),
    ...amountOut('average', one.averageUtok),
    ...amountOut('p50', one.medianUtok),
    ...amountOut('p95', one.p95Utok),
    prompt_tokens: String(one.promptTokens),
    completion_tokens: String(one.completionTokens),
    total_tokens: String(one.totalTokens),
    api_calls: String(one.apiCalls),
    free_requests: String(one.freeRequests),
  };
}

/** Four decimal places, rounded half-up; nothing of nothing is none. */
function shareText(part: number, whole: number): string {
  if (whole === 0) return '0.0000';
  const [share, ones] = [BigInt(part) * 20_000n + BigInt(whole), 2n * BigInt(whole)];
  const digits = String(share / ones).padStart(5, '0');
  return `${digits.slice(0, -4)}.${digits.slice(-4)}`;
}

function nodeRow({ node, track, jobs, rawCostRub, ...costs }: NodeRow) {
  return {
    ...{ node, track, count: jobs, raw_cost_rub: rawCostRub },
    ...amountOut('cost', costs.costUtok),
    ...amountOut('average', costs.averageUtok),
    ...amountOut('p50', costs.medianUtok),
    ...amountOut('p95', costs.p95Utok),
  };
}
