import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { replacedBetween } from '../../../bench/report/markdown';
import { SERVER_VERSION } from '../../../src/embedded/temporal/versions';
import { PROJECT_ROOT } from '../../support/servers/places';
import { FLOW_NAMES, FLOWS, type FlowName } from './flows';
import { momentsFor, nameOf, VICTIMS, type Victim } from './plan';
import type { Found, Result } from './results';
import type { Moment } from './subject';

const PAGE = join(PROJECT_ROOT, 'docs', 'reliability.md');

const VICTIM_TITLES: Readonly<Record<Victim, string>> = {
  worker: 'worker, SIGKILL',
  server: 'server, SIGKILL',
  bot: 'bot, SIGKILL',
  PostgreSQL: 'PostgreSQL, SIGKILL',
  Temporal: 'Temporal, SIGKILL',
  cut: 'connection reset',
  silence: 'connection silent',
};

/** What a table is made of: what was found, and what there is to be struck. */
export interface Sheet extends Found {
  readonly moments: ReadonlyMap<FlowName, readonly Moment[]>;
}

/** The sum of one row of the table. */
export interface Row {
  readonly flow: FlowName;
  readonly victim: Victim;
  /** What there is to be struck. */
  readonly cells: number;
  readonly struck: number;
  readonly recovered: number;
  readonly longestMs: number;
  readonly missed: number;
  readonly violations: number;
}

type Sum = Omit<Row, 'flow' | 'victim'>;

/** Puts the table into its place in the page. */
export function writeTable(text: string): void {
  if (!existsSync(PAGE)) return;
  writeFileSync(PAGE, replacedBetween(readFileSync(PAGE, 'utf8'), 'matrix', text));
}

/** The table in words. */
export function tableOf(sheet: Sheet): string {
  const rows = rowsOf(sheet);
  const all = sumOf(rows);
  const lines = [
    ['Flow', 'Struck', 'Cells', 'Recovered', 'Longest recovery', 'Not reached', 'Violations'],
    ['---', '---', '--:', '--:', '--:', '--:', '--:'],
    ...rows.map((row) => [FLOWS[row.flow].title, VICTIM_TITLES[row.victim], ...figuresOf(row)]),
    ...VICTIMS.map((victim) => totalOf(rows, victim)),
    ['**all**', '', ...figuresOf(all)],
  ].map((cells) => `| ${cells.join(' | ')} |`);
  return [factsOf(sheet, all), '', ...lines, ''].join('\n');
}

export function rowsOf({ results, moments }: Pick<Sheet, 'results' | 'moments'>): readonly Row[] {
  return FLOW_NAMES.flatMap((flow) =>
    VICTIMS.flatMap((victim): Row[] => {
      const own = results.filter((one) => one.flow === flow && one.victim === victim);
      const there = momentsFor(moments.get(flow) ?? [], victim);
      const cells = new Set([
        ...own.map(({ cell }) => cell),
        ...there.map((moment) => nameOf({ flow, victim, moment })),
      ]);
      return cells.size === 0 ? [] : [{ flow, victim, cells: cells.size, ...countsOf(own) }];
    }),
  );
}

function countsOf(own: readonly Result[]): Omit<Sum, 'cells'> {
  const struck = own.filter(({ isStruck }) => isStruck);
  const recovered = struck.filter(({ violations }) => violations.length === 0);
  return {
    ...{ struck: struck.length, recovered: recovered.length },
    longestMs: Math.max(0, ...recovered.map(({ recoveryMs }) => recoveryMs ?? 0)),
    missed: own.length - struck.length,
    violations: own.filter(({ violations }) => violations.length > 0).length,
  };
}

function totalOf(rows: readonly Row[], victim: Victim): readonly string[] {
  const own = rows.filter((row) => row.victim === victim);
  return ['**every flow**', VICTIM_TITLES[victim], ...figuresOf(sumOf(own))];
}

function sumOf(rows: readonly Row[]): Sum {
  const sum = (pick: (row: Row) => number) => rows.reduce((total, row) => total + pick(row), 0);
  return {
    ...{ cells: sum((row) => row.cells), struck: sum((row) => row.struck) },
    ...{ recovered: sum((row) => row.recovered), missed: sum((row) => row.missed) },
    violations: sum((row) => row.violations),
    longestMs: Math.max(0, ...rows.map(({ longestMs }) => longestMs)),
  };
}

function figuresOf(row: Sum): readonly string[] {
  const { cells, struck, recovered, longestMs, missed, violations } = row;
  const longest = struck === 0 ? '' : `${(longestMs / 1_000).toFixed(1)} s`;
  return [`${struck} of ${cells}`, String(recovered), longest, String(missed), String(violations)];
}

function factsOf({ results, deaths, moments }: Sheet, all: Sum): string {
  const instants = results.map(({ instant }) => instant.slice(0, 16).replace('T', ' ')).sort();
  const flows = new Set([...moments.keys(), ...results.map(({ flow }) => flow)]);
  const share = all.cells === 0 ? 0 : Math.floor((100 * all.struck) / all.cells);
  const known = results.filter(({ event }) => event !== undefined).length;
  return [
    `Struck from ${instants[0] ?? '–'} to ${instants.at(-1) ?? '–'} UTC, ${commitsOf(results)}, on ${machine()};`,
    `load average at the end ${(loadavg()[0] ?? 0).toFixed(1)}.`,
    `${flows.size} flows have ${all.cells} cells, of which`,
    `${all.struck} (${share} %) were struck; of ${known} of them the last event of the struck history is known.`,
    deathsOf(deaths),
  ].join('\n');
}

function commitsOf(results: readonly Result[]): string {
  const commits = [...new Set(results.map(({ commit }) => commit))];
  if (commits.length === 1) return `the product at ${commits[0]}`;
  const counts = commits.map((commit) => {
    const count = results.filter((one) => one.commit === commit).length;
    return `${count} cells at ${commit}`;
  });
  return `the product as it came to be: ${counts.join(', ')}`;
}

function machine(): string {
  const [core] = cpus();
  return [
    `${cpus().length} cores (${core?.model.trim() ?? 'unknown'})`,
    `${Math.round(totalmem() / 1024 ** 3)} GB of memory`,
    `${process.platform} ${process.arch}`,
    `Node ${process.versions.node}`,
    `Temporal server ${SERVER_VERSION}`,
  ].join(', ');
}

function deathsOf(deaths: Found['deaths']): string {
  const counts = new Map<string, number>();
  for (const { died, count } of deaths) counts.set(died, (counts.get(died) ?? 0) + count);
  if (counts.size === 0) return 'No process died of what was done to another.';
  const list = [...counts].map(([name, count]) => `${name} ${count} times`).join(', ');
  return `Died of what was done to another, and were started again: ${list}.`;
}
