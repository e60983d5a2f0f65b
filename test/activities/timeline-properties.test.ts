import fc from 'fast-check';
import { shiftTimeline } from '../../activities/billing/timeline-shifts';
import { inTransaction } from '../../activities/transactions';
import { after, asWorkflow, checkBooks, openBooks, type Books } from './support/books';
import {
  ask,
  lifeOf,
  live,
  standing,
  subscribedByTopup,
  type Owner,
} from './support/subscriptions';

let books: Books;

beforeAll(async () => {
  books = await openBooks();
});
afterAll(() => books.close());

const DAY = 86_400_000;

/** What may happen to a timeline; days are whole. */
type Event =
  | { readonly kind: 'gift_days' | 'promo_days'; readonly days: number }
  | { readonly kind: 'pause'; readonly days: number; readonly from: 'now' | 'end' }
  | { readonly kind: 'resume' }
  | { readonly kind: 'wait'; readonly days: number };

const days = (max: number) => fc.integer({ min: 1, max });
const event: fc.Arbitrary<Event> = fc.oneof(
  fc.record({ kind: fc.constantFrom('gift_days' as const, 'promo_days' as const), days: days(40) }),
  fc.record({
    kind: fc.constant('pause' as const),
    days: days(90),
    from: fc.constantFrom('now' as const, 'end' as const),
  }),
  fc.constant({ kind: 'resume' as const }),
  fc.record({ kind: fc.constant('wait' as const), days: days(25) }),
);

let given = 0;

async function give(owner: Owner, { kind, days: count }: { kind: string; days: number }, at: Date) {
  given += 1;
  const { subscriptionId } = owner;
  const shift = { key: `given:${given}`, subscriptionId, days: count, asOf: at, reason: 'a gift' };
  const actor = { kind: 'user', id: String(owner.userId) } as const;
  await asWorkflow(`sub:${subscriptionId}`, () =>
    inTransaction(books.db, (tx) =>
      shiftTimeline(tx, { ...shift, actor, kind: kind as 'gift_days' }),
    ),
  );
}

/** Lives through the events; returns the instant at which they are over, unless the subscription ended on the way. */
async function happen(owner: Owner, events: readonly Event[]): Promise<string | undefined> {
  let asOf = after(30);
  for (const one of events) {
    if ((await standing(books, owner))['state'] === 'expired') return undefined;
    if (one.kind === 'wait') {
      asOf = new Date(Date.parse(asOf) + one.days * DAY).toISOString();
      await live(books, owner, asOf);
    } else if (one.kind === 'gift_days' || one.kind === 'promo_days') {
      await give(owner, one, new Date(asOf));
    } else if (one.kind === 'pause') {
      await ask(books, owner, { ...one, asOf });
    } else {
      await ask(books, owner, { kind: 'resume', asOf });
    }
    await requireTimeline(owner, asOf);
  }
  return asOf;
}

/** Periods tile, an end lies behind its start and never in the past of what is paid, and nobody rests for ever. */
async function requireTimeline(owner: Owner, asOf: string): Promise<void> {
  const { subscriptionId } = owner;
  const row = await standing(books, owner);
  const periods = await books.sql`
    select starts_at as "from", ends_at as "to" from subscription_periods
    where subscription_id = ${subscriptionId} order by n`;
  const edges = periods.map(({ from, to }) => [from as Date, to as Date] as const);
  edges.forEach(([from, to], index) => {
    expect(to.getTime()).toBeGreaterThan(from.getTime());
    if (index > 0) expect(from).toEqual(edges[index - 1]?.[1]);
  });
  expect(edges.at(-1)?.[1].toISOString()).toBe(row['periodEnd']);
  if (row['state'] === 'active') expect(String(row['periodEnd']) >= asOf).toBe(true);
  if (row['state'] === 'paused') {
    expect(Date.parse(String(row['pausedUntil'])) - Date.parse(asOf)).toBeLessThanOrEqual(90 * DAY);
  }
  const [pauses] = await books.sql`
    select count(*)::int as count from subscription_pauses where subscription_id = ${subscriptionId}
      and begins_at > ${asOf}::timestamptz - interval '365 days'`;
  expect(pauses?.['count']).toBeLessThanOrEqual(2);
}

test('T-P11 gift days, promo days, pauses and resumes in any order leave one timeline, and the charge moves with its end', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 2, maxLength: 8 }), async (events) => {
      const owner = await subscribedByTopup(books, 500_000);
      const asOf = await happen(owner, events);
      if (asOf === undefined) return;
      await ask(books, owner, { kind: 'resume', asOf });
      const { state, periodEnd } = await standing(books, owner);
      expect(state).toBe('active');
      const { subscriptionId } = owner;
      const course = await lifeOf(books).loadCourse({ subscriptionId, asOf });
      const charge = course?.steps.find(({ kind }) => kind === 'renew');
      expect(charge?.at).toBe(periodEnd);
      await live(books, owner, String(periodEnd));
      expect(await standing(books, owner)).toMatchObject({ periodStart: periodEnd });
      await checkBooks(books);
    }),
    { numRuns: 20 },
  );
}, 240_000);
