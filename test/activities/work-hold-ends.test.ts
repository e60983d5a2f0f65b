import { randomUUID } from 'node:crypto';
import { settleHold } from '../../activities/billing/work-holds/settlement';
import { inTransaction } from '../../activities/transactions';
import { tokens } from '../../src/domain/tokens';
import {
  after,
  asWorkflow,
  atOnce,
  balance,
  checkBooks,
  NOON,
  openBooks,
  SETTINGS,
  type Books,
} from './support/books';
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

async function lotsOf(userId: number) {
  const rows = await books.sql`
    select l.remaining_utok::float8 as remaining, l.held_utok::float8 as held, l.expires_at
    from lots l join accounts a on a.id = l.account_id
    where a.user_id = ${userId} order by l.recorded_at, l.id`;
  return rows.map((row) => [Number(row['remaining']) / 1e6, Number(row['held']) / 1e6]);
}

async function charges(userId: number) {
  return books.sql`
    select kind, charged_utok::float8 as charged, uncollected_utok::float8 as uncollected, client_id
    from charges where user_id = ${userId}`;
}

describe('endHold', () => {
  test('captures less, releases the rest and remembers what it said', async () => {
    const userId = await spender(books, 100);
    const { holdId } = await client.hold(userId, 30);
    const request = named();
    const end = { amountUtok: tokens(12), request };
    const first = await client.end(holdId, 'capture', end);
    expect(first).toMatchObject({
      kind: 'done',
      isReplay: false,
      hold: {
        state: 'captured',
        capturedUtok: tokens(12),
        releasedUtok: tokens(18),
        charge: { chargedUtok: tokens(12), uncollectedUtok: 0 },
      },
    });
    const again = await atOnce(5, () => client.end(holdId, 'capture', end));
    for (const answer of again) expect(answer).toEqual({ ...first, isReplay: true });
    expect(await balance(books.sql, userId)).toBe(88);
    expect(await charges(userId)).toEqual([
      { kind: 'hold_capture', charged: tokens(12), uncollected: 0, client_id: client.clientId },
    ]);
  });

  test('of ten that settle at once one does, and the others hear how', async () => {
    const userId = await spender(books, 100);
    const { holdId } = await client.hold(userId, 30);
    await client.report(holdId, 7);
    const ways = ['capture', 'expiry', 'release', 'cancel', 'capture'] as const;
    const answers = await atOnce(10, (n) => client.end(holdId, ways[n % 5] ?? 'expiry'));
    const done = answers.filter(({ kind }) => kind === 'done');
    expect(done).toHaveLength(1);
    const hold = done[0]?.kind === 'done' ? done[0].hold : undefined;
    for (const answer of answers.filter(({ kind }) => kind === 'closed')) {
      expect(answer).toMatchObject({ hold });
    }
    expect(await balance(books.sql, userId)).toBe(100 - (hold?.capturedUtok ?? 0) / 1e6);
  });

  test('nothing is a legal price: a charge without a transfer (LG-9)', async () => {
    const userId = await spender(books, 100);
    const { holdId } = await client.hold(userId, 30);
    const answer = await client.end(holdId, 'capture', { amountUtok: 0 });
    expect(answer).toMatchObject({
      hold: { state: 'captured', charge: { transferId: null, chargedUtok: 0 } },
    });
    expect(await charges(userId)).toHaveLength(1);
    expect(await balance(books.sql, userId)).toBe(100);
  });

  test('more than held is refused, unless the work is declared as delivered', async () => {
    const userId = await spender(books, 100);
    const { holdId } = await client.hold(userId, 30);
    const more = { amountUtok: tokens(40) };
    expect(await client.end(holdId, 'capture', more)).toMatchObject({ kind: 'too_much' });
    const answer = await client.end(holdId, 'capture', { ...more, isPostPaid: true });
    expect(answer).toMatchObject({ hold: { capturedUtok: tokens(40), releasedUtok: 0 } });
    expect(await balance(books.sql, userId)).toBe(60);
  });

  test('more than held makes debt down to the floor, and an open item of what is left (LG-8)', async () => {
    const userId = await spender(books, 100);
    const { holdId } = await client.hold(userId, 30);
    const other = await client.hold(userId, 20);
    const answer = await client.end(holdId, 'capture', {
      amountUtok: tokens(2_000),
      isPostPaid: true,
    });
    expect(answer).toMatchObject({
      hold: {
        capturedUtok: tokens(1_080),
        charge: { requestedUtok: tokens(2_000), uncollectedUtok: tokens(920) },
      },
    });
    const items = await books.sql`select kind from open_items where user_id = ${userId}`;
    expect(items.map((row) => row['kind'])).toEqual(['uncollected']);
    await client.end(other.holdId, 'release');
    expect(await balance(books.sql, userId)).toBe(-980);
  });

  test.each([
    ['capture_reported', 7, { state: 'captured', capturedUtok: tokens(7) }, 93],
    ['capture_reported', 0, { state: 'expired', capturedUtok: 0 }, 100],
    ['capture_estimate', 7, { state: 'captured', capturedUtok: tokens(30) }, 70],
    ['release', 7, { state: 'expired', capturedUtok: 0 }, 100],
  ] as const)('silence under %s with %d reported', async (onExpiry, reported, end, left) => {
    const userId = await spender(books, 100);
    const { holdId } = await client.hold(userId, 30, { onExpiry });
    if (reported > 0) await client.report(holdId, reported);
    const answer = await client.end(holdId, 'expiry');
    expect(answer).toMatchObject({ kind: 'done', hold: { ...end, endedBy: 'expiry' } });
    expect(await client.end(holdId, 'expiry')).toMatchObject({ kind: 'closed', hold: end });
    expect(await balance(books.sql, userId)).toBe(left);
  });

  test('a report beyond the hold is taken as far as it was held, and the rest is shown', async () => {
    const userId = await spender(books, 100);
    const { holdId } = await client.hold(userId, 30);
    await client.report(holdId, 45);
    expect(await client.end(holdId, 'expiry')).toMatchObject({
      hold: { capturedUtok: tokens(30), charge: { uncollectedUtok: tokens(15) } },
    });
    expect(await balance(books.sql, userId)).toBe(70);
  });

  test('gives back to the same lots, and to breakage what expired meanwhile (LG-6)', async () => {
    const userId = await spender(books, 100);
    const soon = new Date(after(0.5));
    const later = new Date(after(48));
    await transfer(books, grant(userId, 10, { origin: 'trial', expiresAt: soon }));
    await transfer(books, grant(userId, 10, { origin: 'promo', expiresAt: later }));
    const { holdId } = await client.hold(userId, 25, { leaseSeconds: 7_200 });
    expect(await lotsOf(userId)).toEqual([
      [100, 5],
      [10, 10],
      [10, 10],
    ]);
    await client.end(holdId, 'capture', { amountUtok: tokens(4), asOf: after(1) });
    expect(await lotsOf(userId)).toEqual([
      [100, 0],
      [0, 0],
      [10, 0],
    ]);
    expect(await balance(books.sql, userId)).toBe(110);
  });

  test('is not refused because of a block, a freeze, a lapse or a limit that came meanwhile (SP-5)', async () => {
    const userId = await spender(books, 100);
    const { holdId } = await client.hold(userId, 30);
    await limit(books, userId, 1);
    await books.sql`update users set is_blocked = true where id = ${userId}`;
    await books.sql`update subscriptions set access = 'none' where user_id = ${userId}`;
    expect(await client.end(holdId, 'capture')).toMatchObject({ hold: { state: 'captured' } });
  });
});

