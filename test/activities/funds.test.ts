import { randomUUID } from 'node:crypto';
import { holdTokens, releaseHold } from '../../activities/billing/holds';
import { postTransfer, type TransferOrder } from '../../activities/billing/ledger';
import { inTransaction } from '../../activities/transactions';
import type { Transaction } from '../../drizzle/client';
import { tokens } from '../../src/domain/tokens';
import { after, checkBooks, NOON, openBooks, type Books } from './support/books';
import { sell } from './support/refunds';
import { subscribedByTopup, type Owner } from './support/subscriptions';
import { FakeTemporal } from './support/temporal';
import { grant, spend, WORK } from './support/transfers';

let books: Books;
let temporal: FakeTemporal;

beforeAll(async () => {
  books = await openBooks();
});
beforeEach(() => {
  temporal = new FakeTemporal();
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

const within = <T>(work: (tx: Transaction) => Promise<T>) =>
  temporal.run('test', () => inTransaction(books.db, work));
const transfer = (order: TransferOrder) => within((tx) => postTransfer(tx, order));
const word = ({ subscriptionId }: Owner) => `sub:${subscriptionId} fundsArrived`;

/** Somebody whose period nobody has paid. */
async function unpaid(): Promise<Owner> {
  const owner = await subscribedByTopup(books);
  await becomeUnpaid(owner);
  return owner;
}

async function becomeUnpaid({ subscriptionId }: Owner): Promise<void> {
  await books.sql`update subscriptions set state = 'past_due' where id = ${subscriptionId}`;
}

test('every credit to a wallet tells the unpaid subscription of its owner, once it is committed', async () => {
  const owner = await unpaid();
  const order = grant(owner.userId, 30);
  await transfer(order);
  expect(temporal.told).toEqual([word(owner)]);
  await transfer(order);
  expect(temporal.told).toHaveLength(1);
});

test('tokens that a hold gives back tell it, too', async () => {
  const owner = await unpaid();
  const { userId } = owner;
  const asOf = new Date(NOON);
  const hold = { key: `hold:${userId}`, userId, amountUtok: tokens(50), asOf, ...WORK };
  const { holdId } = await within((tx) => holdTokens(tx, hold));
  expect(temporal.told).toEqual([]);
  await within((tx) => releaseHold(tx, { holdId, key: `free:${userId}`, asOf }));
  expect(temporal.told).toEqual([word(owner)]);
});

test('so does a dispute that was won', async () => {
  const sold = await sell(books, { amountMinor: 20_000 });
  const [row] = await books.sql`
    update subscriptions set state = 'past_due' where user_id = ${sold.userId} returning id`;
  const owner = { userId: sold.userId, subscriptionId: String(row?.['id']) };
  const { providerPaymentId } = sold.fact;
  const dispute = { provider: 'mock', ref: 'won', providerPaymentId, asOf: after(2) };
  await temporal.run('dispute:mock:won', () =>
    books.act.openDispute({ ...dispute, isDecided: false }),
  );
  expect(temporal.told).toEqual([]);
  await temporal.run('dispute:mock:won', () => books.act.winDispute(dispute));
  expect(temporal.told).toEqual([word(owner)]);
});

test('and an operator who lets somebody in again', async () => {
  const owner = await unpaid();
  const admin = await books.newUser();
  await books.sql`insert into roles (user_id, role, granted_by) values (${admin}, 'admin', ${admin})`;
  await books.sql`update users set is_blocked = true where id = ${owner.userId}`;
  const params = { userId: owner.userId };
  const operationId = randomUUID();
  await temporal.run(`op:${operationId}`, () =>
    books.act.runOperation({
      ...{ operationId, action: 'unblock_user', params, operator: { userId: admin } },
      ...{ reason: 'the customer called us', asOf: NOON },
    }),
  );
  expect(temporal.told).toEqual([word(owner)]);
});

test('a debit, a credit that was taken back and a subscription that is paid are no news', async () => {
  const [owner, paid] = [await unpaid(), await subscribedByTopup(books)];
  await transfer(spend(owner.userId, 10));
  await transfer(grant(paid.userId, 10));
  const undone = within(async (tx) => {
    await postTransfer(tx, grant(owner.userId, 10));
    throw new Error('something after it failed');
  });
  await expect(undone).rejects.toThrow('something after it failed');
  expect(temporal.told).toEqual([]);
});

test('a word that cannot be said leaves the credit as it is', async () => {
  const owner = await unpaid();
  temporal.gone.add(`sub:${owner.subscriptionId}`);
  expect(await transfer(grant(owner.userId, 30))).toMatchObject({ isRepeat: false });
});
