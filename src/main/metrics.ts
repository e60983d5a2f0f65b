import type { RuntimeOptions } from '@temporalio/worker';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Database } from '../../drizzle/client';
import type { Config } from '../config';
import { listen, type Listening } from '../http/listen';
import type { Log } from '../log';
import {
  backupGauges,
  GAUGES,
  ledgerGauges,
  stateGauges,
  type GaugeName,
  type GaugeRow,
} from '../reads/gauges';

/** How long the ledger's sum is believed before it is added up again. */
const LEDGER_MS = 300_000;
const STATE_MS = 10_000;

/** Lets Temporal's SDK show its own numbers: tasks, activities and their failures, pollers, latencies. */
export function temporalTelemetry({
  metrics: { host, port },
}: Pick<Config, 'metrics'>): Pick<RuntimeOptions, 'telemetryOptions'> {
  if (port === undefined) return {};
  const bindAddress = `${host}:${port + 1}`;
  return {
    telemetryOptions: {
      // With the unit in the name, so that nobody has to guess it.
      metrics: { prometheus: { bindAddress, useSecondsForDurations: true, unitSuffix: true } },
    },
  };
}

/** The numbers of one process, with the process's own. */
export function createRegistry(process: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ process });
  collectDefaultMetrics({ register: registry });
  return registry;
}

/**
 * Shows what the database knows, as it was when the returned function was called last. Several processes may show the
 * same numbers: whoever adds them up takes the greatest.
 */
export function watchBusiness(registry: Registry, db: Database): () => Promise<void> {
  const gauges = new Map(
    (Object.keys(GAUGES) as GaugeName[]).map((name) => [name, gaugeOf(registry, name)]),
  );
  const readState = cached(STATE_MS, () => stateGauges(db));
  const readBackups = cached(STATE_MS, () => backupGauges(db));
  const readLedger = cached(LEDGER_MS, () => ledgerGauges(db));
  return async () => {
    const rows: GaugeRow[] = [
      ...(await readState()),
      ...(await readBackups()),
      ...(await readLedger()),
    ];
    for (const gauge of gauges.values()) gauge.reset();
    for (const { name, labels, value } of rows) gauges.get(name)?.set({ ...labels }, Number(value));
  };
}

function gaugeOf(registry: Registry, name: GaugeName): Gauge {
  const { help, labels } = GAUGES[name];
  return new Gauge({ name, help, labelNames: [...labels], registers: [registry] });
}

/** The same answer for as long as it is fresh; callers at the same time share one question. */
function cached<T>(maxAgeMs: number, read: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  let askedMs = -Infinity;
  return () => {
    if (answer !== undefined && performance.now() - askedMs < maxAgeMs) return answer;
    askedMs = performance.now();
    const asked = read();
    answer = asked;
    asked.catch(() => {
      if (answer === asked) answer = undefined;
    });
    return asked;
  };
}

export interface ShownMetrics {
  readonly registry: Registry;
  /** Called before each reading. */
  readonly refresh?: () => Promise<void>;
  readonly log: Log;
}

/** Serves `/metrics` on a port of its own, which no proxy publishes; without a port nothing listens. */
export async function serveMetrics(
  { metrics }: Pick<Config, 'metrics'>,
  { registry, refresh, log }: ShownMetrics,
): Promise<Pick<Listening, 'stop'>> {
  if (metrics.port === undefined) return { stop: () => Promise.resolve() };
  const read = async () => {
    await refresh?.();
    return registry.metrics();
  };
  const listening = await listen(
    (request, response) => {
      if (request.url !== '/metrics') return void response.writeHead(404).end();
      read().then(
        (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
        (error: unknown) => {
          log.error({ err: error }, 'metrics could not be read');
          response.writeHead(503).end();
        },
      );
    },
    { host: metrics.host, port: metrics.port },
  );
  log.info({ url: `${listening.url}/metrics` }, 'metrics');
  return listening;
}