describe('settleHold', () => {
  const settle = (holdId: string, dueTokens: number) =>
    asWorkflow('track:test', () =>
      inTransaction(books.db, (tx) =>
        settleHold(tx, {
          holdId,
          by: 'track',
          dueUtok: tokens(dueTokens),
          isPostPaid: true,
          description: 'track essay',
          meta: { jobId: 'j1' },
          asOf: new Date(NOON),
          settings: SETTINGS,
        }),
      ),
    );

  test('charges in the transaction of whoever knows the price, once, and names the keeper', async () => {
    const userId = await spender(books, 100);
    const request = named();
    const { holdId } = await client.hold(userId, 30, { request });
    const first = await settle(holdId, 35);
    expect(first).toMatchObject({
      isRepeat: false,
      workflowId: `hold:${client.clientId}:${request.key}`,
      hold: { capturedUtok: tokens(35), endedBy: 'track' },
    });
    expect(await settle(holdId, 50)).toEqual({ ...first, isRepeat: true });
    expect(await client.end(holdId, 'expiry')).toMatchObject({ kind: 'closed', hold: first.hold });
    expect(await balance(books.sql, userId)).toBe(65);
  });
});

describe('release_hold', () => {
  const run = (holdId: string, by: number, operationId = randomUUID()) =>
    asWorkflow(`op:${operationId}`, () =>
      books.act.runOperation({
        ...{ operationId, action: 'release_hold', params: { holdId } },
        ...{ operator: { userId: by }, reason: 'the client is gone for good', asOf: NOON },
      }),
    );

  async function operator(role: string): Promise<number> {
    const userId = await books.newUser();
    await books.sql`
      insert into roles (user_id, role, granted_by) values (${userId}, ${role}, 'test')`;
    return userId;
  }

  test('gives everything back once, charges nothing and tells the keeper', async () => {
    const userId = await spender(books, 100);
    const request = named();
    const { holdId } = await client.hold(userId, 30, { request });
    const [finance, id] = [await operator('finance'), randomUUID()];
    const first = await run(holdId, finance, id);
    expect(first).toMatchObject({
      outcome: { kind: 'done', result: { releasedUtok: tokens(30) } },
      effects: [{ kind: 'signal', workflowId: `hold:${client.clientId}:${request.key}` }],
    });
    expect((await run(holdId, finance, id)).outcome).toEqual(first.outcome);
    expect((await run(holdId, finance)).outcome).toMatchObject({ reason: 'hold_closed' });
    expect(await client.end(holdId, 'expiry')).toMatchObject({ hold: { endedBy: 'operator' } });
    expect(await balance(books.sql, userId)).toBe(100);
    expect(await charges(userId)).toEqual([]);
  });

  test('is not for everybody, and not for what is unknown', async () => {
    const { holdId } = await client.hold(await spender(books, 100), 30);
    const support = await operator('support');
    expect((await run(holdId, support)).outcome).toMatchObject({ reason: 'no_role' });
    const admin = await operator('admin');
    expect((await run(randomUUID(), admin)).outcome).toMatchObject({ reason: 'unknown_hold' });
  });
});
