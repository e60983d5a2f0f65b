import { randomUUID } from 'node:crypto';
import { newPlan } from '../support/plans';
import { newPrice, tariffOf } from '../support/prices';
import {
  after,
  asWorkflow,
  atOnce,
  checkBooks,
  NOON,
  openBooks,
  type Books,
} from './support/books';
import { auditOf } from './support/orders';
import { cardSubscriber, testBank } from './support/renewals';
import { live, standing, subscribedByTopup, type Owner } from './support/subscriptions';

let books: Books;
let admin: number;

beforeAll(async () => {
  books = await openBooks();
  admin = await books.newUser();
  await books.sql`insert into roles (user_id, role, granted_by) values (${admin}, 'admin', 'test')`;
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

const WORDS = { textVersion: 'price-offer-1', textHash: 'a'.repeat(64) };
const END = '2026-04-10T13:00:00.000Z';

/** People who renew a plan of 100 tokens from the balance, and the version of it for 120. */
async function subscribers(count: number) {
  const old = await newPlan(books.sql, { slug: randomUUID(), period: [1, 'month'] });
  const owners: Owner[] = [];
  for (let n = 0; n < count; n += 1) owners.push(await subscribedByTopup(books, 50_000));
  const ids: string[] = owners.map(({ subscriptionId }) => subscriptionId);
  await books.sql`
    update subscriptions set tariff_version_id = ${old} where id in ${books.sql(ids)}`;
  return { old, owners, newer: await newPrice(books.sql, old, { feeTokens: 120 }) };
}

async function operate(params: Readonly<Record<string, unknown>>, operationId = randomUUID()) {
  return asWorkflow(`op:${operationId}`, () =>
    books.act.runOperation({
      ...{ operationId, action: 'offer_prices', params, operator: { userId: admin } },
      ...{ reason: 'servers cost more now', asOf: NOON },
    }),
  );
}

/** An operator's order to offer a version, with the id of the offers. */
async function begin(versionId: string) {
  const priceChangeId = randomUUID();
  const { outcome } = await operate({ priceChangeId, ...(await tariffOf(books.sql, versionId)) });
  return { priceChangeId, outcome };
}

const within = <T>(priceChangeId: string, work: () => Promise<T>) =>
  asWorkflow(`priceChange:${priceChangeId}`, work);
const offer = (priceChangeId: string) =>
  within(priceChangeId, () => books.act.offerPrices({ priceChangeId, asOf: NOON }));
const close = (priceChangeId: string, asOf = after(24 * 31)) =>
  within(priceChangeId, () => books.act.closePrices({ priceChangeId, asOf }));
const withdraw = (priceChangeId: string, operatorId = admin) =>
  within(priceChangeId, () =>
    books.act.withdrawPrices({
      ...{ priceChangeId, operatorId, reason: 'it was a mistake', asOf: after(1) },
    }),
  );

/** Offered to everybody; gives the id of the offers. */
async function offered(versionId: string): Promise<string> {
  const { priceChangeId } = await begin(versionId);
  await offer(priceChangeId);
  return priceChangeId;
}

async function offerOf({ subscriptionId }: Owner) {
  const [row] = await books.sql`
    select id, state, shown, tariff_version_id as version, consent_id as "consentId" from price_offers
    where subscription_id = ${subscriptionId}`;
  return row ?? {};
}

async function answer(owner: Owner, isYes: boolean, asOf = after(2)) {
  const { subscriptionId, userId } = owner;
  const { id, version } = await offerOf(owner);
  const actor = { kind: 'user', id: String(userId) } as const;
  return asWorkflow(`sub:${subscriptionId}`, () =>
    books.act.scheduleTariff({
      ...{ subscriptionId, actor, asOf, tariffVersionId: isYes ? String(version) : null },
      offer: { ...WORDS, offerId: String(id) },
    }),
  );
}

const consentsOf = ({ userId }: Owner) => books.sql`
  select text_version, text_hash, shown, withdrawn_at from consents
  where user_id = ${userId} and kind = 'price_change'`;

const messagesOf = async ({ userId }: Owner) =>
  books.sql`select key, params, state from outbox_messages where user_id = ${userId} and template = 'price.offer'`;

test('offerPrices offers the newer version to each subscriber once, with both prices, the date and the term', async () => {
  const { owners, newer, old } = await subscribers(2);
  const { priceChangeId, outcome } = await begin(newer);
  expect(outcome).toMatchObject({ kind: 'done', result: { total: 2 } });
  const [progress] = await atOnce(3, () => offer(priceChangeId));
  expect(progress).toEqual({ state: 'offered', total: 2, offered: 2, closesAt: after(24 * 30) });
  const [owner] = owners;
  const messages = await messagesOf(owner!);
  expect(messages).toHaveLength(1);
  expect(messages[0]?.['params']).toMatchObject({
    ...{ oldFeeUtok: 100_000_000, newFeeUtok: 120_000_000, oldUnit: 'month', newUnit: 'month' },
    ...{ from: END, until: after(24 * 30) },
  });
  expect(await standing(books, owner!)).toMatchObject({ nextVersionId: null });
  // Asked again, only those are touched who were never asked.
  expect((await begin(newer)).outcome).toEqual({ kind: 'refused', reason: 'nobody_to_offer' });
  expect((await begin(old)).outcome).toEqual({ kind: 'refused', reason: 'newer_version' });
});

test('thousands are walked page by page', async () => {
  const { owners, newer } = await subscribers(1);
  const [owner] = owners;
  await books.sql`
    insert into users (id, time_zone) select n, 'UTC' from generate_series(500001, 500150) n`;
  await books.sql`
    insert into subscriptions (id, user_id, product_code, tariff_version_id, state, driver, anchor_local, anchor_day,
      billing_zone, period_n, period_start, period_end, access, auto_renew)
    select gen_random_uuid(), n, product_code, tariff_version_id, state, driver, anchor_local, anchor_day, billing_zone,
      period_n, period_start, period_end, access, auto_renew
    from subscriptions, generate_series(500001, 500150) n where id = ${owner!.subscriptionId}`;
  const { priceChangeId } = await begin(newer);
  expect(await offer(priceChangeId)).toMatchObject({ state: 'running', total: 151, offered: 100 });
  expect((await begin(newer)).outcome).toEqual({ kind: 'refused', reason: 'offer_running' });
  expect(await offer(priceChangeId)).toMatchObject({ state: 'offered', offered: 151 });
  const [row] = await books.sql`
    select count(distinct subscription_id)::int as n from price_offers where price_change_id = ${priceChangeId}`;
  expect(row?.['n']).toBe(151);
  await books.sql`delete from price_offers where user_id > 500000`;
  await books.sql`delete from subscriptions where user_id > 500000`;
});

test('nobody is asked whose plan ends, whom Telegram renews, or who has another plan before them', async () => {
  const { owners, newer } = await subscribers(5);
  const [asked, ends, telegram, nobody, changes] = owners;
  const set = (owner: Owner | undefined, change: Record<string, unknown>) =>
    books.sql`update subscriptions set ${books.sql(change)} where id = ${owner!.subscriptionId}`;
  await set(ends, { cancel_at_end: true });
  await set(telegram, { driver: 'stars' });
  await set(nobody, { driver: 'none', auto_renew: false });
  await set(changes, {
    next_tariff_version_id: await newPlan(books.sql, { slug: randomUUID(), period: [1, 'day'] }),
  });
  const { outcome, priceChangeId } = await begin(newer);
  expect(outcome).toMatchObject({ result: { total: 1 } });
  expect(await offer(priceChangeId)).toMatchObject({ offered: 1 });
  expect(await offerOf(asked!)).toMatchObject({ state: 'open' });
});

test('a yes is a consent with both prices, and the next period costs the new one', async () => {
  const { owners, newer } = await subscribers(1);
  const [owner] = owners;
  await offered(newer);
  const answers = await atOnce(3, () => answer(owner!, true));
  expect(answers).toEqual(answers.map(() => ({ kind: 'scheduled', from: END })));
  expect(await offerOf(owner!)).toMatchObject({ state: 'accepted' });
  const given = await consentsOf(owner!);
  expect(given).toHaveLength(1);
  expect(given[0]).toMatchObject({
    ...{ text_version: WORDS.textVersion, text_hash: WORDS.textHash, withdrawn_at: null },
    shown: {
      was: { price: { kind: 'tokens', feeUtok: 100_000_000 } },
      becomes: { price: { kind: 'tokens', feeUtok: 120_000_000 } },
    },
  });
  await live(books, owner!, END);
  const [fee] = await books.sql`
    select abs(e.amount)::float8 as fee from transfers t join entries e on e.transfer_id = t.id
    where t.subscription_id = ${owner!.subscriptionId} and t.period_n = 1 and t.kind = 'subscription_fee' limit 1`;
  expect(fee?.['fee']).toBe(120_000_000);
  // It has begun: nothing is left to be answered.
  expect(await answer(owner!, false, END)).toEqual({ kind: 'refused', reason: 'offer_over' });
});

test('a no and a silence keep the old price; a no takes a yes back while the old price runs', async () => {
  const { owners, newer } = await subscribers(2);
  const [owner, silent] = owners;
  const priceChangeId = await offered(newer);
  await answer(owner!, true);
  await atOnce(2, () => answer(owner!, false, after(3)));
  expect(await offerOf(owner!)).toMatchObject({ state: 'kept', consentId: null });
  expect(await consentsOf(owner!)).toMatchObject([{ withdrawn_at: new Date(after(3)) }]);
  for (const one of [owner, silent]) {
    expect(await standing(books, one!)).toMatchObject({ nextVersionId: null });
  }
  const [counted] = await atOnce(2, () => close(priceChangeId));
  expect(counted).toEqual({ state: 'over', offered: 2, accepted: 0, kept: 1 });
  expect(await offerOf(silent!)).toMatchObject({ state: 'lapsed' });
  expect(await answer(silent!, true, after(24 * 31))).toEqual({
    kind: 'refused',
    reason: 'offer_over',
  });
  const told = await books.sql`
    select params from outbox_messages where user_id = ${admin} and key = ${`${admin}:price.over:${priceChangeId}`}`;
  expect(told).toMatchObject([{ params: { offered: 2, accepted: 0, kept: 1 } }]);
  expect(await auditOf(books, priceChangeId)).toEqual(['price.offered', 'price.offers_over']);
});

test('an answer after the term, about another plan or of somebody else changes nothing', async () => {
  const { owners, newer } = await subscribers(2);
  const [owner, other] = owners;
  await offered(newer);
  const over = { kind: 'refused', reason: 'offer_over' };
  expect(await answer(owner!, true, after(24 * 30))).toEqual(over);
  const { id, version } = await offerOf(other!);
  const foreign = () =>
    books.act.scheduleTariff({
      ...{
        subscriptionId: owner!.subscriptionId,
        tariffVersionId: String(version),
        asOf: after(1),
      },
      actor: { kind: 'user', id: String(owner!.userId) },
      offer: { ...WORDS, offerId: String(id) },
    });
  expect(await asWorkflow(`sub:${owner!.subscriptionId}`, foreign)).toEqual(over);
  const plan = await newPlan(books.sql, { slug: randomUUID(), period: [1, 'day'] });
  await books.sql`
    update subscriptions set tariff_version_id = ${plan} where id = ${owner!.subscriptionId}`;
  expect(await answer(owner!, true)).toEqual(over);
  expect(await standing(books, owner!)).toMatchObject({ nextVersionId: null });
});

test('when somebody else pays by then, the figures are shown anew before anything is agreed', async () => {
  const bank = testBank();
  const act = books.activities({ providers: new Map([['mock', bank.provider]]) });
  const card = await cardSubscriber(books, act);
  const [row] = await books.sql`
    select tariff_version_id as version from subscriptions where id = ${card.subscriptionId}`;
  const newer = await newPrice(books.sql, String(row?.['version']), { roubles: 249 });
  await offered(newer);
  const money = { kind: 'money', amountMinor: 24_900, currency: 'RUB', exponent: 2 };
  expect(await offerOf(card)).toMatchObject({ shown: { becomes: { price: money } } });
  await books.sql`
    update subscriptions set driver = 'wallet', method_id = null where id = ${card.subscriptionId}`;
  expect(await answer(card, true)).toEqual({ kind: 'refused', reason: 'offer_changed' });
  expect(await consentsOf(card)).toEqual([]);
  expect(await offerOf(card)).toMatchObject({
    ...{ state: 'open', shown: { becomes: { price: { kind: 'tokens', feeUtok: 249_000_000 } } } },
  });
  expect(await answer(card, true)).toMatchObject({ kind: 'scheduled' });
});

test('withdrawPrices takes back what was not agreed to, and messages that did not leave', async () => {
  const { owners, newer } = await subscribers(2);
  const [agreed, waiting] = owners;
  const priceChangeId = await offered(newer);
  await answer(agreed!, true);
  const stranger = await books.newUser();
  expect(await withdraw(priceChangeId, stranger)).toEqual({ kind: 'refused', reason: 'no_role' });
  const outcomes = await atOnce(2, () => withdraw(priceChangeId));
  expect(outcomes).toEqual([{ kind: 'withdrawn' }, { kind: 'withdrawn' }]);
  expect(await offerOf(agreed!)).toMatchObject({ state: 'accepted' });
  expect(await standing(books, agreed!)).toMatchObject({ nextVersionId: newer });
  expect(await offerOf(waiting!)).toMatchObject({ state: 'withdrawn' });
  expect(await messagesOf(waiting!)).toMatchObject([{ state: 'dropped' }]);
  expect(await answer(waiting!, true)).toEqual({ kind: 'refused', reason: 'offer_over' });
  expect(await close(priceChangeId)).toMatchObject({ state: 'withdrawn', accepted: 1 });
  expect(await withdraw(randomUUID())).toEqual({ kind: 'refused', reason: 'unknown' });
});

test('a still newer version replaces offers that wait for an answer', async () => {
  const { owners, newer } = await subscribers(1);
  const [owner] = owners;
  await offered(newer);
  const newest = await newPrice(books.sql, newer, { feeTokens: 90 });
  const second = await offered(newest);
  const rows = await books.sql`
    select state from price_offers where subscription_id = ${owner!.subscriptionId} order by recorded_at`;
  expect(rows.map(({ state }) => String(state))).toEqual(['replaced', 'open']);
  expect(await withdraw(second)).toEqual({ kind: 'withdrawn' });
});
