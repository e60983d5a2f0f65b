/**
 * Everything a span may say about itself. Whatever is not here never leaves the process: no text, name, sum or secret of
 * a person, no message of an error, no address with its query.
 */
export const ATTRIBUTES = [
  'billing.batch_size',
  'billing.category',
  'billing.invoice_id',
  'billing.operation',
  'billing.outcome',
  'billing.process',
  'billing.provider',
  'billing.route',
  'billing.template',
  'billing.transfer_count',
  'billing.transfer_ids',
  'error.type',
  'http.request.method',
  'http.response.status_code',
  'http.route',
  'telegram.update_id',
  'telegram.update_kind',
  'temporal.attempt',
  'temporal.signal',
  'temporal.update',
  'temporal.workflow_type',
  // The SDK's own names.
  'run_id',
  'temporalRunId',
  'temporalWorkflowId',
  'temporalActivityId',
] as const;

export type AttributeName = (typeof ATTRIBUTES)[number];
export type AttributeValue = string | number | boolean | string[];
export type SpanFacts = Readonly<Partial<Record<AttributeName, AttributeValue>>>;

const KNOWN: ReadonlySet<string> = new Set(ATTRIBUTES);
/** Identifiers are short; what is longer is somebody's text. */
const MOST_LETTERS = 200;
/** The rest of such a workflow's id is the key a caller chose, in which anything may stand. */
const CALLERS_KEY = /^((?:spend|hold):[^:]*):.*$/s;

/** Of some attributes those that may be shown, as they may be shown. */
export function permitted(
  attributes: Readonly<Record<string, unknown>>,
): Record<string, AttributeValue> {
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([name, value]): [string, AttributeValue][] => {
      if (!KNOWN.has(name) || !isPlain(value)) return [];
      return [[name, name === 'temporalWorkflowId' ? withoutKey(String(value)) : value]];
    }),
  );
}

/** A workflow's id without what a caller chose of it. */
export function withoutKey(workflowId: string): string {
  return workflowId.replace(CALLERS_KEY, '$1:…');
}

function isPlain(value: unknown): value is AttributeValue {
  if (Array.isArray(value)) return value.every((each) => typeof each === 'string' && isShort(each));
  return typeof value === 'string' ? isShort(value) : ['number', 'boolean'].includes(typeof value);
}

function isShort(text: string): boolean {
  return text.length <= MOST_LETTERS;
}
