import {
  proxySinks,
  workflowInfo,
  type Headers,
  type Sinks,
  type WorkflowInboundCallsInterceptor,
  type WorkflowInterceptors,
  type WorkflowOutboundCallsInterceptor,
} from '@temporalio/workflow';
import { HEADER, headerOf, spotOf } from './header';
import { spanIdOf, traceIdOf } from './ids';
import type { TraceSpot } from './trace-parent';

// Carries the trace of whoever started a workflow to what it does. Nothing here waits, draws a random number or makes a
// command: a history lives again the same with and without it, so tracing may be switched on and off at any time.

/** A moment of a workflow that is shown as a span, with the place in the trace where it belongs. */
export interface Moment {
  readonly name: string;
  readonly at: TraceSpot;
  readonly parentSpanId?: string;
  /** The trace that this one goes on from. */
  readonly link?: TraceSpot;
  readonly facts: Readonly<Record<string, string>>;
}

export interface TracingSinks extends Sinks {
  readonly tracing: { readonly mark: (moment: Moment) => void };
}

/** They stand for everybody and belong to no trace; what they do for somebody goes on from the row it is about. */
const STANDING: ReadonlySet<string> = new Set([
  'autoTopupSweep',
  'keeper',
  'notifier',
  'operations',
  'reconciliation',
]);

/** A workflow that lives longer goes on in a trace of its own each day it does something, linked to the first. */
const DAY_MS = 86_400_000;

/** Loaded by the worker into every workflow. */
export function interceptors(): WorkflowInterceptors {
  if (STANDING.has(workflowInfo().workflowType)) return {};
  const trail = new Trail();
  return { inbound: [inboundOf(trail)], outbound: [outboundOf(trail)] };
}

// Each calls on without waiting: even an await more would change the order in which a workflow goes on.

function inboundOf(trail: Trail): WorkflowInboundCallsInterceptor {
  return {
    execute: (input, next) => {
      trail.begin(spotOf(input.headers));
      return next(input);
    },
    handleSignal: (input, next) => {
      trail.hear('signal', { headers: input.headers, name: input.signalName });
      return next(input);
    },
    handleUpdate: (input, next) => {
      trail.hear('update', { headers: input.headers, name: input.name });
      return next(input);
    },
  };
}

function outboundOf(trail: Trail): WorkflowOutboundCallsInterceptor {
  const marked = <I extends { readonly headers: Headers }>(input: I): I => ({
    ...input,
    headers: trail.mark(input.headers),
  });
  return {
    scheduleActivity: (input, next) => next(marked(input)),
    scheduleLocalActivity: (input, next) => next(marked(input)),
    startChildWorkflowExecution: (input, next) => next(marked(input)),
    signalWorkflow: (input, next) => next(marked(input)),
    continueAsNew: (input, next) => next(marked(input)),
  };
}

/** Where a workflow stands in the traces it belongs to. */
class Trail {
  private readonly show = proxySinks<TracingSinks>().tracing.mark;
  private origin: TraceSpot | undefined;
  private here: TraceSpot | undefined;
  private sinceMs = 0;
  private day = 0;
  private heard = 0;

  /** The workflow belongs to this trace from now on, unless it belongs to another. */
  begin(from: TraceSpot | undefined): void {
    if (from === undefined || this.origin !== undefined) return;
    const { runId, workflowType } = workflowInfo();
    this.origin = from;
    this.sinceMs = Date.now();
    this.here = { ...from, spanId: spanIdOf(`${runId}:begun`) };
    this.moment(`workflow ${workflowType}`, { at: this.here, parentSpanId: from.spanId });
  }

  hear(kind: 'signal' | 'update', { headers, name }: { headers: Headers; name: string }): void {
    const from = spotOf(headers);
    if (from === undefined) return;
    this.begin(from);
    this.heard += 1;
    const at = { ...from, spanId: spanIdOf(`${workflowInfo().runId}:heard:${this.heard}`) };
    this.moment(`${kind} ${name}`, { at, parentSpanId: from.spanId });
  }

  mark(headers: Headers): Headers {
    const here = this.today();
    return here === undefined ? headers : { ...headers, [HEADER]: headerOf(here) };
  }

  private today(): TraceSpot | undefined {
    if (this.origin === undefined) return undefined;
    const day = Math.floor((Date.now() - this.sinceMs) / DAY_MS);
    if (day !== this.day) {
      const seed = `${workflowInfo().runId}:day:${day}`;
      const { traceFlags } = this.origin;
      this.day = day;
      this.here = { traceId: traceIdOf(seed), spanId: spanIdOf(seed), traceFlags };
      const name = `workflow ${workflowInfo().workflowType}`;
      this.moment(name, { at: this.here, link: this.origin });
    }
    return this.here;
  }

  private moment(name: string, moment: Pick<Moment, 'at' | 'parentSpanId' | 'link'>): void {
    const { workflowId, runId, workflowType } = workflowInfo();
    const facts = {
      temporalWorkflowId: workflowId,
      temporalRunId: runId,
      'temporal.workflow_type': workflowType,
    };
    this.show({ name, facts, ...moment });
  }
}
