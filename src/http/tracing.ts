import type { Request, RequestHandler } from 'express';
import { continueTrace, isTracing, standpoint, type SpanNotes } from '../tracing/spans';
import type { OrderName } from '../reads/billing';
import { routeOf } from './route-name';
import type { HttpReads } from './ports';

/** Asked every few seconds by machines, or traced by whoever knows what they are about. */
const UNTRACED = /^\/(health|ready|metrics|webhook)(\/|$)/;
/** Only a client with a key has business going on in a trace of its own. */
const CLIENTS = /^\/api\//;

/** Gives every request a span, and its id in the trace to the log; what clients of the API began goes on. */
export function requestTrace(): RequestHandler {
  return (request, response, next) => {
    if (!isTracing() || UNTRACED.test(request.path)) return next();
    const isClient = CLIENTS.test(request.path);
    const step = {
      name: request.method,
      kind: 'server',
      from: isClient ? request.get('traceparent') : undefined,
      otherwise: 'begin',
    } as const;
    const answered = (span: SpanNotes) =>
      new Promise<void>((resolve) => {
        remember(request);
        response.on('close', () => {
          const route = routeOf(request);
          span.rename(`${request.method} ${route}`);
          span.note({
            'http.request.method': request.method,
            'http.route': route,
            'http.response.status_code': response.statusCode,
          });
          resolve();
        });
        next();
      });
    void continueTrace(step, answered);
  };
}

const traceIds = new WeakMap<object, string>();

function remember(request: Request): void {
  const here = standpoint();
  if (here) traceIds.set(request, here.traceId);
}

/** The trace a request belongs to, once it is known. */
export function traceIdOf(request: object): string | undefined {
  return traceIds.get(request);
}

interface Notice {
  readonly provider: string;
  readonly about: OrderName;
  readonly sinceMs: number;
  readonly request: Request;
}

/**
 * Takes a verified notification in the trace in which its order was made, so that one trace leads from the tap to the
 * ledger; a payment without an order of ours begins one. Tracing that fails is left out.
 */
export async function inTraceOfOrder(
  reads: Pick<HttpReads, 'invoiceTrace'>,
  { provider, about, sinceMs, request }: Notice,
  work: () => Promise<void>,
): Promise<void> {
  if (!isTracing()) return work();
  const from = await reads.invoiceTrace(about).catch(() => undefined);
  const facts = { 'billing.provider': provider };
  const step = { name: 'webhook', kind: 'server', sinceMs, facts } as const;
  return continueTrace({ ...step, from, otherwise: 'begin' }, () => {
    remember(request);
    return work();
  });
}
