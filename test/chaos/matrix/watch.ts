import type { Subject } from './subject';

/** Workflows that serve everybody: what passes about them is about nobody. */
const SHARED =
  /^(?:notifier|operations|keeper|autoTopupSweep|reconciliation|breakItem|verificationAlarm):/;

/** The first id of a person in a run of the matrix; the pattern below finds no other number. */
export const FIRST_PERSON = 7_400_000_000;
const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const UUIDS = new RegExp(UUID, 'g');
const NAMES = new RegExp(`${UUID}|74\\d{8}`, 'g');

/** Knows whom a message is about. */
export class Watch {
  /** What names somebody in messages: people, orders, payments, subscriptions. */
  private readonly marks = new Map<string, Subject>();
  private readonly workflows = new Map<string, Subject>();

  constructor(
    /** Whose payment it is, for those whom the product learns of only from outside. */
    private readonly payerOf: (workflowId: string) => number | undefined,
  ) {}

  /** From now on a person belongs to this run of a flow. */
  enlist(subject: Subject, userId: number): void {
    this.marks.set(String(userId), subject);
  }

  dismiss(subject: Subject): void {
    for (const [mark, one] of this.marks) if (one === subject) this.marks.delete(mark);
    for (const [id, one] of this.workflows) if (one === subject) this.workflows.delete(id);
  }

  /** Whoever is named in these bytes, the first of them if several are. */
  namedIn(bytes: Buffer): Subject | undefined {
    const [first] = this.allNamedIn(bytes);
    return first;
  }

  allNamedIn(bytes: Buffer): ReadonlySet<Subject> {
    const named = new Set<Subject>();
    for (const [name] of bytes.toString('latin1').matchAll(NAMES)) {
      const subject = this.marks.get(name);
      if (subject) named.add(subject);
    }
    return named;
  }

  /** Whose workflow it is, by its name or else by what is said of it. */
  ownerOf(workflowId: string, said: Buffer): Subject | undefined {
    if (SHARED.test(workflowId)) return undefined;
    const known = this.workflows.get(workflowId);
    if (known) return known;
    const payer = this.payerOf(workflowId);
    const owner =
      (payer === undefined ? undefined : this.marks.get(String(payer))) ??
      this.namedIn(Buffer.from(workflowId)) ??
      this.namedIn(said);
    if (owner) this.learn(workflowId, owner);
    return owner;
  }

  private learn(workflowId: string, owner: Subject): void {
    this.workflows.set(workflowId, owner);
    for (const [id] of workflowId.matchAll(UUIDS)) this.marks.set(id, owner);
  }
}
