import { FLOWS, type FlowName } from './flows';
import { openGround, PROCESSES, type Ground, type ProcessName } from './ground';
import { cellsOf, repeatOf, VICTIMS, wavesOf, type Cell, type Choice, type Victim } from './plan';
import { codeOf } from './watch';
import { differences, reference, reportOf, strikeWave, type Reference, type Verdict } from './wave';

/** Cells struck by one blow; more of them would keep the first waiting longer than their callers do. */
const WAVE = 10;

type Say = (line: string) => void;

export interface MatrixWish extends Choice {
  /** Only the moment that is written so. */
  readonly at?: string;
  readonly say: Say;
  /** Names the cells and strikes none. */
  readonly isOnlyListed?: boolean;
}

export interface MatrixResult {
  readonly verdicts: readonly Verdict[];
  /** Moments of each flow in which it could be struck. */
  readonly moments: ReadonlyMap<FlowName, number>;
  /** Processes that died of what was done to others, and how often; each was started again. */
  readonly deaths: ReadonlyMap<ProcessName, number>;
  readonly seconds: number;
}

/** Runs every flow once undisturbed, then strikes the chosen cells, and looks at all of them again at the end. */
export async function runMatrix(wish: MatrixWish): Promise<MatrixResult> {
  const { say } = wish;
  const startedMs = performance.now();
  const ground = await openGround();
  try {
    const references = await referencesOf(ground, wish);
    const moments = new Map([...references].map(([flow, one]) => [flow, one.moments] as const));
    const cells = cellsOf(moments, wish).filter(
      ({ moment }) => wish.at === undefined || codeOf(moment) === wish.at,
    );
    say(`${cells.length} cells of ${references.size} flows`);
    if (wish.isOnlyListed) cells.forEach((cell) => say(repeatOf(cell)));
    const verdicts = wish.isOnlyListed ? [] : await strikeAll(ground, { cells, references, say });
    const seconds = (performance.now() - startedMs) / 1_000;
    return {
      verdicts,
      moments: new Map([...moments].map(([flow, all]) => [flow, all.length])),
      deaths: new Map(PROCESSES.map((name) => [name, ground.unaskedDeaths(name)])),
      seconds,
    };
  } finally {
    await ground.stop();
  }
}

async function referencesOf(
  ground: Ground,
  { flows, say }: MatrixWish,
): Promise<Map<FlowName, Reference>> {
  const references = new Map<FlowName, Reference>();
  for (const flow of flows) {
    // The first run of all is slower than any later one, and warms what the others use.
    if (references.size === 0) await reference(ground, flow);
    const found = await reference(ground, flow);
    references.set(flow, found);
    const seconds = ((found.moments.at(-1)?.atMs ?? 0) / 1_000).toFixed(1);
    say(`${FLOWS[flow].title}: ${found.moments.length} moments in ${seconds} s`);
  }
  return references;
}

async function strikeAll(
  ground: Ground,
  {
    cells,
    references,
    say,
  }: {
    cells: readonly Cell[];
    references: ReadonlyMap<FlowName, Reference>;
    say: Say;
  },
): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  const startedMs = performance.now();
  for (const wave of wavesOf(cells, WAVE)) {
    const struck = await strikeWave(ground, wave, references);
    verdicts.push(...struck);
    for (const one of struck.filter(({ violations }) => violations.length > 0)) say(reportOf(one));
    const minutes = ((performance.now() - startedMs) / 60_000).toFixed(1);
    const violations = verdicts.filter((one) => one.violations.length > 0).length;
    const whom = wave[0]?.victim ?? '';
    say(`${verdicts.length} of ${cells.length} cells, ${violations} red, ${minutes} min (${whom})`);
  }
  return Promise.all(verdicts.map((one) => seenAgain(ground, one, references)));
}

/** What comes twice may come late: whoever was well must still be well when all is over. */
async function seenAgain(
  ground: Ground,
  verdict: Verdict,
  references: ReadonlyMap<FlowName, Reference>,
): Promise<Verdict> {
  const wished = references.get(verdict.cell.flow);
  if (verdict.violations.length > 0 || !wished) return verdict;
  const found = await differences(ground, verdict.people, wished);
  return found.length === 0 ? verdict : { ...verdict, violations: ['later:', ...found] };
}

/** The sum of one row of the table. */
export interface Row {
  readonly flow: FlowName;
  readonly victim: Victim;
  readonly struck: number;
  readonly recovered: number;
  readonly longestMs: number;
  readonly missed: number;
  readonly violations: number;
}

export function rowsOf({ verdicts }: Pick<MatrixResult, 'verdicts'>): readonly Row[] {
  const flows = [...new Set(verdicts.map(({ cell }) => cell.flow))];
  return flows.flatMap((flow) =>
    VICTIMS.flatMap((victim): Row[] => {
      const own = verdicts.filter(({ cell }) => cell.flow === flow && cell.victim === victim);
      if (own.length === 0) return [];
      const struck = own.filter(({ isStruck }) => isStruck);
      const recovered = struck.filter(({ violations }) => violations.length === 0);
      return [
        {
          ...{ flow, victim, struck: struck.length, recovered: recovered.length },
          longestMs: Math.max(0, ...recovered.map(({ recoveryMs }) => recoveryMs ?? 0)),
          missed: own.length - struck.length,
          violations: own.filter(({ violations }) => violations.length > 0).length,
        },
      ];
    }),
  );
}
