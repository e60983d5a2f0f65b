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

test('scheduleTariff refuses somebody else, and a subscription that is over', async () => {
  const owner = await subscribed();
  const cheaper = await versionOf(books.sql, 'access-30');
  const refused = { kind: 'refused', reason: 'not_live' };
  expect(await schedule(owner, cheaper, '42')).toEqual(refused);
  await books.sql`update subscriptions set state = 'ended' where id = ${owner.subscriptionId}`;
  expect(await schedule(owner, cheaper)).toEqual(refused);
});
