import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { METERS } from '../src/main/meters';
import { GAUGES } from '../src/reads/gauges';

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
