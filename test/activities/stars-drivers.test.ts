import type { StopOutcome } from '../../src/payments/provider';
import {
  after,
  asWorkflow,
  checkBooks,
  fakeProvider,
  NOON,
  openBooks,
  type Activities,
  type Books,
} from './support/books';
import { publish, wish } from './support/orders';
import { paidFact } from './support/payments';
import { subscriptionRow, type Subscriber } from './support/renewals';

let books: Books;
let act: Activities;
let answer: StopOutcome;
let told: string[];

beforeAll(async () => {
  books = await openBooks();
});
beforeEach(() => {
  told = [];
  answer = { kind: 'done' };
  const tell = (word: string) => (subscription: { firstChargeId: string }) => {
    told.push(`${word} ${subscription.firstChargeId}`);
    return Promise.resolve(answer);
  };
  const provider = fakeProvider({
    cancelSubscription: tell('stop'),
    resumeSubscription: tell('resume'),
  });
  act = books.activities({ providers: new Map([['stars', provider]]) });
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

const STARS = { minor: 150, currency: 'XTR', exponent: 0 };

/** Somebody whose plan of thirty days Telegram renews; answers the first charge too. */
async function starsSubscriber(): Promise<Subscriber & { chargeId: string }> {
  const order = await wish(books, { slug: 'access-30', currency: 'XTR' });
  const { invoiceId, userId } = order;
  await asWorkflow(`checkout:${invoiceId}`, () =>
    act.openInvoice({
      ...{ invoiceId, userId, provider: 'stars', asOf: NOON },
      renewal: { by: 'stars' },
    }),
  );
  await publish(books, order);
  const fact = { ...paidFact(order, { amount: STARS }), isFirstRecurring: true };
  const chargeId = fact.providerPaymentId;
  await asWorkflow(`pay:stars:${chargeId}`, () =>
    act.postPayment({ provider: 'stars', fact, evidence: 'signed', asOf: after(1) }),
  );
  const [row] = await books.sql`select id from subscriptions where user_id = ${userId}`;
  return { userId, invoiceId, chargeId, subscriptionId: String(row?.['id']) };
}

const tell = ({ subscriptionId }: Subscriber, hours = 2) =>
  asWorkflow(`sub:${subscriptionId}`, () =>
    act.tellTelegram({ subscriptionId, asOf: after(hours) }),
  );
const starsStep = async ({ subscriptionId }: Subscriber) => {
  const course = await act.loadCourse({ subscriptionId, asOf: after(2) });
  return course?.steps.find(({ kind }) => kind === 'stars');
};
const cancel = ({ subscriptionId }: Subscriber, isCancelled = true) =>
  books.sql`update subscriptions set cancel_at_end = ${isCancelled} where id = ${subscriptionId}`;

test('the first charge makes Telegram the driver, and nothing has to be said', async () => {
  const who = await starsSubscriber();
  expect(await subscriptionRow(books, who)).toMatchObject({ driver: 'stars', renews: true });
  expect(await starsStep(who)).toBeUndefined();
  await tell(who);
  expect(told).toEqual([]);
});

test('a cancel is told by the first charge, once, and so is its withdrawal', async () => {
  const who = await starsSubscriber();
  await cancel(who);
  expect(await starsStep(who)).toMatchObject({ kind: 'stars' });
  await tell(who);
  await tell(who);
  await cancel(who, false);
  await tell(who);
  await tell(who);
  expect(told).toEqual([`stop ${who.chargeId}`, `resume ${who.chargeId}`]);
});

test('without a clear answer the same is told again, ten minutes later', async () => {
  const who = await starsSubscriber();
  await cancel(who);
  answer = { kind: 'unknown', reason: 'it hung up' };
  await tell(who);
  const asked = Date.parse((await starsStep(who))?.at ?? '') - Date.parse(after(2));
  expect(asked).toBe(600_000);
  answer = { kind: 'done' };
  await tell(who, 3);
  expect(told).toHaveLength(2);
  expect(await starsStep(who)).toBeUndefined();
});

test('what Telegram refuses is shown to the operators, and not told for ever', async () => {
  const who = await starsSubscriber();
  await cancel(who);
  answer = { kind: 'refused', reason: 'CHARGE_NOT_FOUND' };
  await tell(who);
  await tell(who);
  expect(told).toHaveLength(1);
  const items = await books.sql`select kind from open_items where user_id = ${who.userId}`;
  expect(items).toEqual([{ kind: 'unknown_outcome' }]);
});

test('a second first charge of one order is a second payment, not a period', async () => {
  const who = await starsSubscriber();
  const fact = {
    ...paidFact(who, { amount: STARS }),
    isFirstRecurring: true,
  };
  const outcome = await asWorkflow(`pay:stars:${fact.providerPaymentId}`, () =>
    act.postPayment({ provider: 'stars', fact, evidence: 'signed', asOf: after(3) }),
  );
  expect(outcome).toMatchObject({ kind: 'duplicate', policy: 'refund' });
  expect(await subscriptionRow(books, who)).toMatchObject({ n: 0 });
});
