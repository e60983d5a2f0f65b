import { randomUUID } from 'node:crypto';
import { unzipSync } from 'fflate';
import { sealFor } from '../../drizzle/person-keys';
import { createRecords } from '../../src/records/records';
import { createReads } from '../../src/reads/reads';
import { TEST_SECRETS } from '../support/secrets';
import {
  after,
  asWorkflow,
  balance,
  checkBooks,
  count,
  fakeProvider,
  NOON,
  openBooks,
  SETTINGS,
  type Books,
} from './support/books';
import { pending, type Wish } from './support/orders';
import { paidFact, post, rub } from './support/payments';

let books: Books;

const paid = (order: Wish, minor = 20_000) => post(books, paidFact(order, { amount: rub(minor) }));

beforeEach(async () => {
  books = await openBooks();
});
afterEach(async () => {
  await checkBooks(books);
  await books.close();
});

describe('an erasure', () => {
  const erasureId = randomUUID();
  const run = <T>(userId: number, work: () => Promise<T>) =>
    asWorkflow(`erasure:${userId}:1`, work);
  const begin = (userId: number) =>
    run(userId, () => books.act.beginErasure({ erasureId, userId, asOf: NOON }));
  const erase = (userId: number) =>
    run(userId, () => books.act.erasePerson({ erasureId, userId, asOf: after(400) }));

  async function customer(): Promise<number> {
    const userId = await books.newUser({ firstName: 'Anna', username: 'anna' });
    await paid(await pending(books, { userId, amountMinor: 50_000 }), 50_000);
    return userId;
  }

  it('stops every charge at once, once', async () => {
    const userId = await customer();
    const [one, two] = [await begin(userId), await begin(userId)];
    expect(one).toEqual({ dueAt: after(14 * 24), methodIds: [] });
    expect(two).toEqual(one);
    const [row] = await books.sql`
      select s.state, s.driver, s.auto_renew, u.money_frozen_by
      from subscriptions s join users u on u.id = s.user_id`;
    expect(row).toEqual({
      ...{ state: 'cancelling', driver: 'none', auto_renew: false, money_frozen_by: erasureId },
    });
    const audited = await books.sql`
      select request_id from audit_log
      where action in ('erasure.requested', 'subscription.cancelled')`;
    expect(audited).toHaveLength(2);
    expect(audited[0]?.['request_id']).toMatch(/^[\da-f-]{36}\/./);
    await checkBooks(books);
  });

  it('ends the pause that a subscription is in, once', async () => {
    const userId = await customer();
    await books.sql`
      insert into subscription_pauses (id, key, subscription_id, user_id, begins_at, until)
      select gen_random_uuid(), 'pause', id, user_id, ${NOON}, ${after(24 * 60)} from subscriptions`;
    await books.sql`update subscriptions set state = 'paused', access = 'none'`;
    await begin(userId);
    await erase(userId);
    await erase(userId);
    const [row] = await books.sql`
      select p.ended_at, s.state from subscription_pauses p join subscriptions s on s.id = p.subscription_id`;
    expect(row).toEqual({ ended_at: new Date(after(400)), state: 'ended' });
  });

  it('leaves a dispute that was opened meanwhile in force when it is called off', async () => {
    const userId = await customer();
    await begin(userId);
    const disputeId = randomUUID();
    await books.sql`
      insert into disputes (id, provider, provider_ref, payment_id, user_id, state, amount_minor,
        currency, exponent, due_at)
      select ${disputeId}, 'mock', 'd', id, ${userId}, 'opened', 1, 'RUB', 2, now() from payments`;
    await run(userId, () => books.act.withdrawErasure({ erasureId, userId, asOf: after(1) }));
    const [row] = await books.sql`select money_frozen_by from users`;
    expect(row).toEqual({ money_frozen_by: disputeId });
  });

  it('is called off, once, and lifts its own stop only', async () => {
    const userId = await customer();
    await begin(userId);
    for (let time = 0; time < 2; time += 1)
      await run(userId, () => books.act.withdrawErasure({ erasureId, userId, asOf: after(1) }));
    const [row] = await books.sql`
      select e.state, u.money_frozen_by from erasures e join users u on u.id = e.user_id`;
    expect(row).toEqual({ state: 'withdrawn', money_frozen_by: null });
    expect(await erase(userId)).toEqual({ subscriptionIds: [] });
    expect(await balance(books.sql, userId)).toBe(400);
  });

  it('empties the wallet, ends the subscription and erases names, texts and keys, once', async () => {
    const userId = await customer();
    const { dataKey } = TEST_SECRETS;
    const raw = await sealFor(books.db, dataKey, { userId, bytes: Buffer.from('Email=anna') });
    const foreign = await sealFor(books.db, dataKey, {
      userId: undefined,
      bytes: Buffer.from('x'),
    });
    await books.sql`
      insert into inbox_events (id, provider, dedupe_key, headers, raw, verified) values
        (gen_random_uuid(), 'mock', 'hers', '{"x-forwarded-for": "10.0.0.1"}', ${raw}, 'yes'),
        (gen_random_uuid(), 'mock', 'nobody', '{}', ${foreign}, 'no')`;
    await begin(userId);
    const [one, two] = [await erase(userId), await erase(userId)];
    expect(one.subscriptionIds).toHaveLength(1);
    expect(two).toEqual(one);
    expect(await balance(books.sql, userId)).toBe(0);
    const kinds = await books.sql`select kind from transfers where user_id = ${userId} order by id`;
    expect(kinds.map(({ kind }) => kind as string)).toEqual([
      'topup',
      'subscription_fee',
      'breakage',
    ]);
    const [person] = await books.sql`
      select first_name, username, money_frozen_by, pseudonymised_at from users`;
    expect(person).toMatchObject({ first_name: null, username: null, money_frozen_by: null });
    const inbox =
      await books.sql`select length(raw)::int as bytes from inbox_events order by dedupe_key`;
    expect(inbox.map(({ bytes }) => Number(bytes) > 0)).toEqual([false, true]);
    const texts = await books.sql`
      select template from outbox_messages where params <> '{}' or state = 'queued'`;
    expect(texts.map(({ template }) => template as string)).toEqual(['erasure.done']);
    const [consent] = await books.sql`select withdrawn_at is not null as withdrawn from consents`;
    expect(consent).toEqual({ withdrawn: true });
  });

  it('writes off a debt', async () => {
    const userId = await customer();
    const act = books.act;
    await begin(userId);
    await run(userId, async () => {
      const { postTransfer } = await import('../../activities/billing/ledger');
      const { tokenAccount, wallet } = await import('../../activities/billing/accounts');
      await books.db.transaction((tx) =>
        postTransfer(tx, {
          ...{ key: 'spend', kind: 'spend', userId, asOf: new Date(NOON) },
          legs: [
            { account: wallet(userId), amount: -450_000_000 },
            { account: tokenAccount('spend'), amount: 450_000_000 },
          ],
          lowestUtok: -1_000_000_000,
        }),
      );
    });
    expect(await balance(books.sql, userId)).toBe(-50);
    await run(userId, () => act.erasePerson({ erasureId, userId, asOf: after(400) }));
    expect(await balance(books.sql, userId)).toBe(0);
  });

  it('lets somebody who comes back begin anew: nothing older is theirs to see', async () => {
    const userId = await customer();
    await begin(userId);
    await erase(userId);
    const records = createRecords(books.db, { settings: SETTINGS, secrets: TEST_SECRETS });
    const reads = createReads(books.db, TEST_SECRETS);
    const arrive = (updateId: number, hours: number) =>
      records.arrive({
        updateId,
        person: {
          ...{ id: userId, username: 'anna2', firstName: 'Anna' },
          ...{ lastName: undefined, languageCode: 'en' },
        },
        asOf: new Date(after(hours)),
      });
    expect((await arrive(1, 500)).isNew).toBe(true);
    expect((await arrive(2, 501)).isNew).toBe(false);
    expect((await reads.history(userId, undefined)).rows).toEqual([]);
    expect(await reads.invoices(userId)).toEqual([]);
    expect(await reads.subscription(userId)).toBeUndefined();
    expect((await reads.wallet(userId, new Date(after(502)))).subscription).toBeUndefined();
    const exportId = randomUUID();
    await asWorkflow(`export:${exportId}`, async () => {
      await books.act.beginExport({ exportId, userId, isFarewell: false, asOf: after(503) });
      await books.act.makeExport({ exportId, asOf: after(503) });
    });
    const [row] = await books.sql`select archive from data_exports where state = 'ready'`;
    const files = unzipSync(row?.['archive'] as Buffer);
    const data = JSON.parse(Buffer.from(files['data.json'] ?? []).toString()) as Record<string, []>;
    expect([data['invoices'], data['payments'], data['transfers'], data['lots']]).toEqual([
      ...[[], [], [], []],
    ]);
  });
});

