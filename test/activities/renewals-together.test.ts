import fc from 'fast-check';
import { newPlan } from '../support/plans';
import {
  asWorkflow,
  atOnce,
  checkBooks,
  NOON,
  openBooks,
  SETTINGS,
  type Activities,
  type Books,
} from './support/books';
import { rowsOf } from './support/renewal-rows';
import {
  courseAt,
  feesOf,
  periodsOf,
  subscribed,
  subscriptionRow,
  takeStep,
  topUp,
  triesOf,
  type Subscriber,
} from './support/subscription-life';
import { grant, spend, transfer } from './support/transfers';

let books: Books;

beforeAll(async () => {
  books = await openBooks();
  await newPlan(books.sql, {
    slug: 'giving',
    period: [1, 'month'],
    feeTokens: 70,
    grantTokens: 15,
  });
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

const END = '2026-04-10T12:00:00.000Z';
const LATER = '2026-04-10T12:00:07.000Z';
const renewalOf = ({ subscriptionId }: Subscriber, asOf = LATER) => ({
  ...{ subscriptionId, name: 'renew:0', asOf },
});

/** Somebody whose month is over, with so many tokens left; reminders would come first. */
async function somebody(tokensLeft = 150, slug = 'topup-main'): Promise<Subscriber> {
  const fee = slug === 'giving' ? 70 : 100;
  const who = await subscribed(books, { slug, amountMinor: (fee + tokensLeft) * 100 });
  await books.sql`update subscriptions set is_muted = true where id = ${who.subscriptionId}`;
  return who;
}

const several = (count: number) => atOnce(count, () => somebody());

const renewAll = (people: readonly Subscriber[], act: Activities = books.act) =>
  Promise.all(people.map((who) => takeStep(books, renewalOf(who), act)));

/** In how many transactions the second periods of people were begun. */
async function transactionsOf(people: readonly Subscriber[]): Promise<number> {
  const ids = people.map(({ subscriptionId }) => subscriptionId);
  const [row] = await books.sql`
    select count(distinct xmin::text)::int as transactions from subscription_periods
    where n = 1 and subscription_id in ${books.sql(ids)}`;
  return Number(row?.['transactions']);
}

interface Recipe {
  readonly slug: 'topup-main' | 'giving';
  readonly tokensLeft: number;
  /** Tokens in lots of their own that end before, at and after the end of the month. */
  readonly lots: readonly { readonly tokens: number; readonly endsAt: string }[];
  /** The first try found nothing, and then money came. */
  readonly isUnpaid: boolean;
  readonly locale: 'ru' | 'en';
  readonly zone: string;
  readonly hasNextPlan: boolean;
}

const recipe: fc.Arbitrary<Recipe> = fc.record({
  slug: fc.constantFrom('topup-main', 'giving'),
  tokensLeft: fc.integer({ min: 200, max: 260 }),
  lots: fc.array(
    fc.record({
      tokens: fc.integer({ min: 1, max: 40 }),
      endsAt: fc.constantFrom('2026-04-01T00:00:00.000Z', LATER, '2026-05-01T00:00:00.000Z'),
    }),
    { maxLength: 3 },
  ),
  isUnpaid: fc.boolean(),
  locale: fc.constantFrom('ru', 'en'),
  zone: fc.constantFrom('UTC', 'Asia/Tokyo'),
  hasNextPlan: fc.boolean(),
});

async function cook({ slug, tokensLeft, lots, ...wish }: Recipe): Promise<Subscriber> {
  const who = await somebody(tokensLeft, slug);
  const { userId, subscriptionId } = who;
  const { locale, zone } = wish;
  await books.sql`
    update users set locale = ${locale}, time_zone = ${zone}, quiet_from = '20:00', quiet_to = '22:30'
    where id = ${userId}`;
  if (wish.hasNextPlan) {
    await books.sql`
      update subscriptions set next_tariff_version_id = (select v.id from tariff_versions v
        join tariffs t on t.id = v.tariff_id where t.slug = 'giving') where id = ${subscriptionId}`;
  }
  for (const { tokens, endsAt } of wish.isUnpaid ? [] : lots) {
    await transfer(books, grant(userId, tokens, { expiresAt: new Date(endsAt) }));
  }
  if (wish.isUnpaid) {
    await transfer(books, spend(userId, tokensLeft));
    await takeStep(books, renewalOf(who, END));
    await topUp(books, userId, { tokens: tokensLeft, asOf: END });
  }
  return who;
}

/** Keys of what tests post count up with them. */
const alike = (rows: unknown) =>
  JSON.parse(JSON.stringify(rows).replace(/((grant|spend):|mock:p|"receiptNo":)\d+/g, '$11'));

test('renewals taken together leave what they leave one by one, to the last row', async () => {
  const recipes = fc.sample(recipe, { numRuns: 14, seed: 20_260_410 });
  const together = [];
  const apart = [];
  for (const one of recipes) together.push(await cook(one));
  for (const one of recipes) apart.push(await cook(one));
  const due = (who: Subscriber, { isUnpaid }: Recipe) => ({
    ...renewalOf(who),
    name: isUnpaid ? 'renew:funds' : 'renew:0',
  });
  const taken = await Promise.all(together.map((who, n) => takeStep(books, due(who, recipes[n]!))));
  for (const [n, who] of apart.entries()) {
    expect(await takeStep(books, due(who, recipes[n]!))).toMatchObject({ kind: 'done' });
  }
  expect(await transactionsOf(together)).toBe(1);
  expect(await transactionsOf(apart)).toBe(recipes.length);
  for (const [n, who] of together.entries()) {
    expect(taken[n]).toEqual({
      kind: 'done',
      course: await courseAt(books, { subscriptionId: who.subscriptionId, asOf: LATER }),
    });
    expect(alike(await rowsOf(books, who))).toEqual(alike(await rowsOf(books, apart[n]!)));
  }
});

test('what cannot be renewed together is done alone, and keeps nobody back', async () => {
  const rich = await several(3);
  const [poor, blocked, cancelled, moved, twice] = [...(await several(5))] as Subscriber[];
  await transfer(books, spend(poor!.userId, 140));
  await books.sql`update users set is_blocked = true where id = ${blocked!.userId}`;
  await books.sql`update subscriptions set cancel_at_end = true where id = ${cancelled!.subscriptionId}`;
  await takeStep(books, renewalOf(moved!));
  const nobody = { userId: 1, subscriptionId: '0195f000-0000-7000-8000-0000000000ff' };
  const people = [rich[0]!, poor!, blocked!, rich[1]!, cancelled!, moved!, nobody, twice!, twice!];
  const taken = await renewAll([...people, rich[2]!]);
  expect(taken.map(({ kind }) => kind)).toEqual([
    ...['done', 'done', 'done', 'done', 'moved', 'moved', 'moved', 'done', 'moved', 'done'],
  ]);
  expect(await transactionsOf([...rich, twice!])).toBe(1);
  expect(await triesOf(books, poor!.subscriptionId)).toEqual(['p1:renew:a0 failed_soft']);
  for (const one of [poor!, blocked!]) {
    expect(await subscriptionRow(books, one.subscriptionId)).toMatchObject({
      ...{ state: 'past_due', periodN: 0 },
    });
  }
  for (const one of [...rich, moved!, twice!]) {
    expect(await feesOf(books, one.subscriptionId)).toEqual(['p0 × 1', 'p1 × 1']);
  }
});

test('periods that passed whole while nobody worked stay free for whoever is due beside them', async () => {
  const [late, punctual] = [await somebody(300), await somebody()];
  await books.sql`
    update subscriptions set period_end = period_end - interval '3 months', period_start = period_start - interval '3 months',
      anchor_local = anchor_local - interval '3 months' where id = ${late.subscriptionId}`;
  await books.sql`
    update subscription_periods set starts_at = starts_at - interval '3 months', ends_at = ends_at - interval '3 months'
    where subscription_id = ${late.subscriptionId}`;
  await renewAll([late, punctual]);
  expect(await feesOf(books, late.subscriptionId)).toEqual(['p0 × 1']);
  const periods = await periodsOf(books, late.subscriptionId);
  expect(periods.slice(1).map((period) => period.split(' ')[3])).toEqual([
    'operator',
    'operator',
    'operator',
  ]);
  expect(await feesOf(books, punctual.subscriptionId)).toEqual(['p0 × 1', 'p1 × 1']);
});

test('two workers that are due the same renewals take each fee once and do not wait for each other', async () => {
  const people = await several(12);
  const workers = [books.activities(), books.activities()];
  const answers = await Promise.all(
    workers.map((act, n) => renewAll(n === 0 ? people : [...people].reverse(), act)),
  );
  const kinds = answers.flat().map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === 'done')).toHaveLength(people.length);
  for (const { subscriptionId } of people) {
    expect(await feesOf(books, subscriptionId)).toEqual(['p0 × 1', 'p1 × 1']);
  }
});

