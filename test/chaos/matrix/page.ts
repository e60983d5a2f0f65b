import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { replacedBetween } from '../../../bench/report/markdown';
import { SERVER_VERSION } from '../../../src/embedded/temporal/versions';
import { PROJECT_ROOT } from '../../support/servers/places';
import { FLOWS } from './flows';
import { rowsOf, type MatrixResult, type Row } from './matrix';
import type { Choice, Victim } from './plan';

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

/** The table in words; with `isWritten` it also goes to its place in the page. */
export function writeTable(
  result: MatrixResult,
  choice: Pick<Choice, 'every' | 'seed'> & { readonly isWritten: boolean },
): string {
  const text = tableOf(result, choice);
  if (choice.isWritten && existsSync(PAGE)) {
    writeFileSync(PAGE, replacedBetween(readFileSync(PAGE, 'utf8'), 'matrix', text));
  }
  return text;
}

export function tableOf(result: MatrixResult, choice: Pick<Choice, 'every' | 'seed'>): string {
  const rows = rowsOf(result);
  const sum = (pick: (row: Row) => number) => rows.reduce((total, row) => total + pick(row), 0);
  const longest = Math.max(0, ...rows.map(({ longestMs }) => longestMs));
  const total = ['**all**', '', sum((row) => row.struck), sum((row) => row.recovered)];
  const lines = [
    ['Flow', 'Struck', 'Cells', 'Recovered', 'Longest recovery', 'Not reached', 'Violations'],
    ['---', '---', '--:', '--:', '--:', '--:', '--:'],
    ...rows.map(cellsOf),
    [...total, seconds(longest), sum((row) => row.missed), sum((row) => row.violations)],
  ].map((cells) => `| ${cells.join(' | ')} |`);
  return [factsOf(result, choice), '', ...lines, ''].join('\n');
}

function cellsOf(row: Row): (string | number)[] {
  const { struck, recovered, missed, violations } = row;
  return [
    ...[FLOWS[row.flow].title, VICTIM_TITLES[row.victim], struck, recovered],
    ...[seconds(row.longestMs), missed, violations],
  ];
}

function factsOf(
  { moments, deaths, seconds: lasted }: MatrixResult,
  { every, seed }: Pick<Choice, 'every' | 'seed'>,
): string {
  const [core] = cpus();
  const machine = [
    `${cpus().length} cores (${core?.model.trim() ?? 'unknown'})`,
    `${Math.round(totalmem() / 1024 ** 3)} GB of memory`,
    `${process.platform} ${process.arch}`,
    `Node ${process.versions.node}`,
    `Temporal server ${SERVER_VERSION}`,
  ].join(', ');
  const all = [...moments.values()].reduce((total, count) => total + count, 0);
  const share = every === 1 ? 'every moment' : `every ${every}th moment of each flow and victim`;
  return (
    `Struck on ${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC by ` +
    `\`npm run chaos -- --every ${every} --seed ${seed} --write\` in ${Math.round(lasted / 60)} minutes on ${machine}; ` +
    `load average at the end ${(loadavg()[0] ?? 0).toFixed(1)}. ${moments.size} flows have ${all} moments; ` +
    `${share} was struck. ${deathsOf(deaths)}`
  );
}

function deathsOf(deaths: MatrixResult['deaths']): string {
  const died = [...deaths].filter(([, count]) => count > 0);
  if (died.length === 0) return 'No process died of what was done to another.';
  const list = died.map(([name, count]) => `${name} ${count} times`).join(', ');
  return `Died of what was done to another, and were started again: ${list}.`;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
