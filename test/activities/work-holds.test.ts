import { settleHold } from '../../activities/billing/work-holds/settlement';
import { inTransaction } from '../../activities/transactions';
import { tokens } from '../../src/domain/tokens';
import { SETTINGS } from './support/books';
import {
  after,
  asWorkflow,
  atOnce,
  balance,
  checkBooks,
  count,
  NOON,
  openBooks,
  type Books,
} from './support/books';
import { pending } from './support/orders';
import { paidFact, post, rub } from './support/payments';
import { grant, transfer } from './support/transfers';
import { JobClient, named } from './support/work-holds';

let books: Books;
let client: JobClient;

beforeAll(async () => {
  books = await openBooks();
  client = await new JobClient(books).open();
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

/** Somebody with thirty days of access and so many tokens. */
async function spender(tokenCount: number): Promise<number> {
  const order = await pending(books, { amountMinor: (tokenCount + 100) * 100 });
  await post(books, paidFact(order, { amount: rub((tokenCount + 100) * 100) }));
  return order.userId;
}

async function held(userId: number): Promise<number> {
  const [row] =
    await books.sql`select held::float8 as utok from accounts where user_id = ${userId}`;
  return Number(row?.['utok']) / 1e6;
}

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

/** Gives a limit of so many tokens a day to a person and returns what is counted of it. */
async function limit(userId: number, tokenCount: number) {
  await books.sql`
    insert into spend_limits (scope, scope_id, "window", limit_utok)
    values ('user', ${String(userId)}, 'day', ${tokens(tokenCount)})`;
  return async () => {
    const [row] = await books.sql`
      select used_utok::float8 as used from limit_counters where scope_id = ${String(userId)}`;
    return Number(row?.['used'] ?? 0) / 1e6;
  };
}

describe('placeWorkHold', () => {
  test('reserves what is asked until the end of the lease, once', async () => {
    const userId = await spender(100);
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
    const userId = await spender(100);
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
    const userId = await spender(100);
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
    const userId = await spender(100);
    const placed = await atOnce(3, () => client.place(client.order(userId, 50)));
    const kinds = placed.map(({ answer }) => answer.kind).sort();
    expect(kinds).toEqual(['placed', 'placed', 'refused']);
  });

  test('lives by the clock of a test customer', async () => {
    const userId = await spender(100);
    await books.sql`update users set clock_offset_ms = ${3_600_000} where id = ${userId}`;
    const { kept } = await client.place(client.order(userId, 10));
    expect(kept).toMatchObject({ clockOffsetMs: 3_600_000, hold: { createdAt: after(1) } });
  });
});

describe('limits', () => {
  test('count a hold when it is placed and get back what is released (SP-7)', async () => {
    const userId = await spender(500);
    const used = await limit(userId, 100);
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

  test('that came or went after the hold was placed are neither filled nor emptied by its end', async () => {
    const userId = await spender(500);
    const { holdId } = await client.hold(userId, 80);
    const used = await limit(userId, 100);
    const other = await client.hold(userId, 30);
    await client.end(holdId, 'release');
    expect(await used()).toBe(30);
    await books.sql`delete from limit_counters where scope_id = ${String(userId)}`;
    expect(await client.end(other.holdId, 'release')).toMatchObject({ kind: 'done' });
  });
});

describe('reportHold', () => {
  test('moves the total up and the lease on, once for a name', async () => {
    const { holdId } = await client.hold(await spender(100), 30);
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
    const userId = await spender(100);
    const { holdId } = await client.hold(userId, 30);
    await books.sql.begin(async (tx) => {
      await tx`select 1 from users where id = ${userId} for update`;
      await tx`select 1 from accounts where user_id = ${userId} for update`;
      expect(await client.report(holdId, 5)).toMatchObject({ kind: 'done' });
    });
  });

  test('after the end tells how it ended', async () => {
    const { holdId } = await client.hold(await spender(100), 30);
    await client.end(holdId, 'release');
    expect(await client.report(holdId, 5)).toMatchObject({
      kind: 'closed',
      hold: { state: 'released', endedBy: 'release' },
    });
  });
});

describe('endHold', () => {
  test('captures less, releases the rest and remembers what it said', async () => {
    const userId = await spender(100);
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
    const userId = await spender(100);
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
    const userId = await spender(100);
    const { holdId } = await client.hold(userId, 30);
    const answer = await client.end(holdId, 'capture', { amountUtok: 0 });
    expect(answer).toMatchObject({
      hold: { state: 'captured', charge: { transferId: null, chargedUtok: 0 } },
    });
    expect(await charges(userId)).toHaveLength(1);
    expect(await balance(books.sql, userId)).toBe(100);
  });

  test('more than held is refused, unless the work is declared as delivered', async () => {
    const userId = await spender(100);
    const { holdId } = await client.hold(userId, 30);
    const more = { amountUtok: tokens(40) };
    expect(await client.end(holdId, 'capture', more)).toMatchObject({ kind: 'too_much' });
    const answer = await client.end(holdId, 'capture', { ...more, isPostPaid: true });
    expect(answer).toMatchObject({ hold: { capturedUtok: tokens(40), releasedUtok: 0 } });
    expect(await balance(books.sql, userId)).toBe(60);
  });

  test('more than held makes debt down to the floor, and an open item of what is left (LG-8)', async () => {
    const userId = await spender(100);
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
    const userId = await spender(100);
    const { holdId } = await client.hold(userId, 30, { onExpiry });
    if (reported > 0) await client.report(holdId, reported);
    const answer = await client.end(holdId, 'expiry');
    expect(answer).toMatchObject({ kind: 'done', hold: { ...end, endedBy: 'expiry' } });
    expect(await client.end(holdId, 'expiry')).toMatchObject({ kind: 'closed', hold: end });
    expect(await balance(books.sql, userId)).toBe(left);
  });

  test('a report beyond the hold is taken as far as it was held, and the rest is shown', async () => {
    const userId = await spender(100);
    const { holdId } = await client.hold(userId, 30);
    await client.report(holdId, 45);
    expect(await client.end(holdId, 'expiry')).toMatchObject({
      hold: { capturedUtok: tokens(30), charge: { uncollectedUtok: tokens(15) } },
    });
    expect(await balance(books.sql, userId)).toBe(70);
  });

  test('gives back to the same lots, and to breakage what expired meanwhile (LG-6)', async () => {
    const userId = await spender(20);
    const soon = new Date(after(0.5));
    const later = new Date(after(48));
    await transfer(books, grant(userId, 10, { origin: 'trial', expiresAt: soon }));
    await transfer(books, grant(userId, 10, { origin: 'promo', expiresAt: later }));
    const { holdId } = await client.hold(userId, 25, { leaseSeconds: 7_200 });
    expect(await lotsOf(userId)).toEqual([
      [20, 5],
      [10, 10],
      [10, 10],
    ]);
    await client.end(holdId, 'capture', { amountUtok: tokens(4), asOf: after(1) });
    expect(await lotsOf(userId)).toEqual([
      [20, 0],
      [0, 0],
      [10, 0],
    ]);
    expect(await balance(books.sql, userId)).toBe(30);
  });

  test('is not refused because of a block, a freeze, a lapse or a limit that came meanwhile (SP-5)', async () => {
    const userId = await spender(100);
    const { holdId } = await client.hold(userId, 30);
    await limit(userId, 1);
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
    const userId = await spender(100);
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

test('findWorkHold knows a hold by its key, however it stands', async () => {
  const order = client.order(await spender(100), 30);
  expect(await books.act.findWorkHold({ holdKey: order.holdKey })).toBeNull();
  const { kept } = await client.place(order);
  expect(await books.act.findWorkHold({ holdKey: order.holdKey })).toEqual(kept);
});
