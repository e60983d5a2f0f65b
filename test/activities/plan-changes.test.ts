import { v7 } from 'uuid';
import {
  asWorkflow,
  atOnce,
  checkBooks,
  NOON,
  openBooks,
  versionOf,
  type Books,
} from './support/books';
import { auditOf, pending } from './support/orders';
import { paidFact, post, rub } from './support/payments';

let books: Books;

beforeAll(async () => {
  books = await openBooks();
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

async function subscribed() {
  const order = await pending(books, { slug: 'premium' });
  const outcome = await post(books, paidFact(order, { amount: rub(49_900) }));
  if (outcome.kind !== 'fulfilled' || !outcome.subscription) throw new Error('no period began');
  return { ...order, ...outcome.subscription };
}

function schedule(
  owner: { subscriptionId: string; userId: number },
  tariffVersionId: string | null,
  actorId = String(owner.userId),
) {
  const { subscriptionId } = owner;
  const actor = { kind: 'user', id: actorId } as const;
  return asWorkflow(`sub:${subscriptionId}`, () =>
    books.act.scheduleTariff({ subscriptionId, tariffVersionId, actor, asOf: NOON }),
  );
}

async function nextPlan(subscriptionId: string): Promise<unknown> {
  const [row] =
    await books.sql`select next_tariff_version_id as next from subscriptions where id = ${subscriptionId}`;
  return row?.['next'];
}

test('scheduleTariff notes the plan that begins at the end, and takes it back', async () => {
  const owner = await subscribed();
  const cheaper = await versionOf(books.sql, 'access-30');
  expect(await schedule(owner, cheaper)).toMatchObject({ kind: 'scheduled' });
  expect(await nextPlan(owner.subscriptionId)).toBe(cheaper);
  expect(await schedule(owner, null)).toEqual({ kind: 'withdrawn' });
  expect(await nextPlan(owner.subscriptionId)).toBeNull();
});

test('scheduleTariff does it once, whoever repeats it', async () => {
  const owner = await subscribed();
  const cheaper = await versionOf(books.sql, 'access-30');
  const answers = await atOnce(4, () => schedule(owner, cheaper));
  expect(new Set(answers.map(({ kind }) => kind))).toEqual(new Set(['scheduled']));
  const edits = (await auditOf(books, owner.subscriptionId)).filter(
    (action) => action === 'subscription.edited',
  );
  expect(edits).toHaveLength(1);
});

test.each([
  ['the plan that runs', 'premium', 'same_plan'],
  ['a pack of tokens', 'basic', 'not_sold'],
  ['a trial', 'trial-30-7', 'not_sold'],
])('scheduleTariff refuses %s', async (_name, slug, reason) => {
  const owner = await subscribed();
  const version = await versionOf(books.sql, slug);
  expect(await schedule(owner, version)).toEqual({ kind: 'refused', reason });
  expect(await nextPlan(owner.subscriptionId)).toBeNull();
});

test.each([
  ['wallet', 'mixed', 'driver_cannot_pay'],
  ['wallet', 'subscription', undefined],
  ['saved_method', 'mixed', undefined],
  ['saved_method', 'dollars', 'driver_cannot_pay'],
  ['stars', 'subscription', 'driver_cannot_pay'],
  ['none', 'dollars', undefined],
] as const)('a plan that %s renews begins at the end as %s: %s', async (driver, kind, reason) => {
  const owner = await subscribed();
  await books.sql`
    update subscriptions set driver = ${driver}, auto_renew = ${driver !== 'none'} where id = ${owner.subscriptionId}`;
  const version = await onSale(kind);
  const outcome = await schedule(owner, version);
  if (reason === undefined) expect(outcome).toMatchObject({ kind: 'scheduled' });
  else expect(outcome).toEqual({ kind: 'refused', reason });
  expect(await nextPlan(owner.subscriptionId)).toBe(reason === undefined ? version : null);
});

test('Telegram goes on with a plan of thirty days at the same price in Stars alone', async () => {
  const owner = await subscribed();
  const [same, dearer] = [await onSale('stars', 100), await onSale('stars', 150)];
  await books.sql`
    update subscriptions set driver = 'stars', tariff_version_id = ${await onSale('stars', 100)}
    where id = ${owner.subscriptionId}`;
  expect(await schedule(owner, same)).toMatchObject({ kind: 'scheduled' });
  expect(await schedule(owner, dearer)).toMatchObject({ reason: 'driver_cannot_pay' });
});

test('a newer version of the plan that runs can begin at the end, an older one never', async () => {
  const owner = await subscribed();
  const running = await onSale('mixed');
  await books.sql`
    update subscriptions set tariff_version_id = ${running} where id = ${owner.subscriptionId}`;
  const newer = await nextVersion(running);
  expect(await schedule(owner, newer)).toMatchObject({ kind: 'scheduled' });
  await books.sql`
    update subscriptions set tariff_version_id = ${newer}, next_tariff_version_id = null
    where id = ${owner.subscriptionId}`;
  expect(await schedule(owner, running)).toEqual({ kind: 'refused', reason: 'not_sold' });
});

/** A renewable plan of thirty days with one price; the amount is in minor units. */
async function onSale(kind: 'mixed' | 'subscription' | 'dollars' | 'stars', minor = 9_900) {
  const [tariffId, versionId] = [v7(), v7()];
  const currency = { mixed: 'RUB', subscription: 'RUB', dollars: 'USD', stars: 'XTR' }[kind];
  const name = JSON.stringify({ ru: kind, en: kind });
  await books.sql`
    insert into tariffs (id, slug, kind, sort_order)
    values (${tariffId}, ${tariffId}, ${kind === 'subscription' ? kind : 'mixed'}, 50)`;
  await books.sql`
    insert into tariff_versions (id, tariff_id, version, name_i18n, description_i18n, tokens_utok, period_unit,
      period_count, renewable, valid_from)
    values (${versionId}, ${tariffId}, 1, ${name}::jsonb, ${name}::jsonb, ${kind === 'subscription' ? 0 : 1_000_000},
      'day', 30, true, '2025-01-01')`;
  await books.sql`
    insert into tariff_prices (tariff_version_id, currency, exponent, amount_minor)
    values (${versionId}, ${currency}, ${currency === 'XTR' ? 0 : 2}, ${minor})`;
  return versionId;
}

async function nextVersion(versionId: string): Promise<string> {
  const id = v7();
  await books.sql`
    insert into tariff_versions (id, tariff_id, version, name_i18n, description_i18n, tokens_utok, period_unit,
      period_count, renewable, valid_from)
    select ${id}, tariff_id, version + 1, name_i18n, description_i18n, tokens_utok, period_unit, period_count,
      renewable, valid_from
    from tariff_versions where id = ${versionId}`;
  return id;
}

test('scheduleTariff refuses somebody else, and a subscription that is over', async () => {
  const owner = await subscribed();
  const cheaper = await versionOf(books.sql, 'access-30');
  const refused = { kind: 'refused', reason: 'not_live' };
  expect(await schedule(owner, cheaper, '42')).toEqual(refused);
  await books.sql`update subscriptions set state = 'ended' where id = ${owner.subscriptionId}`;
  expect(await schedule(owner, cheaper)).toEqual(refused);
});
