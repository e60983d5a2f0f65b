import { newTrial } from '../support/trials';
import { checkBooks, NOON, openBooks, type Books } from './support/books';
import { completeTrial, quoteTrial } from './support/trials';

let books: Books;

beforeAll(async () => {
  books = await openBooks();
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

test('settings keep trials from those who came too recently, or too long ago', async () => {
  const userId = await books.newUser();
  const came = (daysAgo: number) =>
    books.sql`
      update users set recorded_at = ${NOON}::timestamptz - make_interval(days => ${daysAgo}) where id = ${userId}`;
  const ages = { trialMinAccountAgeDays: 3, trialMaxAccountAgeDays: 30 };
  const trial = await newTrial(books.sql, { slug: 'trial-of-age' });
  const quoteId = await quoteTrial(books, trial, { userId });
  for (const [daysAgo, reason] of [
    [2, 'trial_too_early'],
    [31, 'trial_too_late'],
  ] as const) {
    await came(daysAgo);
    const outcome = await completeTrial(books, { quoteId, userId }, ages);
    expect(outcome).toEqual({ kind: 'refused', reason });
  }
  await came(30);
  expect(await completeTrial(books, { quoteId, userId }, ages)).toMatchObject({
    kind: 'fulfilled',
  });
});
