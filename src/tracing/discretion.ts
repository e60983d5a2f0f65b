import type { ReadableSpan, SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { permitted } from './attributes';

/**
 * Lets out of every span only what may be known of it: attributes of the list, and that it failed. Events are left out
 * whole, because an exception's is its message and its stack.
 */
export function discreet(exporter: SpanExporter): SpanExporter {
  return {
    export: (spans, done) => exporter.export(spans.map(trimmed), done),
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
  };
}

function trimmed(span: ReadableSpan): ReadableSpan {
  return {
    name: span.name,
    kind: span.kind,
    spanContext: () => span.spanContext(),
    ...(span.parentSpanId === undefined ? {} : { parentSpanId: span.parentSpanId }),
    startTime: span.startTime,
    endTime: span.endTime,
    duration: span.duration,
    ended: span.ended,
    status: { code: span.status.code },
    attributes: permitted(span.attributes),
    links: span.links.map(({ context }) => ({ context })),
    events: [],
    resource: span.resource,
    instrumentationLibrary: span.instrumentationLibrary,
    droppedAttributesCount: 0,
    droppedEventsCount: span.events.length,
    droppedLinksCount: span.droppedLinksCount,
  };
}

/** The same processor, whose failures nobody notices: they stand on the way of money. */
export function harmless(processor: SpanProcessor): SpanProcessor {
  return {
    onStart: (span, parent) => quietly(() => processor.onStart(span, parent)),
    onEnd: (span) => quietly(() => processor.onEnd(span)),
    forceFlush: () => processor.forceFlush(),
    shutdown: () => processor.shutdown(),
  };
}

function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // A span less is no reason for anything.
  }
}
