import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { METERS } from '../src/main/meters';
import { GAUGES } from '../src/reads/gauges';
import {
  lostLabels,
  misasked,
  rulesOf,
  seriesIn,
  shownSeries,
  TEMPORAL_SERIES,
  unpaired,
  unwritten,
  valuesIn,
  type Rule,
} from './support/house/alerts';
import { zonedSources } from './support/house/tree';

const ROOT = join(__dirname, '..');
const textOf = (...path: string[]) => readFileSync(join(ROOT, ...path), 'utf8');

const rules = rulesOf(textOf('deploy', 'prometheus', 'alerts.yml'));
const dashboards = readdirSync(join(ROOT, 'deploy', 'grafana', 'dashboards')).map((file) => {
  const text = textOf('deploy', 'grafana', 'dashboards', file);
  return { file, text, asked: [...text.matchAll(/"expr": ("(?:[^"\\]|\\.)*")/g)].map(exprOf) };
});
const book = textOf('docs', 'operations.md');
const shown = shownSeries();
const code = zonedSources()
  .filter(({ path }) => /^(?:src|activities|drizzle|workflows)\//.test(path))
  .map(({ text }) => text)
  .join('\n');

function exprOf([, quoted = '']: RegExpExecArray): string {
  return JSON.parse(quoted) as string;
}

test.each(rules.map((rule) => [rule.alert, rule] as const))(
  '%s asks for numbers, labels and values that are there, and names in words what its numbers carry',
  (_name, rule) => {
    expect(seriesIn(rule.expr)).not.toEqual([]);
    expect(misasked(rule.expr, shown)).toEqual([]);
    expect(unwritten(rule.expr, code)).toEqual([]);
    expect(lostLabels(rule)).toEqual([]);
    expect(rule.labels?.severity).toMatch(/^(?:page|ticket)$/);
    expect(rule.annotations?.summary).toMatch(/\S/);
  },
);

test.each(dashboards)(
  '$file asks only for numbers and labels that some process shows, and its panels lie beside each other',
  ({ text, asked }) => {
    expect(asked.length).toBeGreaterThan(8);
    expect(asked.flatMap((expr) => misasked(expr, shown))).toEqual([]);
    const { panels } = JSON.parse(text) as { panels: { gridPos: { x: number; y: number } }[] };
    const places = panels.map(({ gridPos: { x, y } }) => `${x}:${y}`);
    expect(new Set(places).size).toBe(panels.length);
  },
);

test('every number of the product is asked for by an alert or a dashboard', () => {
  const asked = [...rules.map(({ expr }) => expr), ...dashboards.flatMap((one) => one.asked)];
  const series = asked.flatMap(seriesIn);
  const own = [...Object.keys(GAUGES), ...Object.values(METERS), 'billing_webhook_lag_seconds'];
  expect(own.filter((name) => !series.some((one) => one.startsWith(name)))).toEqual([]);
  expect(Object.keys(TEMPORAL_SERIES).filter((name) => !series.includes(name))).toEqual([]);
  expect(rules.flatMap(({ expr }) => valuesIn(expr)).map(({ label }) => label)).toEqual(
    expect.arrayContaining(['kind', 'category', 'outcome', 'route', 'process']),
  );
});

test('every alert has its section in the runbook, in the same order, and every section its alert', () => {
  expect(unpaired(rules, book)).toEqual([]);
  const places = rules.map(({ alert }) => book.indexOf(`\n### ${alert}\n`));
  expect(places).toEqual([...places].sort((a, b) => a - b));
});

describe('what is wrong is found', () => {
  const LATE = 'max(billing_outbox_lag_seconds{category="money"}) > 120';

  test.each([
    ['a number that nobody shows', LATE.replace('_lag', '_lack'), 'nobody shows'],
    ['a number of Temporal without its unit', 'rate(temporal_latency_bucket[5m])', 'nobody shows'],
    ['a histogram without its part', 'sum(billing_spend_duration_seconds)', 'nobody shows'],
    ['a label to choose by', LATE.replace('category', 'categories'), 'has no label categories'],
    ['a label of another number', LATE.replace('category', 'provider'), 'has no label provider'],
    ['a label not to choose by', LATE.replace('category=', 'class!='), 'has no label class'],
    ['a label to group by', 'max by (kinds) (billing_unknown_age_seconds) > 9', 'a label kinds'],
  ])('%s', (_what, expr, found) => {
    expect(misasked(LATE, shown)).toEqual([]);
    expect(misasked(expr, shown)).toEqual([expect.stringContaining(found)]);
  });

  test('a value that the product never writes', () => {
    expect(unwritten(LATE, code)).toEqual([]);
    expect(unwritten(LATE.replace('"money"', '"moneys"'), code)).toEqual(['moneys']);
    expect(unwritten('x{route="/api/v1/users/:userId/spent"}', code)).toEqual([
      '/users/{userId}/spent',
    ]);
  });

  test('a label in words that is summed away', () => {
    const [unknown] = rules.filter(({ alert }) => alert === 'MoneyOutcomeUnknown') as [Rule];
    expect(lostLabels({ ...unknown, expr: 'max(billing_unknown_age_seconds) > 900' })).toEqual([
      'kind',
    ]);
  });

  test('an alert without a section, a section without words, and one without an alert', () => {
    const [first, second] = rules as [Rule, Rule];
    const chapter = `## Numbers and alerts\n\n### ${first.alert}\n\nLook.\n\n### ${second.alert}\n\n### Gone\n\nLook.\n\n## Next\n`;
    expect(unpaired([first, second, { ...first, alert: 'New' }], chapter)).toEqual([
      `${second.alert} has no section`,
      'New has no section',
      'Gone is no alert',
    ]);
  });
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
