import { context, propagation, trace } from '@opentelemetry/api';
import { setGlobalErrorHandler, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { Resource } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  type Sampler,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import type { TracingSettings } from '../config/tracing-settings';
import type { Log } from '../log';
import { discreet, harmless } from '../tracing/discretion';
import { useTracer } from '../tracing/spans';
import type { Tracing } from './tracing';
import { temporalTracing } from './tracing-temporal';

export interface TracedProcess {
  readonly process: string;
  readonly buildVersion: string;
  readonly log: Pick<Log, 'warn' | 'info'>;
  /** Instead of the collector; for tests. */
  readonly exporter?: SpanExporter;
}

/** Spans that wait while the collector is away; more are dropped. */
const MOST_WAITING = 4_096;
const EXPORT_MS = 5_000;
/** How long a stop waits for the last spans. */
const FLUSH_MS = 1_500;
const COMPLAIN_EVERY_MS = 60_000;

/** Records spans and sends them to the collector, in the background and at most so many. */
export function startSpans(settings: TracingSettings, traced: TracedProcess): Tracing {
  const { process, buildVersion, log } = traced;
  const exporter = traced.exporter ?? collector(settings);
  const processor = harmless(
    new BatchSpanProcessor(discreet(exporter), {
      maxQueueSize: MOST_WAITING,
      scheduledDelayMillis: 1_000,
      exportTimeoutMillis: EXPORT_MS,
    }),
  );
  const resource = new Resource({
    'service.name': settings.serviceName ?? `telegram-billing-${process}`,
    'service.version': buildVersion,
    'billing.process': process,
  });
  const provider = new NodeTracerProvider({
    resource,
    sampler: samplerOf(settings),
    spanProcessors: [processor],
  });
  provider.register({ propagator: new W3CTraceContextPropagator() });
  setGlobalErrorHandler(seldom((error) => log.warn({ err: error }, 'spans could not be sent')));
  useTracer(provider.getTracer('telegram-billing'));
  log.info({ sampler: settings.sampler }, 'traces are sent to a collector');
  return {
    ...temporalTracing({ processor, resource }),
    stop: async () => {
      useTracer(undefined);
      await Promise.race([provider.shutdown().catch(() => undefined), patience(FLUSH_MS)]);
      for (const part of [propagation, trace, context]) part.disable();
    },
  };
}

function collector({ url, headers }: TracingSettings): SpanExporter {
  return new OTLPTraceExporter({ url, headers: { ...headers }, timeoutMillis: EXPORT_MS });
}

function samplerOf({ sampler, ratio }: TracingSettings): Sampler {
  switch (sampler) {
    case 'always_on':
      return new AlwaysOnSampler();
    case 'always_off':
      return new AlwaysOffSampler();
    case 'traceidratio':
      return new TraceIdRatioBasedSampler(ratio);
    case 'parentbased_always_on':
      return new ParentBasedSampler({ root: new AlwaysOnSampler() });
    case 'parentbased_always_off':
      return new ParentBasedSampler({ root: new AlwaysOffSampler() });
    case 'parentbased_traceidratio':
      return new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) });
  }
}

/** A collector that is away is told of once a minute, not with every batch. */
function seldom(tell: (error: unknown) => void): (error: unknown) => void {
  let lastMs = -Infinity;
  return (error) => {
    if (performance.now() - lastMs < COMPLAIN_EVERY_MS) return;
    lastMs = performance.now();
    tell(error);
  };
}

function patience(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
