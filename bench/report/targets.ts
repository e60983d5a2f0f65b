import type { AloneCell } from '../alone';
import type { Cell } from '../measure';
import { BATCH, flatness, KINDS, type Kind, type ScaleCell } from '../scale';
import { ratio } from '../statistics';

/** A promise of the specification, and what was measured of it. */
export interface Verdict {
  readonly target: string;
  /** In words; undefined where one of its parts was not measured. */
  readonly measured: string | undefined;
  readonly isMet: boolean | undefined;
}

/** Everything that was measured in one run. */
export interface Results {
  readonly cells: readonly Cell[];
  /** p95 at fifty requests a second, in milliseconds. */
  readonly pacedP95Ms: number | undefined;
  readonly alone: readonly AloneCell[];
  readonly scale: readonly ScaleCell[];
}

/** The targets of the design beside this run's numbers. */
export function verdictsOf(results: Results): Verdict[] {
  const { cells, pacedP95Ms, scale } = results;
  return [
    alone(results.alone),
    ...[100, 500].flatMap((level) => [
      faster(cells, { level, than: 'dbos', least: 3 }),
      faster(cells, { level, than: 'restate', least: 2 }),
    ]),
    faster(cells, { level: 20, than: 'restate', least: 1 }),
    quicker(cells, 'dbos'),
    quicker(cells, 'restate'),
    {
      target: 'p95 at 50 requests a second ≤ 150 ms',
      measured: pacedP95Ms === undefined ? undefined : `${pacedP95Ms.toFixed(0)} ms`,
      isMet: pacedP95Ms === undefined ? undefined : pacedP95Ms <= 150,
    },
    ...flat(scale),
  ];
}

/** The cell of a system at a load. */
export function cellAt(
  cells: readonly Cell[],
  system: Cell['system'],
  level: number,
): Cell | undefined {
  return cells.find((cell) => cell.system === system && cell.concurrency === level);
}

function alone(cells: readonly AloneCell[]): Verdict {
  const times = cells.find(({ system }) => system === 'product')?.besideEmpty;
  return judged('one spend alone ≤ 1.25 × the p50 of an empty workflow', times, (x) => x <= 1.25);
}

const NAMES = { dbos: 'DBOS', restate: 'Restate' } as const;
type Peer = keyof typeof NAMES;

function faster(
  cells: readonly Cell[],
  { level, than, least }: { level: number; than: Peer; least: number },
): Verdict {
  const times = ratio(
    cellAt(cells, 'product', level)?.summary.perSecond,
    cellAt(cells, than, level)?.summary.perSecond,
  );
  const target = `spends a second at ${level} concurrent ≥ ${least} × ${NAMES[than]}`;
  return judged(target, times, (x) => x >= least);
}

function quicker(cells: readonly Cell[], than: Peer): Verdict {
  const times = ratio(
    cellAt(cells, 'product', 100)?.summary.p95Ms,
    cellAt(cells, than, 100)?.summary.p95Ms,
  );
  return judged(`p95 at 100 concurrent below ${NAMES[than]}’s`, times, (x) => x < 1);
}

function judged(
  target: string,
  times: number | undefined,
  isGood: (times: number) => boolean,
): Verdict {
  if (times === undefined) return { target, measured: undefined, isMet: undefined };
  return { target, measured: `${times.toFixed(2)} ×`, isMet: isGood(times) };
}

/** The standard size belongs to both series. */
function flat(scale: readonly ScaleCell[]): Verdict[] {
  const standard = scale[0];
  if (!standard) return [];
  const byEntries = scale.filter(({ users }) => users === standard.users);
  const byUsers = scale.filter(({ entries }) => entries === standard.entries);
  return [
    ...flatVerdicts('cost of a spend by entries in the ledger', byEntries),
    ...flatVerdicts('cost of a spend by users', byUsers),
  ];
}

/** By the clock on the wall, where the disk and the machine have their say, and by what PostgreSQL itself works. */
function flatVerdicts(what: string, cells: readonly ScaleCell[]): Verdict[] {
  return [
    flatVerdict(`${what}, PostgreSQL’s own time`, { cells, ratio: 'ownRatio' }),
    flatVerdict(`${what}, by the clock`, { cells, ratio: 'wallRatio' }),
  ];
}

const KIND_WORDS: Readonly<Record<Kind, string>> = {
  single: 'alone',
  ofOne: `${BATCH} of one person`,
  ofMany: `${BATCH} of as many people`,
};

interface Series {
  readonly cells: readonly ScaleCell[];
  readonly ratio: 'wallRatio' | 'ownRatio';
}

function flatVerdict(what: string, { cells, ratio }: Series): Verdict {
  const target = `${what}: flat within 20 %`;
  const found = KINDS.flatMap((kind) => {
    const share = flatness(cells, kind, ratio);
    return share === undefined ? [] : [{ kind, share }];
  });
  if (found.length === 0) return { target, measured: undefined, isMet: undefined };
  return {
    target,
    measured: found
      .map(({ kind, share }) => `${KIND_WORDS[kind]} ${Math.round(share * 100)} %`)
      .join(', '),
    isMet: found.every(({ share }) => share <= 0.2),
  };
}
