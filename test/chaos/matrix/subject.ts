/** What passes between two processes about somebody: a call on its way there, or its answer on its way back. */
export type Phase = 'request' | 'answer';

/** Which wire, as `from→to`. */
export type Wire =
  | `${'worker' | 'server' | 'bot'}→${'PostgreSQL' | 'Temporal'}`
  | 'worker→bank'
  | 'worker→Telegram'
  | 'bot→Telegram'
  | 'bank→server';

/** One call of a flow. The n-th of its name in this run of the flow, so that another run finds the same one. */
export interface Call {
  readonly subject: Subject;
  readonly wire: Wire;
  readonly name: string;
  readonly nth: number;
  /** Whose history it writes; only calls to Temporal tell. */
  readonly workflowId?: string;
}

/** A point of a flow at which it can be struck; two runs of one flow have the same. */
export interface Moment {
  readonly wire: Wire;
  readonly name: string;
  readonly nth: number;
  readonly phase: Phase;
  /** Since the flow began, undisturbed. */
  readonly atMs: number;
  /** False of what only leads to the flow, and is struck as a flow of its own. */
  readonly isOwn: boolean;
}

/** As a command line writes it. */
export function codeOf({ wire, name, nth, phase }: Omit<Moment, 'atMs' | 'isOwn'>): string {
  return `${wire} | ${name} | ${nth} | ${phase}`;
}

/** Whether what was held still arrives. */
export type Fate = 'arrives' | 'lost';

/** Whoever made a call and may give up waiting. */
interface Caller {
  once(event: 'close', listener: () => void): unknown;
}

/** A moment in which a run is held. */
export interface Stand {
  readonly code: string;
  readonly wire: Wire;
  readonly workflowId: string | undefined;
  readonly sinceMs: number;
  /** Since the flow began. */
  readonly atMs: number;
}

interface Left {
  readonly stand: Stand;
  readonly atMs: number;
}

interface OpenStand extends Stand {
  readonly decide: (fate: Fate) => void;
}

/** One run of one flow with people of its own, as the wires see it. */
export class Subject {
  readonly moments: Moment[] = [];
  /** From now on everything is the flow's own. */
  isBegun: boolean;
  private readonly aims: Set<string>;
  private readonly counts = new Map<string, number>();
  private bornMs = performance.now();
  private stand: OpenStand | undefined;
  /** Where it was held until the caller gave up. */
  readonly left: Left[] = [];
  /** Messages whose sender was not told that Telegram took them. */
  unheard = 0;
  private isCondemned = false;

  constructor(
    /** The moments in which it is held, once in each; none for a run that nobody disturbs. */
    aims: readonly string[] = [],
    { hasPrelude = false }: { readonly hasPrelude?: boolean } = {},
  ) {
    this.aims = new Set(aims);
    this.isBegun = !hasPrelude;
  }

  /** The flow begins now. */
  setOut(): void {
    this.bornMs = performance.now();
  }

  get held(): Stand | undefined {
    return this.stand;
  }

  /** It is held, or may still come to a moment that it is to be held in. */
  get isAiming(): boolean {
    return this.stand !== undefined || this.aims.size > 0;
  }

  /** The next call of this name. */
  call(wire: Wire, name: string, workflowId?: string): Call {
    const key = `${wire} ${name}`;
    const nth = (this.counts.get(key) ?? 0) + 1;
    this.counts.set(key, nth);
    return { subject: this, wire, name, nth, ...(workflowId === undefined ? {} : { workflowId }) };
  }

  /** Notes the moment and stays in it if it is one to be held in, unless the caller goes away. */
  async pass({ wire, name, nth, workflowId }: Call, phase: Phase, caller: Caller): Promise<Fate> {
    const atMs = performance.now() - this.bornMs;
    const moment = { wire, name, nth, phase, atMs, isOwn: this.isBegun };
    this.moments.push(moment);
    const code = codeOf(moment);
    if (this.stand !== undefined || !this.aims.delete(code)) return 'arrives';
    return new Promise<Fate>((decide) => {
      const stand = { code, wire, workflowId, atMs, sinceMs: performance.now(), decide };
      this.stand = stand;
      caller.once('close', () => {
        // Whom a blow is meant for is struck, though their wire may end a little before they are told.
        if (this.stand !== stand || this.isCondemned) return;
        this.left.push({ stand, atMs: performance.now() });
        this.letGo('lost');
      });
    });
  }

  /** From here to the blow nobody can leave. */
  condemn(): void {
    this.isCondemned = true;
  }

  /** What is held is lost. */
  strike(): void {
    this.isCondemned = false;
    this.letGo('lost');
  }

  /** Ends the wait. */
  letGo(fate: Fate): void {
    this.stand?.decide(fate);
    this.stand = undefined;
  }
}