describe('a saved method', () => {
  async function method(userId: number, provider = 'mock'): Promise<string> {
    const id = randomUUID();
    const bytes = Buffer.from('card-token');
    const tokenEnc = await sealFor(books.db, TEST_SECRETS.dataKey, { userId, bytes });
    await books.sql`
      insert into payment_methods (id, user_id, provider, token_enc, label, state, first_charge_id)
      values (${id}, ${userId}, ${provider}, ${tokenEnc}, 'Visa', 'active', 'first-charge')`;
    return id;
  }

  it('is stopped at the provider with its token and its first charge, once', async () => {
    const userId = await books.newUser();
    const methodId = await method(userId);
    const asked: object[] = [];
    const done = (what: object) => {
      asked.push(what);
      return Promise.resolve({ kind: 'done' } as const);
    };
    const provider = fakeProvider({ cancelSubscription: done, revokeMethod: done });
    const act = books.activities({ providers: new Map([['mock', provider]]) });
    const stop = () => asWorkflow('erasure:1:1', () => act.stopMethod({ methodId, asOf: NOON }));
    expect([await stop(), await stop()]).toEqual([{ kind: 'done' }, { kind: 'done' }]);
    expect(asked).toEqual([{ userId, firstChargeId: 'first-charge' }, { token: 'card-token' }]);
    const [row] =
      await books.sql`select state, length(token_enc)::int as bytes from payment_methods`;
    expect(row).toEqual({ state: 'revoked', bytes: 0 });
    expect(await count(books.sql, 'audit_log')).toBeGreaterThan(0);
  });

  it('stays ours to stop while the provider says nothing, and is shown once', async () => {
    const userId = await books.newUser();
    const methodId = await method(userId);
    const silent = { kind: 'unknown', reason: 'timeout' } as const;
    const provider = fakeProvider({ revokeMethod: () => Promise.resolve(silent) });
    const act = books.activities({ providers: new Map([['mock', provider]]) });
    expect(await asWorkflow('erasure:1:1', () => act.stopMethod({ methodId, asOf: NOON }))).toEqual(
      silent,
    );
    const [row] = await books.sql`select state from payment_methods`;
    expect(row).toEqual({ state: 'active' });
    const silence = { erasureId: randomUUID(), userId, methodId, reason: 'timeout', asOf: NOON };
    for (let time = 0; time < 2; time += 1)
      await asWorkflow('erasure:1:1', () => act.showUnstopped(silence));
    expect(await count(books.sql, 'open_items')).toBe(1);
  });
});
