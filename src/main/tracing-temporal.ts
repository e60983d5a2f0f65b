import { SpanKind, SpanStatusCode, type Link, type SpanContext } from '@opentelemetry/api';
import { hrTime, type InstrumentationScope } from '@opentelemetry/core';
import type { IResource } from '@opentelemetry/resources';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace-base';
import {
  OpenTelemetryActivityInboundInterceptor,
  OpenTelemetryWorkflowClientInterceptor,
} from '@temporalio/interceptors-opentelemetry';
import type { WorkflowClientInterceptor } from '@temporalio/client';
import type { ActivityInboundCallsInterceptor, InjectedSinks } from '@temporalio/worker';
import type { Context } from '@temporalio/activity';
import { HEADER } from '../tracing/header';
import { standpoint } from '../tracing/spans';
import type { TraceSpot } from '../tracing/trace-parent';
import type { Moment, TracingSinks } from '../tracing/workflow';
import type { Tracing } from './tracing';

interface Recording {
  readonly processor: SpanProcessor;
  readonly resource: IResource;
}

/** Carries traces through Temporal: from a client into a workflow, and from there into its activities. */
export function temporalTracing(recording: Recording): Pick<Tracing, 'client' | 'worker'> {
  const client = { workflow: [askingInTraces()] };
  return {
    client: { interceptors: client },
    worker: {
      interceptors: { client, activity: [(context) => ({ inbound: onlyInTraces(context) })] },
      sinks: sinksOf(recording),
    },
  };
}

/** Questions outside of any trace, such as those of a starting process, begin none. */
function askingInTraces(): WorkflowClientInterceptor {
  const traced = new OpenTelemetryWorkflowClientInterceptor();
  return {
    start: (input, next) => (isInTrace() ? traced.start(input, next) : next(input)),
    startWithDetails: (input, next) =>
      isInTrace() ? traced.startWithDetails(input, next) : next(input),
    signal: (input, next) => (isInTrace() ? traced.signal(input, next) : next(input)),
    signalWithStart: (input, next) =>
      isInTrace() ? traced.signalWithStart(input, next) : next(input),
    startUpdate: (input, next) => (isInTrace() ? traced.startUpdate(input, next) : next(input)),
    startUpdateWithStart: (input, next) =>
      isInTrace() ? traced.startUpdateWithStart(input, next) : next(input),
    query: (input, next) => (isInTrace() ? traced.query(input, next) : next(input)),
  };
}

function isInTrace(): boolean {
  return standpoint() !== undefined;
}

/** What nobody's trace has led to, such as the sender's look at the outbox, begins none. */
function onlyInTraces(context: Context): ActivityInboundCallsInterceptor {
  const traced = new OpenTelemetryActivityInboundInterceptor(context);
  return {
    execute: (input, next) =>
      input.headers[HEADER] === undefined ? next(input) : traced.execute(input, next),
  };
}

function sinksOf({ processor, resource }: Recording): InjectedSinks<TracingSinks> {
  return {
    tracing: {
      mark: {
        fn: (_info, moment) => {
          const isRecorded = (moment.at.traceFlags & 1) === 1;
          if (isRecorded) processor.onEnd(spanOf(moment, resource));
        },
        callDuringReplay: false,
      },
    },
  };
}

/** A moment is a span without length: the workflow goes on for as long as it likes, and its steps lie under it. */
function spanOf(
  { name, at, parentSpanId, link, facts }: Moment,
  resource: IResource,
): ReadableSpan {
  const now = hrTime();
  return {
    name,
    kind: SpanKind.INTERNAL,
    spanContext: () => contextOf(at),
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    startTime: now,
    endTime: now,
    duration: [0, 0],
    ended: true,
    status: { code: SpanStatusCode.UNSET },
    attributes: { ...facts },
    links: link === undefined ? [] : [linkTo(link)],
    events: [],
    resource,
    instrumentationLibrary: SCOPE,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

const SCOPE: InstrumentationScope = { name: 'telegram-billing-workflows' };

function linkTo(spot: TraceSpot): Link {
  return { context: contextOf(spot) };
}

function contextOf({ traceId, spanId, traceFlags }: TraceSpot): SpanContext {
  return { traceId, spanId, traceFlags };
}
