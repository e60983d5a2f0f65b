import fc from 'fast-check';
import { asWorkflow, checkBooks, openBooks, NOON, type Books } from './support/books';
import type { HoldView, OnExpiry } from '../../workflows/billing/hold/contract';
import { grant, transfer } from './support/transfers';
import { JobClient } from './support/work-holds';

let books: Books;
let client: JobClient;

beforeAll(async () => {
  books = await openBooks({ spendRequiresSubscription: false });
  client = await new JobClient(books).open();
});
afterAll(() => books.close());

const HOUR = 3_600_000;

/** What may happen to somebody's jobs; amounts in micro-tokens, `pick` chooses among the holds that were placed. */
type Step =
  | { readonly kind: 'topUp'; readonly tokens: number; readonly hours: number }
  | { readonly kind: 'place'; readonly utok: number; readonly onExpiry: OnExpiry }
  | { readonly kind: 'report'; readonly pick: number; readonly percent: number }
  | { readonly kind: 'capture'; readonly pick: number; readonly percent: number }
  | { readonly kind: 'release' | 'expire' | 'cancel'; readonly pick: number }
  | { readonly kind: 'spend'; readonly utok: number; readonly isPostPaid: boolean }
  | { readonly kind: 'wait'; readonly hours: number };

const utok = fc.integer({ min: 1, max: 30_000_000 });
const pick = fc.nat({ max: 5 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('topUp' as const),
    tokens: fc.integer({ min: 1, max: 40 }),
    hours: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 48 })),
  }),
  fc.record({
    kind: fc.constant('place' as const),
    utok,
    onExpiry: fc.constantFrom('release', 'capture_reported', 'capture_estimate'),
  }),
  fc.record({ kind: fc.constant('report' as const), pick, percent: fc.nat({ max: 150 }) }),
  fc.record({
    kind: fc.constant('capture' as const),
    pick,
    percent: fc.constantFrom(0, 30, 100, 130),
  }),
  fc.record({ kind: fc.constantFrom('release', 'expire', 'cancel'), pick }),
  fc.record({ kind: fc.constant('spend' as const), utok, isPostPaid: fc.boolean() }),
  fc.record({ kind: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 24 }) }),
);

/** One person's jobs: what every hold must have come to, whatever happened around it. */
class Jobs {
  private nowMs = Date.parse(NOON);
  private readonly holds: HoldView[] = [];
  private readonly expected = new Map<string, { capturedUtok: number; isOver: boolean }>();

  constructor(private readonly userId: number) {}

  static async live(steps: readonly Step[]): Promise<void> {
    const jobs = new Jobs(await books.newUser());
    const before = new Map<string, string>();
    for (const one of steps) {
      await jobs.take(one);
      await jobs.requireSameExpiries(before);
    }
    await jobs.requireEnds();
  }

  private async take(one: Step): Promise<void> {
    switch (one.kind) {
      case 'topUp': {
        const end = one.hours === 0 ? {} : { expiresAt: new Date(this.nowMs + one.hours * HOUR) };
        await transfer(books, { ...grant(this.userId, one.tokens, end), asOf: this.now() });
        return;
      }
      case 'place':
        return this.place(one.utok, one.onExpiry);
      case 'report':
        return this.report(one.pick, one.percent);
      case 'wait':
        this.nowMs += one.hours * HOUR;
        return;
      case 'spend':
        return this.spend(one);
      default:
        return this.end(one);
    }
  }

  private async place(amountUtok: number, onExpiry: OnExpiry): Promise<void> {
    const at = this.now().toISOString();
    const order = client.order(this.userId, 1, { amountUtok, onExpiry, at });
    const [first, again] = [await client.place(order), await client.place(order)];
    expect(again.answer.kind).toBe(first.answer.kind);
    if (first.answer.kind !== 'placed') return;
    this.holds.push(first.answer.hold);
    this.expected.set(first.answer.hold.holdId, { capturedUtok: 0, isOver: false });
  }

  private async report(pickOf: number, percent: number): Promise<void> {
    const hold = this.pick(pickOf);
    if (!hold) return;
    const total = Math.floor((hold.amountUtok * percent) / 100);
    const answer = await client.report(hold.holdId, total / 1e6);
    const isOver = this.stateOf(hold).isOver;
    expect(answer.kind).toBe(isOver ? 'closed' : 'done');
    if (answer.kind !== 'done') return;
    expect(answer.hold.reportedUtok).toBe(Math.max(hold.reportedUtok, total));
    this.holds.splice(this.holds.indexOf(hold), 1, answer.hold);
  }

