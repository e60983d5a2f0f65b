import pino from 'pino';
import type { Registry } from 'prom-client';
import { freePort } from '../../src/embedded/ports';
import { serveMetrics } from '../../src/main/metrics';

/** One line of `/metrics`: the labels in the order of their names, as in `provider=mock,state=paid`. */
export interface Shown {
  readonly name: string;
  readonly labels: string;
  readonly value: number;
}

/** What Prometheus would read of a registry at this moment, over HTTP. */
export async function scrape(registry: Registry, refresh?: () => Promise<void>): Promise<Shown[]> {
  const metrics = { host: '127.0.0.1', port: await freePort() };
  const log = pino({ level: 'silent' });
  const serving = await serveMetrics(
    { metrics },
    { registry, log, ...(refresh === undefined ? {} : { refresh }) },
  );
  try {
    const response = await fetch(`http://127.0.0.1:${metrics.port}/metrics`);
    return shownIn(await response.text());
  } finally {
    await serving.stop();
  }
}

/** Values of one metric by their labels, without the name of the process. */
export function valuesOf(shown: readonly Shown[], name: string): Record<string, number> {
  const rows = shown.filter((one) => one.name === name);
  return Object.fromEntries(rows.map(({ labels, value }) => [labels, value]));
}

/** What a page in Prometheus' format shows. */
export function shownIn(text: string): Shown[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', inside = '', value = ''] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      const pairs = [...inside.matchAll(/(\w+)="([^"]*)"/g)]
        .filter(([, label]) => label !== 'process')
        .map(([, label, said]) => `${label}=${said}`);
      return { name, labels: pairs.sort().join(','), value: Number(value) };
    });
}
