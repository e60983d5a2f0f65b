import { tokens } from '../../src/domain/tokens';
import { after, atOnce, checkBooks, count, openBooks, SETTINGS, type Books } from './support/books';
import { grant, transfer } from './support/transfers';
import { JobClient, limit, named, spender } from './support/work-holds';

let books: Books;
let client: JobClient;

beforeAll(async () => {
  books = await openBooks();
  client = await new JobClient(books).open();
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

async function held(userId: number): Promise<number> {
  const [row] =
    await books.sql`select held::float8 as utok from accounts where user_id = ${userId}`;
  return Number(row?.['utok']) / 1e6;
}

describe('placeWorkHold', () => {
  test('reserves what is asked until the end of the lease, once', async () => {
    const userId = await spender(books, 100);
    const order = client.order(userId, 30);
    const first = await client.place(order);
    expect(first.answer).toMatchObject({
      kind: 'placed',
      isReplay: false,
      hold: { state: 'active', amountUtok: tokens(30), leaseUntil: after(1 / 60), track: 'essay' },
    });
    const again = await atOnce(10, () => client.place(order));
    for (const { answer, kept } of again) {
      expect(answer).toMatchObject({ kind: 'placed', isReplay: true });
      expect(kept).toMatchObject({ leaseSeconds: 60 });
    }
    expect(await held(userId)).toBe(30);
    expect(await count(books.sql, 'holds')).toBe(1);
  });

  test('the same key for another request is no hold', async () => {
    const userId = await spender(books, 100);
    const order = client.order(userId, 30);
    await client.place(order);
    const request = { ...order.wish.request, bodyHash: 'ff' };
    const other = { ...order, wish: { ...order.wish, request } };
    expect((await client.place(other)).answer).toEqual({ kind: 'mismatch' });
    const elsewhere = client.order(userId, 5, { request: named('/elsewhere') });
    await client.place(elsewhere);
    const stolen = client.order(userId, 5, {
      request: named('/holds', { key: elsewhere.wish.request.key }),
    });
    expect((await client.place(stolen)).answer).toEqual({ kind: 'mismatch' });
  });

  test('says no in the order of a spend, and leaves the key free', async () => {
    const nobody = await client.place(client.order(999_999, 1));
    expect(nobody).toEqual({ answer: { kind: 'refused', code: 'user_not_found' } });
    const userId = await books.newUser();
    await transfer(books, grant(userId, 100));
    const order = client.order(userId, 30);
    const { answer } = await client.place(order);
    expect(answer).toMatchObject({ kind: 'refused', code: 'subscription_required' });
    const free = books.activities({ settings: { ...SETTINGS, spendRequiresSubscription: false } });
    expect((await client.place(order, { act: free })).answer).toMatchObject({ kind: 'placed' });
    await books.sql`update users set is_blocked = true where id = ${userId}`;
    const blocked = await client.place(client.order(userId, 1), { act: free });
    expect(blocked.answer).toMatchObject({ code: 'user_blocked' });
  });

  test('needs what new work must find available (SP-2)', async () => {
    const userId = await spender(books, 100);
    const settings = { ...SETTINGS, trackMinStartTokens: 150 };
    const { answer } = await client.place(client.order(userId, 30), {
      act: books.activities({ settings }),
    });
    expect(answer).toMatchObject({
      code: 'insufficient_balance',
      requiredUtok: tokens(150),
      availableUtok: tokens(100),
    });
  });

  test('of three at once of 50 on 100 tokens exactly two are placed', async () => {
    const userId = await spender(books, 100);
    const placed = await atOnce(3, () => client.place(client.order(userId, 50)));
    const kinds = placed.map(({ answer }) => answer.kind).sort();
    expect(kinds).toEqual(['placed', 'placed', 'refused']);
  });

  test('lives by the clock of a test customer', async () => {
    const userId = await spender(books, 100);
    await books.sql`update users set clock_offset_ms = ${3_600_000} where id = ${userId}`;
    const { kept } = await client.place(client.order(userId, 10));
    expect(kept).toMatchObject({ clockOffsetMs: 3_600_000, hold: { createdAt: after(1) } });
  });
});

describe('limits', () => {
  test('count a hold when it is placed and get back what is released (SP-7)', async () => {
    const userId = await spender(books, 500);
    const used = await limit(books, userId, 100);
    const { holdId } = await client.hold(userId, 80);
    expect(await used()).toBe(80);
    const { answer } = await client.place(client.order(userId, 30));
    expect(answer).toMatchObject({ code: 'spend_limit_reached', limit: { usedUtok: tokens(80) } });
    await client.end(holdId, 'capture', { amountUtok: tokens(50) });
    expect(await used()).toBe(50);
    const second = await client.hold(userId, 50);
    await client.end(second.holdId, 'release');
    expect(await used()).toBe(50);
  });

  test('that came after the hold was placed count it, and those that went are not missed', async () => {
    const userId = await spender(books, 500);
    const { holdId } = await client.hold(userId, 60);
    const used = await limit(books, userId, 100);
    expect(await used()).toBe(60);
    const other = await client.hold(userId, 30);
    await client.end(holdId, 'release');
    expect(await used()).toBe(30);
    await books.sql`delete from spend_limits where scope_id = ${String(userId)}`;
    await books.sql`delete from limit_counters where scope_id = ${String(userId)}`;
    expect(await client.end(other.holdId, 'release')).toMatchObject({ kind: 'done' });
  });
});

describe('reportHold', () => {
  test('moves the total up and the lease on, once for a name', async () => {
    const { holdId } = await client.hold(await spender(books, 100), 30);
    const request = named();
    const first = await client.report(holdId, 5, { request, seconds: 90 });
    expect(first).toMatchObject({
      kind: 'done',
      isReplay: false,
      hold: { reportedUtok: tokens(5), leaseUntil: after(90 / 3_600) },
    });
    const lower = await client.report(holdId, 3, { seconds: 30 });
    expect(lower).toMatchObject({
      kind: 'done',
      hold: { reportedUtok: tokens(5), leaseUntil: after(90 / 3_600) },
    });
    await client.report(holdId, 8);
    expect(await client.report(holdId, 9, { request })).toEqual({ ...first, isReplay: true });
    const other = await client.report(holdId, 9, { request: { ...request, bodyHash: 'ff' } });
    expect(other).toEqual({ kind: 'mismatch' });
  });

  test('does not wait for whoever holds the wallet or the person', async () => {
    const userId = await spender(books, 100);
    const { holdId } = await client.hold(userId, 30);
    await books.sql.begin(async (tx) => {
      await tx`select 1 from users where id = ${userId} for update`;
      await tx`select 1 from accounts where user_id = ${userId} for update`;
      expect(await client.report(holdId, 5)).toMatchObject({ kind: 'done' });
    });
  });

  test('after the end tells how it ended', async () => {
    const { holdId } = await client.hold(await spender(books, 100), 30);
    await client.end(holdId, 'release');
    expect(await client.report(holdId, 5)).toMatchObject({
      kind: 'closed',
      hold: { state: 'released', endedBy: 'release' },
    });
  });
});

test('findWorkHold knows a hold by its key, however it stands', async () => {
  const order = client.order(await spender(books, 100), 30);
  expect(await books.act.findWorkHold({ holdKey: order.holdKey })).toBeNull();
  const { kept } = await client.place(order);
  expect(await books.act.findWorkHold({ holdKey: order.holdKey })).toEqual(kept);
});
