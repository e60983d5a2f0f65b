import type { AloneCell } from '../alone';
import type { Cell } from '../measure';
import { BATCH, type Cost, type ScaleCell } from '../scale';
import { SYSTEMS } from '../systems';
import { verdictsOf, type Results, type Verdict } from './targets';

/** What stands around the numbers of a run. */
export interface RunFacts {
  readonly date: string;
  readonly machine: string;
  /** Share of all cores in use, and the load average, before anything was asked. */
  readonly idle: { readonly share: number; readonly load: number };
  readonly failures: ReadonlyMap<string, string>;
  readonly repetitions: number;
  readonly seconds: number;
}

/** The run as Markdown: the machine, the table, the targets, the scale. */
export function reportOf(results: Results, facts: RunFacts): string {
  const sections = [
    factsOf(facts),
    table(HEAD, results.cells.map(rowOf)),
    ...[...facts.failures].map(([system, reason]) => `**${system} failed:** ${reason}`),
    ...(results.alone.length === 0 ? [] : [table(ALONE_HEAD, results.alone.map(aloneRow))]),
    table(['Target', 'Measured', 'Met'], verdictsOf(results).map(verdictRow)),
    ...(results.scale.length === 0
      ? []
      : [table(SCALE_HEAD, results.scale.map(scaleRow)).concat('')]),
  ];
  return `${sections.join('\n\n').trimEnd()}\n`;
}

/** The text with what stands between two marks replaced. */
export function replacedBetween(text: string, name: string, content: string): string {
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the page has no place for ${name}: put its marks in`);
  return `${text.slice(0, from)}${begin}\n\n${content}\n${text.slice(to)}`;
}

function factsOf({ date, machine, idle, repetitions, seconds }: RunFacts): string {
  return (
    `Measured on ${date}: ${machine}. Before the run ${Math.round(idle.share * 100)} % of the cores were busy ` +
    `with all systems started and nothing asked (load average ${idle.load.toFixed(2)}). ` +
    `${repetitions} repetitions of ${seconds} s each, medians; spread is the slowest and the fastest repetition.`
  );
}

const HEAD = [
  'System',
  'Concurrent',
  'per second',
  'spread',
  'p50 ms',
  'p95 ms',
  'p99 ms',
  'in a workflow',
  'eager',
  'cores busy',
  'load',
];

function rowOf({ system, concurrency, summary, busy, load, batchSize, eagerShare }: Cell) {
  const { perSecond, lowestPerSecond, highestPerSecond, p50Ms, p95Ms, p99Ms, failed } = summary;
  return [
    titleOf(system) + (failed === 0 ? '' : ` (${failed} failed)`),
    String(concurrency),
    grouped(perSecond),
    `${grouped(lowestPerSecond)}–${grouped(highestPerSecond)}`,
    ...[p50Ms, p95Ms, p99Ms].map(rounded),
    batchSize === undefined ? '' : batchSize.toFixed(1),
    eagerShare === undefined ? '' : `${Math.round(eagerShare * 100)} %`,
    `${Math.round(busy * 100)} %`,
    load.toFixed(1),
  ];
}

function titleOf(system: Cell['system']): string {
  if (system === 'sql-direct') return 'SQL transaction of one spend, without HTTP';
  return SYSTEMS.find(({ name }) => name === system)?.title ?? system;
}

const ALONE_HEAD = ['One request every 200 ms', 'p50 ms', 'p95 ms', 'p50 beside an empty workflow'];

function aloneRow({ system, p50Ms, p95Ms, besideEmpty }: AloneCell): string[] {
  const beside = besideEmpty === undefined ? '' : `${besideEmpty.toFixed(2)} ×`;
  return [titleOf(system), p50Ms.toFixed(1), p95Ms.toFixed(1), beside];
}

function verdictRow({ target, measured, isMet }: Verdict): string[] {
  const words = isMet === undefined ? '–' : isMet ? 'yes' : '**no**';
  return [target, measured ?? 'not measured', words];
}

const COST_HEAD = ['beside the first', 'own ms', 'beside the first'];
const SCALE_HEAD = [
  'Users',
  'Ledger entries before',
  ...['one spend ms', ...COST_HEAD],
  ...[`${BATCH} of one person ms`, ...COST_HEAD],
  ...[`${BATCH} of as many people ms`, ...COST_HEAD],
];

function scaleRow({ users, entries, single, ofOne, ofMany }: ScaleCell): string[] {
  return [grouped(users), grouped(entries), ...[single, ofOne, ofMany].flatMap(costCells)];
}

function costCells(cost: Cost | undefined): string[] {
  if (cost === undefined) return ['–', '–', '–', '–'];
  const { wallMs, wallRatio, ownMs, ownRatio } = cost;
  const times = (ratio: number | undefined) =>
    ratio === undefined ? '–' : `${ratio.toFixed(2)} ×`;
  return [wallMs.toFixed(2), times(wallRatio), ownMs?.toFixed(2) ?? '–', times(ownRatio)];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function grouped(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function rounded(ms: number): string {
  return ms < 10 ? ms.toFixed(1) : grouped(ms);
}
