import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../support/servers/places';
import type { Verdict } from './battle';
import type { FlowName } from './flows';
import type { ProcessName } from './ground';
import { nameOf, type Cell, type Victim } from './plan';
import { codeOf } from './subject';

/** What is kept of one cell. */
export interface Result {
  readonly cell: string;
  readonly flow: FlowName;
  readonly victim: Victim;
  readonly at: string;
  readonly isStruck: boolean;
  /** The last event of the history that the struck call was about; absent where no call tells. */
  readonly event?: number | undefined;
  readonly heldMs?: number | undefined;
  readonly recoveryMs?: number | undefined;
  readonly violations: readonly string[];
  /** The last commit that changed the product. */
  readonly commit: string;
  readonly instant: string;
}

/** Processes that died of what was done to another, and were started again. */
export interface Deaths {
  readonly died: ProcessName;
  readonly count: number;
}

const FOLDER = join(PROJECT_ROOT, '.data', 'chaos');
const PRODUCT = ['src', 'activities', 'workflows', 'drizzle', 'patches', 'package-lock.json'];

/** The file of one run, and what all runs have left beside it. */
export class Results {
  private readonly file: string;
  private readonly commit = commitOfProduct();

  constructor(
    private readonly run: string,
    share: number,
  ) {
    mkdirSync(FOLDER, { recursive: true });
    this.file = join(FOLDER, `${run}-${share}.jsonl`);
  }

  keep(verdicts: readonly Verdict[]): void {
    this.append(verdicts.map((verdict) => resultOf(verdict, this.commit)));
  }

  keepDeaths(deaths: readonly Deaths[]): void {
    this.append(deaths.filter(({ count }) => count > 0));
  }

  /** What every share of this run has found, or every run there was. */
  found(which: 'this run' | 'all'): Found {
    const files = readdirSync(FOLDER)
      .filter((name) => which === 'all' || name.startsWith(`${this.run}-`))
      .sort();
    const lines = files.flatMap((name) => linesOf(join(FOLDER, name)));
    return {
      results: decidedBy(lines.filter((line): line is Result => 'cell' in line)),
      deaths: lines.filter((line): line is Deaths => 'died' in line),
    };
  }

  private append(lines: readonly object[]): void {
    appendFileSync(this.file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }
}

export interface Found {
  readonly results: readonly Result[];
  readonly deaths: readonly Deaths[];
}

function resultOf({ cell, strike, recoveryMs, violations }: Verdict, commit: string): Result {
  return {
    cell: nameOf(cell),
    ...{ flow: cell.flow, victim: cell.victim, at: codeOf(cell.moment) },
    isStruck: strike !== undefined,
    ...{ event: strike?.event, heldMs: rounded(strike?.heldMs), recoveryMs: rounded(recoveryMs) },
    ...{ violations, commit, instant: new Date().toISOString() },
  };
}

function rounded(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms);
}

function linesOf(file: string): readonly (Result | Deaths)[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Result | Deaths);
}

/** One result for each cell: that of the newest product, and its worst, so that no repetition makes a red one green. */
export function decidedBy(results: readonly Result[]): readonly Result[] {
  const cells = new Map<string, Result>();
  for (const result of [...results].sort((a, b) => a.instant.localeCompare(b.instant))) {
    const before = cells.get(result.cell);
    if (before?.commit !== result.commit || weightOf(result) >= weightOf(before)) {
      cells.set(result.cell, result);
    }
  }
  return [...cells.values()];
}

function weightOf({ violations, isStruck }: Result): number {
  if (violations.length > 0) return 2;
  return isStruck ? 1 : 0;
}

/** What is left to be struck: the chosen cells that were not found well, and whichever was found red. */
export function resumed(
  chosen: readonly Cell[],
  { every, found }: { readonly every: readonly Cell[]; readonly found: Found },
): readonly Cell[] {
  const namesOf = (fits: (one: Result) => boolean) =>
    new Set(found.results.filter(fits).map(({ cell }) => cell));
  const red = namesOf(({ violations }) => violations.length > 0);
  const settled = namesOf(({ isStruck, violations }) => isStruck && violations.length === 0);
  const wanted = new Set(chosen.map(nameOf));
  return every.filter((cell) => {
    const name = nameOf(cell);
    return red.has(name) || (wanted.has(name) && !settled.has(name));
  });
}

function commitOfProduct(): string {
  const git = (...words: string[]) =>
    execFileSync('git', words, { cwd: PROJECT_ROOT, encoding: 'utf8' }).trim();
  try {
    const commit = git('log', '-1', '--format=%h', '--', ...PRODUCT);
    return git('status', '--porcelain', '--', ...PRODUCT) === '' ? commit : `${commit} and changes`;
  } catch {
    return 'an unknown commit';
  }
}
