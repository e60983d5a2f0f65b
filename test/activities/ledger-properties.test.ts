import fc from 'fast-check';
import { checkBooks, openBooks, type Books } from './support/books';
import { life } from './support/ledger-steps';
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
    { numRuns: RUNS, interruptAfterTimeLimit: 280_000, markInterruptAsFailure: true },
  );
}, 300_000);
