import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { httpMetrics } from '../src/http/metrics';
import {
  messageMeter,
  METERS,
  providerMeter,
  spendMeter,
  updateMeter,
  watchStuck,
} from '../src/main/meters';
import { GAUGES } from '../src/reads/gauges';
import { zonedSources } from './support/house/tree';

const ROOT = join(__dirname, '..');
const textOf = (...path: string[]) => readFileSync(join(ROOT, ...path), 'utf8');

const alerts = textOf('deploy', 'prometheus', 'alerts.yml');
const dashboards = readdirSync(join(ROOT, 'deploy', 'grafana', 'dashboards')).map((file) => ({
  file,
  text: textOf('deploy', 'grafana', 'dashboards', file),
}));

/** The series of an expression that are the product's own. */
function ownMetrics(text: string): string[] {
  return [...new Set([...text.matchAll(/\b(?:billing|http)_[a-z0-9_]+/g)].map(([name]) => name))];
}

/** Of a histogram the series that expressions ask for. */
const seriesOf = (name: string) =>
  name.endsWith('_total') || name === METERS.stuck ? [name] : [`${name}_count`, `${name}_bucket`];

const KNOWN = [
  ...Object.keys(GAUGES),
  ...Object.values(METERS).flatMap(seriesOf),
  ...seriesOf('billing_webhook_lag_seconds'),
  // Of a batch's size the mean is of interest, too.
  `${METERS.batches}_sum`,
  'billing_webhook_verification_failed_total',
  'http_request_duration_seconds_count',
  'http_request_duration_seconds_bucket',
];

test('alerts and dashboards ask only for numbers that some process shows', () => {
  const asked = [alerts, ...dashboards.map(({ text }) => text)].flatMap(ownMetrics);
  expect(asked.filter((name) => !KNOWN.includes(name) && !name.startsWith('billing-'))).toEqual([]);
  expect(asked).toEqual(expect.arrayContaining(Object.keys(GAUGES)));
  const meters = [...Object.values(METERS), 'billing_webhook_lag_seconds'];
  expect(meters.filter((meter) => !asked.some((name) => name.startsWith(meter)))).toEqual([]);
});

test('every alert has its section in the runbook, and every section its alert', () => {
  const named = [...alerts.matchAll(/- alert: (\w+)/g)].map(([, name]) => name);
  const book = textOf('docs', 'operations.md');
  const chapter = /^## Numbers and alerts\n([\s\S]*?)^## /m.exec(book)?.[1] ?? '';
  const sections = [...chapter.matchAll(/^### (\w+)$/gm)].map(([, name]) => name);
  expect(sections).toEqual(named);
});

test('every alert says how loud it is and what is wrong in words', () => {
  const rules = alerts.split(/- alert: /).slice(1);
  for (const rule of rules) {
    expect(rule).toMatch(/severity: (page|ticket)/);
    expect(rule).toMatch(/summary: \S/);
  }
});

describe('what an alert asks for', () => {
  const labels = labelsOfMetrics();
  const rules = [
    ...alerts.matchAll(/- alert: (\w+)\n([\s\S]*?)(?=\n {6}- alert|\n {2}- name|$)/g),
  ].map(([, name = '', body = '']) => ({ name, body }));
  /** Labels of the product's numbers that a rule reads; of none when it reads only others'. */
  const offered = (body: string) => [
    ...new Set(ownMetrics(body).flatMap((series) => labels.get(baseOf(series)) ?? [])),
  ];
  const isOwn = ({ body }: { body: string }) => ownMetrics(body).length > 0;
  const grouped = (body: string) =>
    [...body.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/,\s*/));

  test('has labels by which it is chosen and grouped', () => {
    const chosen = (body: string) =>
      [...body.matchAll(/(\w+)\{([^}{]*)\}/g)].flatMap(([, series = '', inside = '']) =>
        [...inside.matchAll(/(\w+)=/g)].flatMap(([, label = '']) =>
          series.startsWith('process_') || labels.get(baseOf(series))?.includes(label)
            ? []
            : [`${series}: ${label}`],
        ),
      );
    const wrong = rules.filter(isOwn).map(({ name, body }) => ({
      name,
      chosen: chosen(body),
      grouped: grouped(body).filter((label) => ![...offered(body), 'le'].includes(label)),
    }));
    expect(wrong.filter((one) => one.chosen.length + one.grouped.length > 0)).toEqual([]);
    expect(rules.length).toBeGreaterThan(15);
  });

  test('names in its words only labels that its numbers still carry', () => {
    const lost = rules.flatMap(({ name, body }) =>
      [...body.matchAll(/\$labels\.(\w+)/g)]
        .filter(([, label = '']) => !grouped(body).includes(label))
        .map(([, label]) => `${name}: ${label}`),
    );
    expect(lost).toEqual([]);
  });

  test('is chosen by values that the product writes', () => {
    const code = zonedSources()
      .filter(({ path }) => /^(?:src|activities|drizzle|workflows)\//.test(path))
      .map(({ text }) => text)
      .join('\n');
    const values = rules.flatMap(({ body }) =>
      [...body.matchAll(/\b(\w+)=(~?)"([^"]*)"/g)].flatMap(([, label = '', , said = '']) =>
        said.split('|').map((value) => ({ label, value })),
      ),
    );
    const unknown = values
      .filter(({ label }) => label !== 'status')
      .map(({ value }) => value.replace(/^\/api\/v1/, '').replace(/:(\w+)/g, '{$1}'))
      .filter((value) => !code.includes(`'${value}'`));
    expect(unknown).toEqual([]);
    expect(values.map(({ label }) => label)).toEqual(
      expect.arrayContaining(['kind', 'category', 'outcome', 'route', 'process']),
    );
  });
});

/** The metric behind a series: of a histogram the three that Prometheus stores. */
function baseOf(series: string): string {
  return series.replace(/_(?:bucket|count|sum)$/, '');
}

/** Labels of each number that the product shows, as the very meters declare them. */
function labelsOfMetrics(): ReadonlyMap<string, readonly string[]> {
  const registry = new Registry();
  for (const meter of [updateMeter, providerMeter, messageMeter, spendMeter, httpMetrics])
    meter(registry);
  watchStuck(registry, { count: () => Promise.resolve(0), log: { warn: () => undefined } });
  const meters = registry.getMetricsAsArray() as unknown as {
    name: string;
    labelNames: string[];
  }[];
  return new Map<string, readonly string[]>([
    ...meters.map(({ name, labelNames }) => [name, labelNames] as const),
    ...Object.entries(GAUGES).map(([name, { labels }]) => [name, labels] as const),
  ]);
}

test.each(dashboards)('$file is a dashboard whose panels lie beside each other', ({ text }) => {
  const { panels } = JSON.parse(text) as { panels: { gridPos: { x: number; y: number } }[] };
  const places = panels.map(({ gridPos: { x, y } }) => `${x}:${y}`);
  expect(new Set(places).size).toBe(panels.length);
});

test('Prometheus itself finds nothing wrong with its configuration and the alerts', () => {
  const checked = spawnSync('promtool', ['check', 'config', 'deploy/prometheus/prometheus.yml'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect([checked.status, checked.stderr]).toEqual([0, expect.any(String)]);
});

test('Prometheus itself raises the alerts of backups when they are due, and no sooner', () => {
  const judged = spawnSync('promtool', ['test', 'rules', 'test/support/alerts/backups.yml'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect([judged.status, judged.stdout + judged.stderr]).toEqual([
    0,
    expect.stringContaining('SUCCESS'),
  ]);
});