test('a renewal that fails takes no neighbour with it: they are done one by one', async () => {
  const people = await several(4);
  const broken = people[1]!;
  await books.sql.unsafe(`
    create function refuse_one() returns trigger language plpgsql as $$
    begin raise exception 'this one is refused'; end $$;
    create trigger refuse_one before insert on subscription_periods for each row
    when (new.subscription_id = '${broken.subscriptionId}') execute function refuse_one()`);
  const warned: unknown[] = [];
  const log = {
    info: () => undefined,
    error: () => undefined,
    warn: (it: unknown) => warned.push(it),
  };
  try {
    const act = books.activities({ log });
    const taken = await Promise.allSettled(
      people.map((who) => takeStep(books, renewalOf(who), act)),
    );
    expect(taken.map(({ status }) => status)).toEqual([
      ...['fulfilled', 'rejected', 'fulfilled', 'fulfilled'],
    ]);
  } finally {
    await books.sql.unsafe(
      'drop trigger refuse_one on subscription_periods; drop function refuse_one()',
    );
  }
  expect(warned).toMatchObject([{ steps: people.length }]);
  expect(await transactionsOf(people)).toBe(3);
  expect(await subscriptionRow(books, broken.subscriptionId)).toMatchObject({ periodN: 0 });
  expect(await triesOf(books, broken.subscriptionId)).toEqual([]);
});

