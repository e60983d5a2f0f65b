import { parse } from 'yaml';
import { Histogram, Registry } from 'prom-client';
import { httpMetrics } from '../../../src/http/metrics';
import {
  messageMeter,
  providerMeter,
  spendMeter,
  updateMeter,
  watchStuck,
} from '../../../src/main/meters';
import { createRegistry } from '../../../src/main/metrics';
import { GAUGES } from '../../../src/reads/gauges';

/** An alert as Prometheus is told of it. */
export interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels?: { readonly severity?: string };
  readonly annotations?: { readonly summary?: string };
}

/** The labels of every series that processes show, by its name. */
export type Shown = ReadonlyMap<string, readonly string[]>;

/** Of Temporal's own numbers those that are asked for; `test/workflows/temporal-numbers.test.ts` sees a worker show them. */
export const TEMPORAL_SERIES: Readonly<Record<string, readonly string[]>> = {
  temporal_activity_execution_failed: ['activity_type'],
  temporal_workflow_task_execution_failed: ['workflow_type'],
  temporal_workflow_task_schedule_to_start_latency_seconds_bucket: ['le'],
};

/** Every rule of a file of alerts. */
export function rulesOf(text: string): Rule[] {
  const { groups } = parse(text) as { groups: readonly { rules: readonly Rule[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

/** What the product's processes show, as the very meters declare it. */
export function shownSeries(): Shown {
  const registry = createRegistry('server');
  const own = new Registry();
  for (const meter of [updateMeter, providerMeter, messageMeter, spendMeter, httpMetrics])
    meter(own);
  watchStuck(own, { count: () => Promise.resolve(0), log: { warn: () => undefined } });
  return new Map<string, readonly string[]>([
    ...Object.entries(TEMPORAL_SERIES),
    ...Object.entries(GAUGES).map(([name, { labels }]): Series => [name, labels]),
    ...[registry, own].flatMap(seriesOf),
  ]);
}

type Series = readonly [name: string, labels: readonly string[]];

/** Of a histogram the three that Prometheus stores. */
function seriesOf(registry: Registry): Series[] {
  const metrics = registry.getMetricsAsArray() as unknown as {
    name: string;
    labelNames: readonly string[];
  }[];
  return metrics.flatMap((metric): Series[] => {
    const { name } = metric;
    const labels = [...metric.labelNames, 'process'];
    if (!(metric instanceof Histogram)) return [[name, labels]];
    return [
      [`${name}_bucket`, [...labels, 'le']],
      [`${name}_count`, labels],
      [`${name}_sum`, labels],
    ];
  });
}

/** The names of series in an expression: whatever has an underscore and is no function, no label and no text. */
export function seriesIn(expr: string): string[] {
  const bare = expr
    .replace(/\{[^}]*\}/g, '')
    .replace(/"[^"]*"/g, '')
    .replace(/\b(?:by|without|on|ignoring)\s*\([^)]*\)/g, '');
  const names = bare.matchAll(/\b[a-z]\w*_\w+\b(?!\s*\()/g);
  return [...new Set([...names].map(([name]) => name))];
}

/** What an expression asks for that nobody shows, in words; nothing when it can be answered. */
export function misasked(expr: string, shown: Shown): string[] {
  const series = seriesIn(expr);
  const has = (name: string, label: string) => shown.get(name)?.includes(label) === true;
  const unknown = series.filter((name) => !shown.has(name));
  const chosen = [...expr.matchAll(/(\w+)\{([^}]*)\}/g)].flatMap(([, name = '', inside = '']) =>
    [...inside.matchAll(/(\w+)\s*[=!]/g)]
      .filter(([, label = '']) => shown.has(name) && !has(name, label))
      .map(([, label = '']) => `${name} has no label ${label}`),
  );
  const grouped = groupsOf(expr).filter((label) => !series.some((name) => has(name, label)));
  return [
    ...unknown.map((name) => `nobody shows ${name}`),
    ...chosen,
    ...grouped.map((label) => `nothing has a label ${label} to group by`),
  ];
}

function groupsOf(expr: string): string[] {
  const lists = [...expr.matchAll(/\bby\s*\(([^)]*)\)/g)].map(([, list = '']) => list);
  return lists.flatMap((list) => list.split(',').map((label) => label.trim()));
}

/** Labels that the words of an alert name and that its numbers no longer carry. */
export function lostLabels({ expr, annotations }: Rule): string[] {
  const kept = groupsOf(expr);
  const named = [...(annotations?.summary ?? '').matchAll(/\$labels\.(\w+)/g)];
  return named.map(([, label = '']) => label).filter((label) => !kept.includes(label));
}

/** The values by which an expression chooses, each with its label. */
export function valuesIn(expr: string): { readonly label: string; readonly value: string }[] {
  return [...expr.matchAll(/\b(\w+)\s*=~?\s*"([^"]*)"/g)].flatMap(([, label = '', said = '']) =>
    said.split('|').map((value) => ({ label, value })),
  );
}

/** Values that no source of the product writes as a text of its own. */
export function unwritten(expr: string, code: string): string[] {
  return valuesIn(expr)
    .filter(({ label }) => label !== 'status')
    .map(({ value }) => value.replace(/^\/api\/v1/, '').replace(/:(\w+)/g, '{$1}'))
    .filter((value) => !code.includes(`'${value}'`));
}

/** Alerts without a section in the runbook, and sections without an alert. */
export function unpaired(rules: readonly Rule[], book: string): string[] {
  const chapter = /^## Numbers and alerts\n([\s\S]*?)(?=^## |(?![\s\S]))/m.exec(book)?.[1] ?? '';
  const sections = new Map(
    chapter
      .split(/^### /m)
      .slice(1)
      .map((section) => {
        const [name = '', ...words] = section.split('\n');
        return [name, words.join('\n').trim()] as const;
      }),
  );
  const names = rules.map(({ alert }) => alert);
  return [
    ...names.filter((name) => !sections.get(name)).map((name) => `${name} has no section`),
    ...[...sections.keys()]
      .filter((name) => !names.includes(name))
      .map((name) => `${name} is no alert`),
  ];
}