  private async end(one: Extract<Step, { pick: number }>): Promise<void> {
    const hold = this.pick(one.pick);
    if (!hold) return;
    const { holdId } = hold;
    const by = one.kind === 'expire' ? 'expiry' : one.kind;
    if (by === 'report') return;
    const due = 'percent' in one ? Math.floor((hold.amountUtok * one.percent) / 100) : undefined;
    const answer = await client.end(holdId, by, {
      asOf: this.now().toISOString(),
      ...(due === undefined ? {} : { amountUtok: due, isPostPaid: true }),
    });
    const before = this.stateOf(hold);
    expect(answer.kind).toBe(before.isOver ? 'closed' : 'done');
    if (answer.kind !== 'done') return;
    const { capturedUtok, releasedUtok, amountUtok } = answer.hold;
    expect(capturedUtok).toBe(this.dueOf(hold, by, due) ?? capturedUtok);
    expect(releasedUtok).toBe(Math.max(0, amountUtok - capturedUtok));
    this.expected.set(holdId, { capturedUtok, isOver: true });
  }

  /** Undefined where it goes beyond the hold, which depends on all that lies beside it. */
  private dueOf(hold: HoldView, by: string, due: number | undefined): number | undefined {
    if (by === 'release') return 0;
    if (by === 'capture') return (due ?? 0) <= hold.amountUtok ? due : undefined;
    if (hold.onExpiry === 'release') return 0;
    if (hold.onExpiry === 'capture_estimate') return hold.amountUtok;
    return Math.min(hold.reportedUtok, hold.amountUtok);
  }

  private async spend(one: Extract<Step, { kind: 'spend' }>): Promise<void> {
    const order = client.order(this.userId, 1);
    const spend = {
      key: order.holdKey,
      clientId: client.clientId,
      userId: this.userId,
      amountUtok: one.utok,
      kind: 'spend' as const,
      isPostPaid: one.isPostPaid,
      description: 'a spend beside the jobs',
      asOf: this.now().toISOString(),
    };
    await asWorkflow(`spend:${spend.key}`, () => books.act.applySpends({ spends: [spend] }));
  }

  /** Whatever is held, taken or given back: a lot ends when it ended from the beginning. */
  private async requireSameExpiries(before: Map<string, string>): Promise<void> {
    const rows = await books.sql`
      select l.id, coalesce(l.expires_at::text, 'never') as ends
      from lots l join accounts a on a.id = l.account_id where a.user_id = ${this.userId}`;
    for (const row of rows) {
      const id = String(row['id']);
      expect(row['ends']).toBe(before.get(id) ?? row['ends']);
      before.set(id, String(row['ends']));
    }
  }

  private async requireEnds(): Promise<void> {
    const rows = await books.sql`
      select h.id, h.state, h.captured_utok::float8 as captured,
        (select count(*)::int from charges c where c.meta->>'holdId' = h.id::text) as charges,
        coalesce((select sum(c.charged_utok)::float8 from charges c
          where c.meta->>'holdId' = h.id::text), 0) as charged
      from holds h where h.user_id = ${this.userId}`;
    expect(rows).toHaveLength(this.holds.length);
    for (const row of rows) {
      const expected = this.expected.get(String(row['id']));
      expect(Number(row['captured'])).toBe(expected?.capturedUtok);
      expect(Number(row['charged'])).toBe(expected?.capturedUtok);
      expect(Number(row['charges'])).toBeLessThanOrEqual(1);
      expect(row['state'] === 'active').toBe(!expected?.isOver);
    }
  }

  private pick(n: number): HoldView | undefined {
    return this.holds.length === 0 ? undefined : this.holds[n % this.holds.length];
  }

  private stateOf({ holdId }: HoldView) {
    return this.expected.get(holdId) ?? { capturedUtok: 0, isOver: false };
  }

  private now(): Date {
    return new Date(this.nowMs);
  }
}

test('whatever happens to jobs, each hold ends once, every lot keeps its end and the books agree', async () => {
  const lives = fc.array(fc.array(step, { minLength: 5, maxLength: 25 }), {
    minLength: 5,
    maxLength: 5,
  });
  await fc.assert(
    fc.asyncProperty(lives, async (together) => {
      await Promise.all(together.map((steps) => Jobs.live(steps)));
      await checkBooks(books);
    }),
    { numRuns: 8, endOnFailure: true, interruptAfterTimeLimit: 280_000 },
  );
}, 300_000);
