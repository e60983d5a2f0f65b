import fc from 'fast-check';
import { checkBooks, openBooks, type Books } from './support/books';
import { life } from './support/ledger-steps';
import { OrderLife, orderLife } from './support/order-life';
import { WalletLife } from './support/wallet-life';

let books: Books;

beforeAll(async () => {
  books = await openBooks();
});
afterAll(() => books.close());

/** Lives that run beside each other, because they share the system's accounts. */
const AT_ONCE = 20;
const RUNS = 10;

test('whatever happens to 200 wallets, cut off and repeated anywhere, the books say what the model says', async () => {
  const lives = fc.array(life, { minLength: AT_ONCE, maxLength: AT_ONCE });
  await fc.assert(
    fc.asyncProperty(lives, async (together) => {
      await Promise.all(together.map((steps) => WalletLife.live(books, steps)));
      await checkBooks(books);
    }),
    {
      numRuns: RUNS,
      interruptAfterTimeLimit: 580_000,
      markInterruptAsFailure: true,
      endOnFailure: true,
    },
  );
}, 600_000);

test('orders refunded, disputed, won, lost and spent in any order leave books that agree with their past', async () => {
  const lives = fc.array(orderLife, { minLength: 5, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(lives, async (together) => {
      await Promise.all(together.map((steps) => OrderLife.live(books, steps)));
      await checkBooks(books);
    }),
    {
      numRuns: 8,
      interruptAfterTimeLimit: 580_000,
      markInterruptAsFailure: true,
      endOnFailure: true,
    },
  );
}, 600_000);
