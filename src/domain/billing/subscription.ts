import { boundaryMs, localTimeOf, type Anchor, type CalendarUnit } from '../calendar';

/** Where a subscription's periods are counted from: `anchor` is the beginning of period number `n`. */
export interface Timeline {
  readonly anchor: Anchor;
  readonly anchorN: number;
  /** Days by which all boundaries after the anchor lie later: gifts, promo days, pauses (SB-1). */
  readonly shiftDays: number;
}

export interface Period {
  readonly n: number;
  readonly startsAt: Date;
  readonly endsAt: Date;
}

export interface PeriodTerms {
  readonly unit: CalendarUnit;
  readonly count: number;
}

/** A timeline whose period `n` begins at an instant (ms), in the zone in which it will be counted for ever. */
export function startTimeline(
  begin: { atMs: number; zone: string; n: number },
  terms: PeriodTerms,
): Timeline {
  const local = localTimeOf(begin.atMs, begin.zone);
  return { anchor: { local, zone: begin.zone, ...terms }, anchorN: begin.n, shiftDays: 0 };
}

/** Period `n` of a timeline; both ends come from the anchor, so periods tile without gap or overlap (SB-1, SB-3). */
export function periodOf(timeline: Timeline, n: number): Period {
  const step = n - timeline.anchorN;
  return {
    n,
    startsAt: new Date(boundaryMs(timeline.anchor, step, timeline.shiftDays)),
    endsAt: new Date(boundaryMs(timeline.anchor, step + 1, timeline.shiftDays)),
  };
}
