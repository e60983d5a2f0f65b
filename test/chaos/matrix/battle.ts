import { cpus, loadavg } from 'node:os';
import { blow } from './blow';
import type { FlowName } from './flows';
import type { Ground } from './ground';
import { brokenBooks, listenersOf, violationsOf, type Reference } from './judgement';
import { pause } from './patience';
import { cellsIn, firstOf, type Cell, type Route, type Victim } from './plan';
import { perform, runOf, type Run, type Strike } from './run';
import { codeOf, type Subject } from './subject';
import type { Listeners } from './talk';

/** What became of one cell. */
export interface Verdict {
  readonly cell: Cell;
  /** The whole run, of which this was one blow. */
  readonly route: Route;
  /** Undefined when the run did not come to the moment. */
  readonly strike: Strike | undefined;
  /** From the last blow that struck the run to the end state of the undisturbed one. */
  readonly recoveryMs: number | undefined;
  readonly violations: readonly string[];
  readonly listeners: Listeners;
}

export interface Orders {
  readonly ground: Ground;
  readonly references: ReadonlyMap<FlowName, Reference>;
  readonly waves: readonly (readonly Route[])[];
  /** Nothing is begun any more. */
  readonly isLate: () => boolean;
  /** Hears what became of a wave's cells, once all books have been looked at. */
  readonly tell: (verdicts: readonly Verdict[]) => void;
}

/** A call that is held longer is given up by who made it. */
const GATHER_MS = 7_000;
/** How long a wire is silent before it is reset, for the first of those who wait at it and at least. */
const SILENCE_MS = 12_000;
const SHORTEST_SILENCE_MS = 5_000;
/** What still happens when all is as it should be. */
const TAIL_MS = 2_000;
/** So many runs may still be on their way to a blow when the next wave sets out. */
const STRAGGLERS = 4;
/** Runs that recover cost little; more than so many would only wait for each other. */
const OPEN_RUNS = 40;
/** A way so short says nothing about the pace of others; one so slow says that something else was wrong. */
const SHORT_MS = 1_000;
const SLOWEST = 5;
const TICK_MS = 20;
/** What one core has to do when a whole wave is under way and nobody else is there. */
const BUSY_LOAD = 5;
const BOOKS_EVERY_MS = 20_000;

/** Leads wave after wave to their moments and strikes them there; those struck recover while the next ones come. */
export async function fight(orders: Orders): Promise<void> {
  await new Battle(orders).fight();
}

class Battle {
  private readonly open = new Set<Run>();
  private readonly waves: (readonly Route[])[];
  /** Verdicts since the books were looked at last. */
  private unproved: Verdict[] = [];
  private booksAtMs = performance.now();
  private lastBlowMs = 0;
  /** How much longer everything takes than it did undisturbed. */
  private pace = 1;

  constructor(private readonly orders: Orders) {
    this.waves = [...orders.waves];
  }

  async fight(): Promise<void> {
    while (this.open.size > 0 || this.mayBegin()) {
      if (this.mayBegin() && this.hasRoom()) this.begin(this.nextWave());
      const victim = this.nextVictim();
      if (victim === undefined) await pause(TICK_MS);
      else await this.strike(victim);
      if (performance.now() - this.booksAtMs > BOOKS_EVERY_MS) await this.prove();
    }
    await this.prove();
  }

  private mayBegin(): boolean {
    return this.waves.length > 0 && !this.orders.isLate();
  }

  private hasRoom(): boolean {
    return this.aiming().length <= STRAGGLERS && this.open.size <= OPEN_RUNS / crowding();
  }

  /** A part of it on a crowded machine, where all of them would strike each other before they come anywhere. */
  private nextWave(): readonly Route[] {
    const wave = this.waves.shift() ?? [];
    const size = Math.ceil(wave.length / crowding());
    if (size < wave.length) this.waves.unshift(wave.slice(size));
    return wave.slice(0, size);
  }

  private aiming(): readonly Run[] {
    return [...this.open].filter(
      ({ subject, isOver }) => subject.held !== undefined || (subject.isAiming && !isOver),
    );
  }

  /** All are to come to their moments together. */
  private begin(wave: readonly Route[]): void {
    const latestMs = Math.max(...wave.map(firstOf));
    for (const route of wave) {
      const run = runOf(route);
      this.open.add(run);
      void this.lead(run, (latestMs - firstOf(route)) * this.pace)
        .then(
          (end) => verdictsOf(run, end),
          (error: unknown) => verdictsOf(run, { violations: [String(error)] }),
        )
        .then((verdicts) => {
          this.open.delete(run);
          this.unproved.push(...verdicts);
        });
    }
  }

  private async lead(run: Run, delayMs: number): Promise<End> {
    const { ground, references } = this.orders;
    await pause(delayMs);
    await perform(ground, run);
    const end = await this.endOf(run, references.get(run.route.flow) as Reference);
    ground.watch.dismiss(run.subject);
    return end;
  }

