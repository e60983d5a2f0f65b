import { defaultPayloadConverter, type Headers } from '@temporalio/common';
import { formatTraceParent, parseTraceParent, type TraceSpot } from './trace-parent';

/** Where Temporal's own interceptors keep it too. It is not encrypted, so it holds two random numbers and nothing else. */
export const HEADER = '_tracer-data';

export function headerOf(spot: TraceSpot): Headers[string] {
  return defaultPayloadConverter.toPayload({ traceparent: formatTraceParent(spot) });
}

/** The place in a trace that headers name; undefined when they name none. */
export function spotOf(headers: Headers): TraceSpot | undefined {
  const payload = headers[HEADER];
  if (payload === undefined) return undefined;
  const carried: unknown = defaultPayloadConverter.fromPayload(payload);
  const isCarrier = typeof carried === 'object' && carried !== null && 'traceparent' in carried;
  return isCarrier ? parseTraceParent(carried.traceparent) : undefined;
}
