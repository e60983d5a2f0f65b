import type { Database, Transaction } from '../../drizzle/client';
import { addCode, newCode, slotsOf } from '../support/campaigns';
import { asWorkflow, atOnce, checkBooks, NOON, openBooks } from './support/books';
import type { Activities, Books } from './support/books';
import { wish, type Wish } from './support/orders';
import { paidFact, rub, workflowOf } from './support/payments';

let books: Books;

beforeAll(async () => {
  books = await openBooks();
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

/** How likely a process dies at a statement. */
const RISK = 0.03;

let deaths = 0;

function die(): void {
  if (Math.random() >= RISK) return;
  deaths += 1;
  throw new Error('the process died here');
}

const STATEMENTS: readonly PropertyKey[] = ['select', 'insert', 'update', 'execute'];

/** The database of a process that dies now and then: at any statement, or after a commit nobody hears of any more. */
function mortal(db: Database): Database {
  return new Proxy(db, {
    get: (target, name) => {
      if (name !== 'transaction') return Reflect.get(target, name, target) as unknown;
      return async (body: (tx: Transaction) => Promise<unknown>) => {
        const answer = await target.transaction((tx) => body(dying(tx)));
        die();
        return answer;
      };
    },
  });
}

function dying(tx: Transaction): Transaction {
  return new Proxy(tx, {
    get: (target, name) => {
      if (STATEMENTS.includes(name)) die();
      return Reflect.get(target, name, target) as unknown;
    },
  });
}

/** An activity as Temporal runs it: a fault is tried again, and now and then a done one is too. */
async function durably<T>(id: string, work: (act: Activities) => Promise<T>): Promise<T> {
  const act = books.activities({ db: mortal(books.db) });
  for (;;) {
    try {
      const answer = await asWorkflow(id, () => work(act));
      return Math.random() < 0.2 ? await asWorkflow(id, () => work(act)) : answer;
    } catch (error) {
      if (!String(error).includes('died here')) throw error;
    }
  }
}

const open = ({ invoiceId, userId }: Wish) =>
  durably(`checkout:${invoiceId}`, (act) =>
    act.openInvoice({ invoiceId, userId, provider: 'mock', asOf: NOON }),
  );

const close = ({ invoiceId }: Wish) =>
  durably(`checkout:${invoiceId}`, (act) =>
    act.closeInvoice({
      ...{ invoiceId, state: 'cancelled', asOf: NOON },
      actor: { kind: 'system', id: 'checkout' },
    }),
  );

function pay(order: Wish, minor = 18_000) {
  const fact = paidFact(order, { amount: rub(minor) });
  return durably(workflowOf(fact), (act) =>
    act.postPayment({ provider: 'mock', fact, evidence: 'asked', asOf: NOON }),
  );
}

/** Quotes with a code for so many people, made before the race so that all of them believe in it. */
function quotesFor(people: number, codeOf: (index: number) => string): Promise<Wish[]> {
  return atOnce(people, (index) => wish(books, { promo: codeOf(index) }));
}

async function race(orders: readonly Wish[]): Promise<Wish[]> {
  const answers = await Promise.all(orders.map((order) => open(order)));
  return orders.filter((_, index) => answers[index]?.kind === 'opened');
}

test('T-D3 of a thousand people racing through crashes for ten slots exactly ten get one', async () => {
  await newCode(books.sql, { code: 'RACE', budget: 10 });
  const orders = await quotesFor(1_000, () => 'RACE');
  const winners = await race(orders);
  expect(deaths).toBeGreaterThan(100);
  expect(winners).toHaveLength(10);
  expect(await slotsOf(books.sql, 'RACE')).toEqual({
    reserved: 10,
    used: 0,
    confirmed: 0,
    live: 10,
  });

  const [paying, leaving] = [winners.slice(0, 6), winners.slice(6)];
  await Promise.all([...paying.map((order) => pay(order)), ...leaving.map(close)]);
  expect(await slotsOf(books.sql, 'RACE')).toEqual({ reserved: 0, used: 6, confirmed: 6, live: 6 });

  const losers = orders.filter((order) => !winners.includes(order));
  const second = await race(losers.slice(0, 100));
  expect(second).toHaveLength(4);
  await Promise.all(second.map((order) => pay(order)));
  expect(await slotsOf(books.sql, 'RACE')).toEqual({
    reserved: 0,
    used: 10,
    confirmed: 10,
    live: 10,
  });
  const [counted] = await books.sql`
    select count(*) filter (where action = 'promo.confirmed')::int as confirmed
    from audit_log where entity = 'promo'`;
  expect(counted).toEqual({ confirmed: 10 });
}, 300_000);

test('T-P19 a hundred codes of one budget of ten give ten slots', async () => {
  const campaign = await newCode(books.sql, { code: 'SHARED-0', budget: 10 });
  for (let made = 1; made < 100; made += 1) {
    await addCode(books.sql, campaign, { code: `SHARED-${made}` });
  }
  const orders = await quotesFor(300, (index) => `SHARED-${index % 100}`);
  const winners = await race(orders);
  expect(winners).toHaveLength(10);
  const { reserved, live } = await slotsOf(books.sql, 'SHARED-0');
  expect({ reserved, live }).toEqual({ reserved: 10, live: 10 });
}, 180_000);

test('one person racing with themselves uses a code once', async () => {
  await newCode(books.sql, { code: 'SELF' });
  const userId = await books.newUser();
  const orders = await atOnce(4, (index) =>
    wish(books, { userId, promo: 'SELF', amountMinor: 20_000 + index }),
  );
  expect(await race(orders)).toHaveLength(1);
});
