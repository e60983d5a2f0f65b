import { brokenChecks, type EntryFacts } from '../../src/domain/billing/explain';
import { tokens } from '../../src/domain/tokens';
import { TEST_SECRETS } from '../support/secrets';
import { createReads } from '../../src/reads/reads';
import type { BillingReads } from '../../src/reads/billing';
import { after, checkBooks, openBooks, type Books } from '../activities/support/books';
import { close, pending } from '../activities/support/orders';
import { paidFact, post, rub } from '../activities/support/payments';
import { grant, spend, transfer } from '../activities/support/transfers';

let books: Books;
let reads: BillingReads;

beforeAll(async () => {
  books = await openBooks();
  reads = createReads(books.db, TEST_SECRETS);
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

/** Every line of a wallet, oldest first, as the reads tell it. */
async function linesOf(userId: number): Promise<EntryFacts[]> {
  const { rows } = await reads.history(userId, undefined);
  const facts = await Promise.all(
    rows.map(({ transferId }) => reads.entryFacts({ transferId, userId })),
  );
  return facts.flatMap((one) => (one ? [one] : [])).reverse();
}

/** A charge with the report it was made from, as the service will write them. */
async function charged(userId: number, rawCost: string, costUtok: number): Promise<string> {
  const posted = await transfer(books, {
    ...spend(userId, 0),
    legs: [
      { account: { code: `wallet:${userId}:TOK`, asset: 'TOK', userId }, amount: -costUtok },
      { account: { code: 'sys:spend:TOK', asset: 'TOK' }, amount: costUtok },
    ],
  });
  const [charge] = await books.sql`
    insert into charges (id, key, user_id, kind, requested_utok, charged_utok, transfer_id, description, as_of)
    values (gen_random_uuid(), ${posted.transferId}, ${userId}, 'track', ${costUtok}, ${costUtok},
      ${posted.transferId}, 'Translation', now()) returning id`;
  await books.sql`
    insert into usage_events (id, source, event_id, user_id, track, raw_cost, currency, multiplier, rounding,
      cost_utok, charge_id, total_tokens, occurred_at)
    values (gen_random_uuid(), 'test', ${posted.transferId}, ${userId}, 't-1', ${rawCost}, 'RUB', '3.14', 'cent',
      ${costUtok}, ${String(charge?.['id'])}, 1200, now())`;
  return posted.transferId;
}

describe('the facts of an entry', () => {
  it('let a top-up, its fee and a charge be computed again', async () => {
    const order = await pending(books);
    await post(books, paidFact(order));
    const transferId = await charged(order.userId, '0.05', 160_000);
    const lines = await linesOf(order.userId);
    expect(lines.map(({ kind }) => kind)).toEqual(['topup', 'subscription_fee', 'spend']);
    expect(lines.map(brokenChecks)).toEqual([[], [], []]);
    expect(lines[0]).toMatchObject({
      order: { invoiceNo: order.no, version: 1, payAmountMinor: 20_000, isIntact: true },
      moves: [{ isOpened: true, paidMinor: 20_000, paidForUtok: tokens(200), currency: 'RUB' }],
      ...{ balanceBeforeUtok: 0, balanceAfterUtok: tokens(200), sold: 'topup' },
    });
    expect(lines[1]).toMatchObject({ fee: { periodN: 0, feeUtok: tokens(100), version: 1 } });
    expect(lines[2]).toMatchObject({
      transferId,
      charge: { description: 'Translation', requestedUtok: 160_000 },
      events: [{ rawCost: '0.0500000000', multiplier: '3.1400', totalTokens: 1200, isFinal: true }],
      balanceBeforeUtok: tokens(100),
    });
  });

  it('let plans, late and second payments and grants be computed again', async () => {
    const order = await pending(books, { slug: 'premium' });
    const { userId } = order;
    await post(books, paidFact(order, { amount: rub(49_900) }));
    await post(books, paidFact(order, { amount: rub(49_900) }));
    const late = await pending(books, { userId, amountMinor: 30_000 });
    await close(books, late, 'expired');
    await post(books, paidFact(late, { amount: rub(30_000) }), { asOf: after(80) });
    await transfer(books, grant(userId, 7));
    const lines = await linesOf(userId);
    expect(lines.map(({ kind }) => kind)).toEqual(['sale', 'topup', 'topup', 'grant']);
    expect(lines.map(brokenChecks)).toEqual([[], [], [], []]);
  });

  it('show what was altered behind the ledger', async () => {
    const order = await pending(books);
    await post(books, paidFact(order));
    const transferId = await charged(order.userId, '0.05', 160_000);
    await books.sql`update usage_events set raw_cost = 0.06 where event_id = ${transferId}`;
    const [topup, , work] = await linesOf(order.userId);
    expect(work && brokenChecks(work)).toEqual(['cost']);
    await books.sql`
      update lots set unit_price_minor_num = 1 where transfer_id = ${topup?.transferId ?? ''}`;
    const [altered] = await linesOf(order.userId);
    expect(altered && brokenChecks(altered)).toEqual(['unit_price']);
  });

  it('know that a debt was made and paid off since', async () => {
    const userId = await books.newUser();
    await transfer(books, grant(userId, 10));
    await transfer(books, spend(userId, 25, { lowestUtok: -tokens(1_000) }));
    await transfer(books, grant(userId, 40));
    const lines = await linesOf(userId);
    expect(lines.map(({ balanceAfterUtok }) => balanceAfterUtok)).toEqual(
      [10, -15, 25].map((count) => tokens(count)),
    );
    expect(lines.map(brokenChecks)).toEqual([[], [], []]);
  });

  it('know a correction from both sides', async () => {
    const userId = await books.newUser();
    await transfer(books, grant(userId, 10));
    const { transferId } = await transfer(books, spend(userId, 4));
    const back = await transfer(books, {
      ...grant(userId, 4),
      ...{ kind: 'reversal', reversesTransferId: transferId, meta: { reason: 'by mistake' } },
    });
    const [, spent, reversal] = await linesOf(userId);
    expect(spent?.reversedBy).toEqual([back.transferId]);
    expect(reversal).toMatchObject({ reverses: transferId, reason: 'by mistake' });
  });

  it('are for the owner, and for operators whose ever they are', async () => {
    const userId = await books.newUser();
    const { transferId } = await transfer(books, grant(userId, 10));
    const stranger = await books.newUser();
    const ask = (whose: number | undefined, id = transferId) =>
      reads.entryFacts({ transferId: id, userId: whose });
    expect(await ask(stranger)).toBeUndefined();
    expect(await ask(undefined)).toMatchObject({ userId, key: expect.stringContaining('grant:') });
    expect(await ask(userId, 'no uuid')).toBeUndefined();
    expect(await ask(userId, '0197a5b0-0000-7000-8000-000000000001')).toBeUndefined();
    await books.sql`update users set visible_from = '2030-01-01' where id = ${userId}`;
    expect(await ask(userId)).toBeUndefined();
  });
});

it('the latest debits are at most five, newest first, without credits', async () => {
  const userId = await books.newUser();
  await transfer(books, grant(userId, 100));
  for (let count = 1; count <= 6; count += 1) await transfer(books, spend(userId, count));
  await transfer(books, grant(userId, 1));
  const debits = await reads.latestDebits(userId);
  expect(debits.map(({ amountUtok }) => amountUtok)).toEqual(
    [-6, -5, -4, -3, -2].map((n) => tokens(n)),
  );
});
