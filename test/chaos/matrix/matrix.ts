import { fight, type Verdict } from './battle';
import { FLOWS, type FlowName } from './flows';
import { openGround, PROCESSES, type Ground } from './ground';
import { differences, reference, type Reference } from './judgement';
import { apart, cellsOf, repeatOf, routesOf, shareOf, wavesOf } from './plan';
import type { Cell, Choice, Route } from './plan';
import { resumed, type Results } from './results';
import { codeOf, type Moment } from './subject';

/** Runs struck by one blow; more of them would keep the first waiting longer than their callers do. */
const WAVE = 24;
/** Those that did not come to their moment go there with fewer beside them. */
const SMALL_WAVE = 8;
/** Flows that run undisturbed beside each other. */
const QUIET_FLOWS = 4;

type Say = (line: string) => void;

export interface MatrixWish extends Choice {
  /** Only the moments that are written so, all in one run of each flow and victim. */
  readonly at?: readonly string[] | undefined;
  readonly say: Say;
  /** Names the cells and strikes none. */
  readonly isOnlyListed?: boolean;
  /** Leaves out what an earlier run has struck and found well. */
  readonly isResumed?: boolean;
  /** Nothing is begun after so long. */
  readonly minutes?: number | undefined;
  /** Which part of the cells, of how many. */
  readonly share?: { readonly index: number; readonly count: number };
  readonly results: Results;
}

export interface MatrixResult {
  readonly verdicts: readonly Verdict[];
  /** The moments of each flow. */
  readonly moments: ReadonlyMap<FlowName, readonly Moment[]>;
}

interface Field {
  readonly ground: Ground;
  readonly references: ReadonlyMap<FlowName, Reference>;
  readonly isLate: () => boolean;
  readonly wish: MatrixWish;
}

/** Runs every flow once undisturbed, then strikes the chosen cells, and looks at all of them again at the end. */
export async function runMatrix(wish: MatrixWish): Promise<MatrixResult> {
  const startedMs = performance.now();
  const isLate = () => performance.now() - startedMs > (wish.minutes ?? Infinity) * 60_000;
  const ground = await openGround();
  try {
    const references = await referencesOf(ground, wish);
    const moments = new Map([...references].map(([flow, one]) => [flow, one.moments] as const));
    const cells = wantedOf(moments, wish);
    wish.say(`${cells.length} cells of ${references.size} flows`);
    if (wish.isOnlyListed) routesOf(cells).forEach((route) => wish.say(repeatOf(route)));
    const field = { ground, references, isLate, wish };
    const verdicts = wish.isOnlyListed ? [] : await strikeAll(field, cells);
    wish.results.keepDeaths(
      PROCESSES.map((name) => ({ died: name, count: ground.unaskedDeaths(name) })),
    );
    return { verdicts, moments };
  } finally {
    await ground.stop();
  }
}

function wantedOf(moments: MatrixResult['moments'], wish: MatrixWish): readonly Cell[] {
  const { at, share, isResumed, results } = wish;
  const { index, count } = share ?? { index: 0, count: 1 };
  const chosen = cellsOf(moments, wish);
  const cells = isResumed
    ? resumed(chosen, {
        every: cellsOf(moments, { ...wish, every: 1 }),
        found: results.found('all'),
      })
    : chosen;
  return cells.filter(
    (cell) =>
      (at === undefined || at.includes(codeOf(cell.moment))) && shareOf(cell, count) === index,
  );
}

async function referencesOf(
  ground: Ground,
  { flows, say }: MatrixWish,
): Promise<Map<FlowName, Reference>> {
  const references = new Map<FlowName, Reference>();
  // The first run of all is slower than any later one, and warms what the others use.
  for (const flow of flows.slice(0, 1)) await reference(ground, flow);
  const left = [...flows];
  const runOn = async () => {
    for (let flow = left.shift(); flow !== undefined; flow = left.shift()) {
      const found = await reference(ground, flow);
      references.set(flow, found);
      const own = found.moments.filter(({ isOwn }) => isOwn);
      const seconds = ((found.moments.at(-1)?.atMs ?? 0) / 1_000).toFixed(1);
      const all = `${own.length} of ${found.moments.length} moments are its own`;
      say(`${FLOWS[flow].title}: ${all}, ${seconds} s`);
    }
  };
  await Promise.all(Array.from({ length: QUIET_FLOWS }, runOn));
  return new Map(flows.map((flow) => [flow, references.get(flow) as Reference]));
}

/** Those that a run did not come to are struck once more, each in a run of its own. */
async function strikeAll(field: Field, cells: readonly Cell[]): Promise<readonly Verdict[]> {
  const { at, say, results } = field.wish;
  const strikesOf = at === undefined ? undefined : () => at.length;
  const first = await strike(field, wavesOf(routesOf(cells, strikesOf), WAVE));
  const missed = first.filter((one) => !one.strike && one.violations.length === 0);
  if (missed.length > 0) say(`${missed.length} cells were not reached; once more, each by itself`);
  const alone = apart(missed.map(({ cell }) => cell));
  const second = await strike(field, wavesOf(alone, SMALL_WAVE));
  const again = new Set(second.map(({ cell }) => cell));
  const verdicts = [...first.filter(({ cell }) => !again.has(cell)), ...second];
  const late = await Promise.all(verdicts.map((one) => seenAgain(field, one)));
  results.keep(late.filter((one, index) => one !== verdicts[index]));
  return late;
}

async function strike(
  field: Field,
  waves: readonly (readonly Route[])[],
): Promise<readonly Verdict[]> {
  const { ground, references, isLate, wish } = field;
  const verdicts: Verdict[] = [];
  const count = waves.flat().reduce((sum, { moments }) => sum + moments.length, 0);
  const startedMs = performance.now();
  const tell = (told: readonly Verdict[]) => {
    verdicts.push(...told);
    wish.results.keep(told);
    redRuns(told).forEach(wish.say);
    const minutes = ((performance.now() - startedMs) / 60_000).toFixed(1);
    const struck = verdicts.filter((one) => one.strike).length;
    const red = verdicts.filter((one) => one.violations.length > 0).length;
    wish.say(`${minutes} min: ${struck} of ${count} cells struck, ${red} red`);
  };
  await fight({ ground, references, waves, isLate, tell });
  return verdicts;
}

/** What comes twice may come late: whoever was well must still be well when all is over. */
async function seenAgain({ ground, references }: Field, verdict: Verdict): Promise<Verdict> {
  const wished = references.get(verdict.cell.flow);
  if (verdict.violations.length > 0 || !verdict.strike || !wished) return verdict;
  const found = await differences(ground, verdict.listeners, wished);
  return found.length === 0 ? verdict : { ...verdict, violations: ['later:', ...found] };
}

/** Each red run in words, with those that strike it again. */
export function redRuns(verdicts: readonly Verdict[]): readonly string[] {
  const runs = new Map(verdicts.map(({ route, violations }) => [route, violations] as const));
  return [...runs]
    .filter(([, violations]) => violations.length > 0)
    .map(([route, violations]) =>
      [`${route.flow} × ${route.victim}:`, ...violations, `again: ${repeatOf(route)}`].join('\n  '),
    );
}
