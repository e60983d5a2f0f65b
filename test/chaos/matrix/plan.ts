import { FLOW_NAMES, type FlowName } from './flows';
import { codeOf, type Moment, type Wire } from './watch';

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

/** The cells of a choice, the same for the same seed. */
export function cellsOf(
  moments: ReadonlyMap<FlowName, readonly Moment[]>,
  { flows, victims, every, seed }: Choice,
): readonly Cell[] {
  return FLOW_NAMES.filter((flow) => flows.includes(flow)).flatMap((flow, flowIndex) =>
    victims.flatMap((victim, victimIndex) => {
      const fitting = (moments.get(flow) ?? []).filter(({ wire }) =>
        victimsOf(wire).includes(victim),
      );
      // Each row begins elsewhere, so that a thin choice still meets every part of the flows.
      const first = (seed + 7 * flowIndex + 3 * victimIndex) % every;
      return fitting
        .filter((_, index) => index % every === first)
        .map((moment) => ({ flow, victim, moment }));
    }),
  );
}

/** The words that strike this very cell again. */
export function repeatOf({ flow, victim, moment }: Cell): string {
  return `npm run chaos -- --flow ${flow} --victim ${victim} --at '${codeOf(moment)}'`;
}

/** Cells that can be struck by one blow: of one victim and, where a wire is cut, of one wire. */
export function wavesOf(cells: readonly Cell[], size: number): readonly (readonly Cell[])[] {
  const groups = new Map<string, Cell[]>();
  for (const cell of cells) {
    const isOfWire = cell.victim === 'cut' || cell.victim === 'silence';
    const key = isOfWire ? `${cell.victim} ${cell.moment.wire}` : cell.victim;
    groups.set(key, [...(groups.get(key) ?? []), cell]);
  }
  return [...groups.values()].flatMap((group) => {
    // Those that take equally long to their moment wait least for each other.
    const sorted = [...group].sort((a, b) => a.moment.atMs - b.moment.atMs);
    return Array.from({ length: Math.ceil(sorted.length / size) }, (_, index) =>
      sorted.slice(index * size, (index + 1) * size),
    );
  });
}
