import {
  context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Span,
  type SpanContext,
  type Tracer,
} from '@opentelemetry/api';
import type { SpanFacts } from './attributes';
import { formatTraceParent, parseTraceParent } from './trace-parent';

// Until a process calls `useTracer`, everything here runs the work it is given and nothing else.

let tracer: Tracer | undefined;

/** Has spans recorded from now on; undefined ends it. */
export function useTracer(given: Tracer | undefined): void {
  tracer = given;
}

export function isTracing(): boolean {
  return tracer !== undefined;
}

/** A step of a trace, before it is taken. */
export interface Step {
  /** One of few: what kind of step it is, never which one. */
  readonly name: string;
  readonly facts?: SpanFacts;
  readonly kind?: 'server' | 'consumer' | 'client' | 'internal';
  /** When it began, if that was earlier; milliseconds since 1970. */
  readonly sinceMs?: number;
}

type Work<T> = (span: SpanNotes) => Promise<T>;

/** What a step may add while it is taken. */
export interface SpanNotes {
  rename(name: string): void;
  note(facts: SpanFacts): void;
}

const NOWHERE: SpanNotes = { rename: () => undefined, note: () => undefined };

/** A step at the edge of the product: it begins a trace. */
export function beginTrace<T>(step: Step, work: Work<T>): Promise<T> {
  return tracer ? take(tracer, { step, parent: ROOT_CONTEXT }, work) : work(NOWHERE);
}

/** A step inside a trace; outside of any it is taken without a span. */
export function inSpan<T>(step: Step, work: Work<T>): Promise<T> {
  if (!tracer || standpoint() === undefined) return work(NOWHERE);
  return take(tracer, { step, parent: context.active() }, work);
}

/**
 * A step that goes on where a trace was left, perhaps in another process long ago. Without a trace that was left,
 * `otherwise` says whether it begins one.
 */
export function continueTrace<T>(
  { from, otherwise, ...step }: Step & { readonly from: string | null | undefined } & Otherwise,
  work: Work<T>,
): Promise<T> {
  const left = parseTraceParent(from);
  if (left === undefined && otherwise === 'untraced') return work(NOWHERE);
  if (!tracer) return work(NOWHERE);
  const parent = left === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, left);
  return take(tracer, { step, parent }, work);
}

interface Otherwise {
  readonly otherwise: 'begin' | 'untraced';
}

/**
 * A step taken on behalf of several who asked for it in traces of their own: it belongs to the first that is recorded,
 * and is linked to the others.
 */
export function onBehalf<T>(
  { askers, ...step }: Step & { readonly askers: readonly (SpanContext | undefined)[] },
  work: Work<T>,
): Promise<T> {
  if (!tracer) return work(NOWHERE);
  const known = askers.filter((each) => each !== undefined);
  const first = known.find(isRecorded) ?? known[0];
  if (first === undefined) return context.with(ROOT_CONTEXT, () => work(NOWHERE));
  const others = known.filter((each) => each !== first && isRecorded(each)).slice(0, MOST_LINKS);
  const parent = trace.setSpanContext(ROOT_CONTEXT, first);
  return take(tracer, { step, parent, links: others }, work);
}

const MOST_LINKS = 100;

/** Where the running work stands in its trace, to be handed to {@link onBehalf}. */
export function standpoint(): SpanContext | undefined {
  return tracer && trace.getSpanContext(context.active());
}

/** The same as text, to be kept in a row until somebody goes on from there; undefined outside of any trace. */
export function traceParent(): string | undefined {
  const here = standpoint();
  return here && formatTraceParent(here);
}

/** Adds to the running step. */
export function note(facts: SpanFacts): void {
  if (tracer) trace.getActiveSpan()?.setAttributes(facts);
}

/** More ids than these are counted and not named. */
const MOST_IDS = 50;

const written = new WeakMap<Span, string[]>();

/** Names the transfers that the running transaction has written. */
export function noteTransfers(ids: readonly string[]): void {
  const span = tracer && trace.getActiveSpan();
  if (!span || ids.length === 0) return;
  const all = [...(written.get(span) ?? []), ...ids];
  written.set(span, all);
  span.setAttributes({
    'billing.transfer_count': all.length,
    'billing.transfer_ids': all.slice(0, MOST_IDS),
  });
}

interface Taking {
  readonly step: Step;
  readonly parent: Context;
  readonly links?: readonly SpanContext[];
}

async function take<T>(given: Tracer, taking: Taking, work: Work<T>): Promise<T> {
  const { step, parent, links = [] } = taking;
  const span = given.startSpan(
    step.name,
    {
      kind: KINDS[step.kind ?? 'internal'],
      attributes: { ...step.facts },
      links: links.map((each) => ({ context: each })),
      ...(step.sinceMs === undefined ? {} : { startTime: step.sinceMs }),
    },
    parent,
  );
  const notes: SpanNotes = {
    rename: (name) => void span.updateName(name),
    note: (facts) => void span.setAttributes(facts),
  };
  try {
    return await context.with(trace.setSpan(parent, span), () => work(notes));
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR });
    span.setAttribute('error.type', error instanceof Error ? error.name : typeof error);
    throw error;
  } finally {
    span.end();
  }
}

const KINDS = {
  server: SpanKind.SERVER,
  consumer: SpanKind.CONSUMER,
  client: SpanKind.CLIENT,
  internal: SpanKind.INTERNAL,
} as const;

function isRecorded({ traceFlags }: SpanContext): boolean {
  return (traceFlags & 1) === 1;
}
