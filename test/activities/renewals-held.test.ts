import { atOnce, checkBooks, openBooks, type Books } from './support/books';
import { periodsOf, subscribed, takeStep, type Subscriber } from './support/subscription-life';

let books: Books;
beforeAll(async () => {
  books = await openBooks();
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

const due = ({ subscriptionId }: Subscriber) => ({
  ...{ subscriptionId, name: 'renew:0', asOf: '2026-04-10T12:00:07.000Z' },
});

/** Somebody whose month is over, with the next fee at hand; reminders would come first. */
async function somebody(): Promise<Subscriber> {
  const who = await subscribed(books, { slug: 'topup-main', amountMinor: 25_000 });
  await books.sql`update subscriptions set is_muted = true where id = ${who.subscriptionId}`;
  return who;
}

test.each([
  ['is locked', ({ userId }: Subscriber) => `select 1 from users where id = ${userId} for update`],
  [
    'has a fee that is being booked',
    ({ subscriptionId }: Subscriber) => `
      insert into transfers (id, key, kind, as_of)
      values (gen_random_uuid(), 'sub:${subscriptionId}:p1:renew:a0:wallet', 'adjustment', now())`,
  ],
])('somebody who %s keeps the others of a batch for a moment only', async (_how, hold) => {
  const people = await atOnce(4, somebody);
  const [held, ...others] = people as [Subscriber, ...Subscriber[]];
  const holder = await books.sql.reserve();
  await holder.unsafe(`begin; ${hold(held)}`);
  const steps = people.map((who) => takeStep(books, due(who)));
  const beganMs = performance.now();
  await Promise.all(steps.slice(1));
  expect(performance.now() - beganMs).toBeLessThan(8_000);
  for (const who of others) expect(await periodsOf(books, who.subscriptionId)).toHaveLength(2);
  expect(await periodsOf(books, held.subscriptionId)).toHaveLength(1);
  await holder.unsafe('rollback');
  holder.release();
  expect(await steps[0]).toMatchObject({ kind: 'done' });
  expect(await periodsOf(books, held.subscriptionId)).toHaveLength(2);
});