test('each renewal of a batch is signed by its own workflow, and lapsed tokens are too', async () => {
  const people = await several(2);
  for (const { userId } of people) {
    await transfer(books, grant(userId, 5, { expiresAt: new Date(END) }));
  }
  await renewAll(people);
  expect(await transactionsOf(people)).toBe(1);
  const rows = await books.sql`
    select action, workflow_id as by, actor_id as actor from audit_log
    where action in ('subscription.renewed', 'tokens.expired')
      and workflow_id in ${books.sql(people.map(({ subscriptionId }) => `sub:${subscriptionId}`))}
    order by action, workflow_id`;
  const ids = people.map(({ subscriptionId }) => `sub:${subscriptionId}`).sort();
  expect([...rows]).toEqual(
    ['subscription.renewed', 'tokens.expired'].flatMap((action) =>
      ids.map((by) => ({ action, by, actor: by })),
    ),
  );
});

test('people live by clocks of their own in one batch', async () => {
  const [today, inMay] = [await somebody(), await somebody(400)];
  await takeStep(books, renewalOf(inMay));
  const may = { ...renewalOf(inMay), asOf: '2026-05-10T12:00:05.000Z' };
  const taken = await Promise.all([renewalOf(today), may].map((due) => takeStep(books, due)));
  expect(taken.map(({ course }) => course?.periodEnd)).toEqual([
    ...['2026-05-10T12:00:00.000Z', '2026-06-10T12:00:00.000Z'],
  ]);
});

test('a batch that is asked for again changes nothing', async () => {
  const people = await several(3);
  await renewAll(people);
  const before = await Promise.all(people.map((who) => rowsOf(books, who)));
  const again = await renewAll(people);
  expect(again).toEqual(people.map(() => ({ kind: 'moved' })));
  expect(await Promise.all(people.map((who) => rowsOf(books, who)))).toEqual(before);
});

test('a lost connection at any statement of a batch leaves all of it or nothing', async () => {
  const people = await several(2);
  const { failingAt } = await import('./support/failing-database');
  for (let n = 1; ; n += 1) {
    const act = books.activities({ db: failingAt(books.db, n), settings: SETTINGS });
    const taken = await Promise.allSettled(
      people.map((who) => takeStep(books, renewalOf(who), act)),
    );
    if (taken.every(({ status }) => status === 'fulfilled')) break;
    expect(await transactionsOf(people)).toBe(0);
    expect(n).toBeLessThan(60);
  }
  expect(await transactionsOf(people)).toBe(1);
  const course = await asWorkflow('sub:x', () =>
    books.act.loadCourse({ subscriptionId: people[0]!.subscriptionId, asOf: NOON }),
  );
  expect(course).toMatchObject({ periodN: 1 });
});
