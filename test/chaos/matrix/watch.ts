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
}

/** A point of a flow at which it can be struck; two runs of one flow have the same. */
export interface Moment {
  readonly wire: Wire;
  readonly name: string;
  readonly nth: number;
  readonly phase: Phase;
  /** Since the flow began, undisturbed. */
  readonly atMs: number;
}

/** As a command line writes it. */
export function codeOf({ wire, name, nth, phase }: Omit<Moment, 'atMs'>): string {
  return `${wire} | ${name} | ${nth} | ${phase}`;
}

/** Whether what was held still arrives. */
export type Fate = 'arrives' | 'lost';

/** One run of one flow with people of its own, as the wires see it. */
export class Subject {
  readonly moments: Moment[] = [];
  /** What names it in messages: people, orders, payments, subscriptions. */
  readonly marks = new Set<string>();
  private readonly counts = new Map<string, number>();
  private readonly bornMs = performance.now();
  private decide: ((fate: Fate) => void) | undefined;
  /** Resolves when the call it waits for is held. */
  readonly reached: Promise<void>;
  private tellReached: () => void = () => undefined;

  constructor(
    /** The moment at which it is held; undefined for a run that nobody disturbs. */
    private readonly aim: string | undefined,
  ) {
    this.reached = new Promise((resolve) => (this.tellReached = resolve));
  }

  get isHeld(): boolean {
    return this.decide !== undefined;
  }

  /** The next call of this name. */
  call(wire: Wire, name: string): Call {
    const key = `${wire} ${name}`;
    const nth = (this.counts.get(key) ?? 0) + 1;
    this.counts.set(key, nth);
    return { subject: this, wire, name, nth };
  }

  /** Notes the moment and stays in it if it is the one. */
  async pass({ wire, name, nth }: Call, phase: Phase): Promise<Fate> {
    const moment = { wire, name, nth, phase, atMs: performance.now() - this.bornMs };
    this.moments.push(moment);
    if (this.isStruck || this.aim !== codeOf(moment)) return 'arrives';
    const fate = new Promise<Fate>((resolve) => (this.decide = resolve));
    this.tellReached();
    return fate;
  }

  isStruck = false;

  /** What is held is lost, and nothing is held again. */
  strike(): void {
    this.isStruck = true;
    this.letGo('lost');
  }

  /** Ends the wait. */
  letGo(fate: Fate): void {
    this.decide?.(fate);
    this.decide = undefined;
  }
}

/** Workflows that serve everybody: what passes about them is about nobody. */
const SHARED =
  /^(?:notifier|operations|keeper|autoTopupSweep|reconciliation|breakItem|verificationAlarm):/;

/** Knows whom a message is about. */
export class Watch {
  private readonly subjects = new Set<Subject>();
  private readonly workflows = new Map<string, Subject>();

  constructor(
    /** Whose payment it is, for those whom the product learns of only from outside. */
    private readonly payerOf: (workflowId: string) => number | undefined,
  ) {}

  enlist(subject: Subject): void {
    this.subjects.add(subject);
  }

  dismiss(subject: Subject): void {
    this.subjects.delete(subject);
    for (const [id, one] of this.workflows) if (one === subject) this.workflows.delete(id);
  }

  /** Whoever is named in these bytes. */
  namedIn(bytes: Buffer): Subject | undefined {
    for (const subject of this.subjects) {
      for (const mark of subject.marks) if (bytes.includes(mark)) return subject;
    }
    return undefined;
  }

  /** Whose workflow it is, by its name or else by what is said of it. */
  ownerOf(workflowId: string, said: Buffer): Subject | undefined {
    if (SHARED.test(workflowId)) return undefined;
    const known = this.workflows.get(workflowId);
    if (known) return known;
    const payer = this.payerOf(workflowId);
    const owner =
      (payer === undefined ? undefined : this.namedIn(Buffer.from(String(payer)))) ??
      this.namedIn(Buffer.from(workflowId)) ??
      this.namedIn(said);
    if (owner) this.learn(workflowId, owner);
    return owner;
  }

  private learn(workflowId: string, owner: Subject): void {
    this.workflows.set(workflowId, owner);
    for (const [id] of workflowId.matchAll(UUID)) owner.marks.add(id);
  }
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