  /** What is wrong in the end; what comes after the end may be struck, too. */
  private async endOf(run: Run, wished: Reference): Promise<End> {
    const { subject, strikes, route } = run;
    const look = async (): Promise<End> => ({
      violations: await violationsOf(this.orders.ground, run, {
        wished,
        lastBlowMs: () => this.lastBlowMs,
      }),
      atMs: performance.now(),
    });
    const end = await look();
    const before = strikes.length;
    const tailMs = performance.now() + TAIL_MS;
    while (subject.held || (subject.isAiming && performance.now() < tailMs)) await pause(TICK_MS);
    // Whoever waited at a silent wire until they gave up was struck as well.
    if (route.victim === 'silence') strikes.push(...subject.left.flatMap(strikeOfSilence));
    return strikes.length === before ? end : look();
  }

  /** Whom to strike now: those whose runs are all there, or whose first one cannot wait longer. */
  private nextVictim(): Victim | undefined {
    const aiming = this.aiming();
    const held = aiming
      .flatMap(({ route, subject: { held: stand } }) => (stand ? [{ route, stand }] : []))
      .sort((a, b) => a.stand.sinceMs - b.stand.sinceMs);
    return held.find(({ route: { victim }, stand }) => {
      const heldMs = performance.now() - stand.sinceMs;
      if (victim === 'silence') return heldMs > SILENCE_MS;
      const awaited = aiming.filter(({ route }) => route.victim === victim);
      return heldMs > GATHER_MS || awaited.every(({ subject }) => subject.held);
    })?.route.victim;
  }

  private async strike(victim: Victim): Promise<void> {
    const leastMs = victim === 'silence' ? SHORTEST_SILENCE_MS : 0;
    const struck = this.aiming().filter(
      ({ route, subject: { held } }) =>
        held && route.victim === victim && performance.now() - held.sinceMs >= leastMs,
    );
    for (const run of struck) this.learnPace(run);
    await blow(this.orders.ground, victim, struck);
    for (const run of this.open) run.blows += 1;
    this.lastBlowMs = performance.now();
  }

  private learnPace({ route, strikes, subject }: Run): void {
    const wantedMs = firstOf(route);
    if (strikes.length > 0 || wantedMs < SHORT_MS) return;
    const slowness = (subject.held?.atMs ?? wantedMs) / wantedMs;
    this.pace = 0.9 * this.pace + 0.1 * Math.min(SLOWEST, Math.max(1, slowness));
  }

  /** A verdict stands when the books were whole after it. */
  private async prove(): Promise<void> {
    const verdicts = this.unproved;
    this.unproved = [];
    const broken = await brokenBooks(this.orders.ground);
    this.booksAtMs = performance.now();
    const all = verdicts.map((one) =>
      broken === undefined ? one : { ...one, violations: [...one.violations, broken] },
    );
    if (all.length > 0) this.orders.tell(all);
  }
}

interface End {
  readonly violations: readonly string[];
  readonly atMs?: number;
}

function verdictsOf(run: Run, { violations, atMs }: End): readonly Verdict[] {
  const { route, strikes } = run;
  const isVoid = wasTurnedAway(run) || wasWornOut(run);
  return cellsIn(route).map((cell): Verdict => {
    const strike = strikes.find(({ code }) => code === codeOf(cell.moment));
    const isWell = violations.length === 0 && strike === strikes.at(-1);
    return {
      ...{ cell, route, listeners: listenersOf(run) },
      strike: isVoid ? undefined : strike,
      violations: isVoid ? [] : violations,
      recoveryMs: isWell && strike && atMs !== undefined ? atMs - strike.atMs : undefined,
    };
  });
}

function strikeOfSilence({ stand, atMs }: Subject['left'][number]): readonly Strike[] {
  const heldMs = atMs - stand.sinceMs;
  return heldMs < SHORTEST_SILENCE_MS ? [] : [{ code: stand.code, heldMs, event: undefined, atMs }];
}

/** So many blows that were not its own leave a run no time to come to anything. */
const MOST_BLOWS = 5;

/** Who waited in vain through one blow after another proves nothing; they go once more with fewer beside them. */
function wasWornOut({ error, blows, strikes }: Run): boolean {
  const isTired = error !== undefined && /in vain|stood still/.test(error.message);
  return isTired && blows - strikes.length > MOST_BLOWS;
}

/** How many times more is to be done than the machine is quick with, five at most. */
function crowding(): number {
  const [load = 0] = loadavg();
  return Math.min(5, Math.max(1, load / (BUSY_LOAD * cpus().length)));
}

/**
 * Who wants to pay and gets no link within half a minute is refused kindly (CO-1). One blow does not last that long, several
 * in a row do: that is no violation, and proves nothing either.
 */
function wasTurnedAway({ error, blows }: Run): boolean {
  return (
    blows > 1 && error !== undefined && /^no checkout: provider_unavailable/.test(error.message)
  );
}
