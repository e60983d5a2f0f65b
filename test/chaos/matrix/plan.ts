import { createHash } from 'node:crypto';
import { FLOW_NAMES, type FlowName } from './flows';
import { codeOf, type Moment, type Wire } from './subject';

/** Whom a cell strikes: a process dies by SIGKILL, or the wire of the moment is cut or falls silent. */
export const VICTIMS = [
  'worker',
  'server',
  'bot',
  'PostgreSQL',
  'Temporal',
  'cut',
  'silence',
] as const;
export type Victim = (typeof VICTIMS)[number];

/** One flow, struck once at one moment. */
export interface Cell {
  readonly flow: FlowName;
  readonly victim: Victim;
  readonly moment: Moment;
}

/** What is struck of all that could be. */
export interface Choice {
  readonly flows: readonly FlowName[];
  readonly victims: readonly Victim[];
  /** Every n-th moment of each flow and victim. */
  readonly every: number;
  /** Which of the n is the first. */
  readonly seed: number;
}

/** Who can die at a moment: both ends of its wire that are ours, and the wire itself. */
export function victimsOf(wire: Wire): readonly Victim[] {
  const ends = wire.split('→') as [string, string];
  const dying = VICTIMS.filter((victim) => ends.includes(victim));
  return [...dying, 'cut', 'silence'];
}

/** What may be struck of a flow: its own moments, by whoever can die there. */
export function momentsFor(moments: readonly Moment[], victim: Victim): readonly Moment[] {
  return moments.filter(({ wire, isOwn }) => isOwn && victimsOf(wire).includes(victim));
}

/** The cells of a choice, the same for the same seed. */
export function cellsOf(
  moments: ReadonlyMap<FlowName, readonly Moment[]>,
  { flows, victims, every, seed }: Choice,
): readonly Cell[] {
  return FLOW_NAMES.filter((flow) => flows.includes(flow)).flatMap((flow, flowIndex) =>
    victims.flatMap((victim, victimIndex) => {
      const fitting = momentsFor(moments.get(flow) ?? [], victim);
      // Each row begins elsewhere, so that a thin choice still meets every part of the flows, and no row stays empty.
      const first = (seed + 7 * flowIndex + 3 * victimIndex) % Math.min(every, fitting.length);
      return fitting
        .filter((_, index) => index % every === first)
        .map((moment) => ({ flow, victim, moment }));
    }),
  );
}

/** One run of a flow, and the moments in which it is struck. */
export interface Route {
  readonly flow: FlowName;
  readonly victim: Victim;
  readonly moments: readonly Moment[];
}

/**
 * How often one run is struck. A wire is there again at once, so a run bears many cuts; who waits for a process to come
 * back has time-outs running, of which a person's patience is one.
 */
const STRIKES: Readonly<Record<Victim, number>> = {
  ...{ worker: 2, server: 2, bot: 2, PostgreSQL: 2, Temporal: 2 },
  ...{ cut: 4, silence: 3 },
};

/** Cells of one flow and victim share runs, those of one run as far from each other as can be. */
export function routesOf(
  cells: readonly Cell[],
  strikesOf: (victim: Victim) => number = (victim) => STRIKES[victim],
): readonly Route[] {
  return groupsOf(cells, ({ flow, victim }) => `${flow} ${victim}`).flatMap((group) => {
    const { flow, victim } = group[0] as Cell;
    const moments = group.map(({ moment }) => moment).sort((a, b) => a.atMs - b.atMs);
    const count = Math.ceil(moments.length / strikesOf(victim));
    return Array.from({ length: count }, (_, first) => ({
      ...{ flow, victim },
      moments: moments.filter((__, index) => index % count === first),
    }));
  });
}

/** Each cell in a run of its own. */
export function apart(cells: readonly Cell[]): readonly Route[] {
  return cells.map(({ flow, victim, moment }) => ({ flow, victim, moments: [moment] }));
}

export function cellsIn({ flow, victim, moments }: Route): readonly Cell[] {
  return moments.map((moment) => ({ flow, victim, moment }));
}

/** The words by which everybody knows a cell. */
export function nameOf({ flow, victim, moment }: Cell): string {
  return `${flow} × ${victim} × ${codeOf(moment)}`;
}

/** The words that strike this very run again. */
export function repeatOf({ flow, victim, moments }: Route): string {
  const places = moments.map((moment) => `--at '${codeOf(moment)}'`).join(' ');
  return `npm run chaos -- --flow ${flow} --victim ${victim} ${places}`;
}

/** Routes that are struck together: of one victim, and those that take equally long to their first moment. */
export function wavesOf(routes: readonly Route[], size: number): readonly (readonly Route[])[] {
  const waves = groupsOf(routes, ({ victim }) => victim).flatMap((group) => {
    const sorted = [...group].sort((a, b) => firstOf(a) - firstOf(b));
    return Array.from({ length: Math.ceil(sorted.length / size) }, (_, index) =>
      sorted.slice(index * size, (index + 1) * size),
    );
  });
  // Whoever stops early has struck every victim at early and at late moments.
  return [...waves].sort((a, b) => orderOf(a) - orderOf(b));
}

/** When a run comes to the first of its moments. */
export function firstOf({ moments }: Route): number {
  return Math.min(...moments.map(({ atMs }) => atMs));
}

/** Which of so many shares a cell belongs to, the same for everybody who asks. */
export function shareOf(cell: Cell, count: number): number {
  return scattered(nameOf(cell)) % count;
}

function orderOf(wave: readonly Route[]): number {
  return scattered(wave.map(repeatOf).join('\n'));
}

function scattered(words: string): number {
  return createHash('sha256').update(words).digest().readUInt32BE(0);
}

function groupsOf<T>(all: readonly T[], keyOf: (one: T) => string): readonly (readonly T[])[] {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(keyOf(one)) ?? [];
    groups.set(keyOf(one), [...group, one]);
  }
  return [...groups.values()];
}
