import type { SpanContext } from '@opentelemetry/api';

/** A place in a trace as W3C writes it: `00-<trace>-<span>-<flags>`. */
const SHAPE = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;

export function formatTraceParent({ traceId, spanId, traceFlags }: TraceSpot): string {
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}

/** The place a text names; undefined when it names none. */
export function parseTraceParent(text: unknown): SpanContext | undefined {
  const [, traceId, spanId, flags] = (typeof text === 'string' && SHAPE.exec(text)) || [];
  if (traceId === undefined || spanId === undefined) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags ?? '0', 16), isRemote: true };
}

/** A span of a trace. */
export type TraceSpot = Pick<SpanContext, 'traceId' | 'spanId' | 'traceFlags'>;
