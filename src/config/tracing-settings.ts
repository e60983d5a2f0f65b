import type { Environment } from './environment';

/** Where spans go and which of them; the names are those of OpenTelemetry. */
export interface TracingSettings {
  /** Of the collector's traces, such as `http://collector:4318/v1/traces`. */
  readonly url: string;
  /** What the collector wants to be sent besides, such as a key. */
  readonly headers: Readonly<Record<string, string>>;
  /** The name of every process; one made of the product's and the process's when absent. */
  readonly serviceName: string | undefined;
  readonly sampler: Environment['OTEL_TRACES_SAMPLER'];
  /** The share of traces that is recorded by the samplers of a ratio. */
  readonly ratio: number;
}

/** Undefined without a collector: then nothing is traced, and nothing of it is loaded. */
export function tracingSettings(values: Environment): TracingSettings | undefined {
  const endpoint = values.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (endpoint === undefined) return undefined;
  return {
    url: `${endpoint.replace(/\/+$/, '')}/v1/traces`,
    headers: Object.fromEntries(values.OTEL_EXPORTER_OTLP_HEADERS),
    serviceName: values.OTEL_SERVICE_NAME,
    sampler: values.OTEL_TRACES_SAMPLER,
    ratio: values.OTEL_TRACES_SAMPLER_ARG,
  };
}
