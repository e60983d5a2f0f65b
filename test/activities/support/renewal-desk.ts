import { checkBooks, openBooks, type Activities, type Books } from './books';
import { cardSubscriber, renewalSteps, testBank, type Subscriber, type TestBank } from './renewals';

/** Books that last for a file of tests, with a bank of its own for each of them. */
export interface RenewalDesk {
  books: Books;
  bank: TestBank;
  act: Activities;
  readonly steps: ReturnType<typeof renewalSteps>;
  /** Somebody whose period has ended and whose charge is ordered. */
  readonly ordered: () => Promise<Subscriber>;
}

/** Registers what opens, checks and closes the books around the tests of the file that calls it. */
export function openRenewalDesk(): RenewalDesk {
  const steps = renewalSteps(() => desk.act);
  const ordered = async () => {
    const who = await cardSubscriber(desk.books, desk.act);
    await steps.take(who, 'renew:0');
    return who;
  };
  const desk = { steps, ordered } as RenewalDesk;
  beforeAll(async () => {
    desk.books = await openBooks();
  });
  beforeEach(() => {
    desk.bank = testBank();
    const providers = new Map([['mock', desk.bank.provider]]);
    desk.act = desk.books.activities({ providers });
  });
  afterEach(() => checkBooks(desk.books));
  afterAll(() => desk.books.close());
  return desk;
}
