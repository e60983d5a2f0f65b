import { revokePeriod } from '../../activities/billing/returning/revocation';
import { inTransaction } from '../../activities/transactions';
import {
  after,
  asWorkflow,
  atOnce,
  balance,
  checkBooks,
  fakeProvider,
  NOON,
  openBooks,
} from './support/books';
import type { Books } from './support/books';
import { auditOf } from './support/orders';
import {
  ask,
  live,
  standing,
  subscribedByPlan,
  subscribedByTopup,
  type Owner,
} from './support/subscriptions';
import { grant, spend, transfer } from './support/transfers';

let books: Books;

beforeAll(async () => {
  const charging = fakeProvider({ chargeSaved: () => Promise.reject(new Error('not here')) });
  const opened = await openBooks();
  books = { ...opened, act: opened.activities({ providers: new Map([['mock', charging]]) }) };
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

const END = '2026-04-10T13:00:00.000Z';
const endPlus = (days: number) => new Date(Date.parse(END) + days * 86_400_000).toISOString();
const OPERATOR = { kind: 'operator', id: '7' } as const;
const REASON = 'the bank was closed for three days';

async function card(userId: number, change: { provider?: string; state?: string } = {}) {
  const { provider = 'mock', state = 'active' } = change;
  const id = crypto.randomUUID();
  await books.sql`
    insert into payment_methods (id, user_id, provider, token_enc, label, state)
    values (${id}, ${userId}, ${provider}, ''::bytea, 'Visa •• 4242', ${state})`;
  return id;
}

async function agreed(userId: number, kind = 'autopay') {
  const id = crypto.randomUUID();
  await books.sql`
    insert into consents (id, user_id, kind, text_version, text_hash, given_at)
    values (${id}, ${userId}, ${kind}, '1', 'hash', ${NOON})`;
  return id;
}

/** Unpaid for two days, with an empty wallet. */
async function unpaid(): Promise<Owner> {
  const owner = await subscribedByTopup(books);
  await transfer(books, spend(owner.userId, 100));
  await live(books, owner, endPlus(2));
  return owner;
}

test('a saved method renews with its owner’s consent, and the wallet again after it', async () => {
  const owner = await subscribedByPlan(books);
  const methodId = await card(owner.userId);
  const consentId = await agreed(owner.userId);
  const wish = { kind: 'setDriver', driver: 'saved_method', methodId, consentId } as const;
  const answers = await atOnce(3, () => ask(books, owner, { ...wish, asOf: NOON }));
  for (const answer of answers) expect(answer).toMatchObject({ effect: 'saved_method' });
  expect(await standing(books, owner)).toMatchObject({
    ...{ driver: 'saved_method', autoRenew: true, methodId, consentId },
  });
  const sets = (await auditOf(books, owner.subscriptionId)).filter(
    (action) => action === 'subscription.driver_set',
  );
  expect(sets).toHaveLength(1);
  const wallet = { kind: 'setDriver', driver: 'wallet', asOf: NOON } as const;
  expect(await ask(books, owner, wallet)).toMatchObject({ effect: 'wallet' });
  expect(await standing(books, owner)).toMatchObject({ methodId: null, consentId: null });
});

test('a saved method needs to be theirs, to stand, and a word that stands', async () => {
  const owner = await subscribedByPlan(books);
  const stranger = await books.newUser();
  const own = await card(owner.userId);
  const consent = await agreed(owner.userId);
  const withdrawn = await agreed(owner.userId);
  await books.sql`update consents set withdrawn_at = ${NOON} where id = ${withdrawn}`;
  const wishes: [string, string | undefined, string | undefined][] = [
    ['no_method', undefined, consent],
    ['no_method', await card(stranger), consent],
    ['no_method', await card(owner.userId, { state: 'revoked' }), consent],
    ['no_method', await card(owner.userId, { provider: 'robokassa' }), consent],
    ['no_consent', own, undefined],
    ['no_consent', own, await agreed(stranger)],
    ['no_consent', own, await agreed(owner.userId, 'auto_topup')],
    ['no_consent', own, withdrawn],
  ];
  for (const [reason, methodId, consentId] of wishes) {
    const named = { ...(methodId ? { methodId } : {}), ...(consentId ? { consentId } : {}) };
    const wish = { kind: 'setDriver', driver: 'saved_method', asOf: NOON, ...named } as const;
    expect(await ask(books, owner, wish)).toEqual({ kind: 'refused', reason });
  }
  expect(await standing(books, owner)).toMatchObject({ driver: 'none', autoRenew: false });
});

test('a driver that cannot pay the plan is refused, and nobody changes to Stars', async () => {
  const owner = await subscribedByTopup(books);
  const named = { methodId: await card(owner.userId), consentId: await agreed(owner.userId) };
  for (const driver of ['saved_method', 'stars'] as const) {
    const wish = { kind: 'setDriver', driver, asOf: NOON, ...named } as const;
    expect(await ask(books, owner, wish)).toEqual({ kind: 'refused', reason: 'not_renewable' });
  }
});

test('nobody renewing it lets it end with what is paid, and choosing somebody takes a cancel back', async () => {
  const owner = await subscribedByTopup(books);
  const choose = (driver: 'none' | 'wallet', asOf: string) =>
    ask(books, owner, { kind: 'setDriver', driver, asOf });
  expect(await choose('none', NOON)).toMatchObject({ effect: 'none', at: END });
  expect(await standing(books, owner)).toMatchObject({ driver: 'none', autoRenew: false });
  await ask(books, owner, { kind: 'cancel', asOf: NOON });
  expect(await choose('wallet', after(24))).toMatchObject({ effect: 'wallet' });
  expect(await standing(books, owner)).toMatchObject({ state: 'active', autoRenew: true });
  expect((await live(books, owner, END)).at(-1)).toBe('renew:0');
});

test('a new card for unpaid time is tried at once', async () => {
  const owner = await subscribedByPlan(books);
  await ask(books, owner, { kind: 'setDriver', driver: 'wallet', asOf: NOON });
  await live(books, owner, endPlus(0.9));
  const { periodEnd, state } = await standing(books, owner);
  expect(state).toBe('past_due');
  const named = { methodId: await card(owner.userId), consentId: await agreed(owner.userId) };
  const asOf = new Date(Date.parse(String(periodEnd)) + 86_000_000).toISOString();
  await ask(books, owner, { kind: 'setDriver', driver: 'saved_method', asOf, ...named });
  expect(await standing(books, owner)).toMatchObject({ retryAt: asOf });
});

test('while a charge is in flight who renews stays, and so does the timeline', async () => {
  const owner = await unpaid();
  await books.sql`
    insert into attempts (id, key, user_id, purpose, subscription_id, period_n, driver, state, as_of)
    values (${crypto.randomUUID()}, ${owner.subscriptionId}, ${owner.userId}, 'renewal',
      ${owner.subscriptionId}, 1, 'saved_method', 'unknown', ${endPlus(2)})`;
  const confirming = { kind: 'refused', reason: 'confirming' };
  const asOf = endPlus(2);
  const repair = { asOf, actor: OPERATOR, reason: REASON };
  for (const wish of [
    { kind: 'setDriver', driver: 'none', asOf },
    { kind: 'renewNow', asOf },
    { kind: 'negotiate', at: endPlus(4), asOf },
    { kind: 'pause', days: 3, from: 'now', asOf },
    { kind: 'editTimeline', days: 9, ...repair },
    { kind: 'skipPeriod', ...repair },
    { kind: 'forceExpire', ...repair },
  ] as const) {
    expect(await ask(books, owner, wish)).toEqual(confirming);
  }
});

test('an owner tries at once, or at an instant before the last day of dunning, which stays', async () => {
  const owner = await unpaid();
  const negotiate = (at: string) => ask(books, owner, { kind: 'negotiate', at, asOf: endPlus(2) });
  expect(await negotiate(endPlus(2))).toMatchObject({ reason: 'too_late' });
  expect(await negotiate(endPlus(7.1))).toMatchObject({ reason: 'too_late' });
  expect(await negotiate(endPlus(6))).toEqual({ kind: 'done', effect: 'moved', at: endPlus(6) });
  expect(await live(books, owner, endPlus(6.5))).toEqual(['restrict', 'renew:chosen']);
  const now = { kind: 'renewNow', asOf: endPlus(6.5) } as const;
  expect(await ask(books, owner, now)).toMatchObject({ effect: 'trying' });
  expect(await live(books, owner, endPlus(8))).toEqual(['renew:chosen', 'renew:4', 'expire']);
});

test('an owner adds at most as many tries as dunning makes by itself', async () => {
  const owner = await unpaid();
  const outcomes: string[] = [];
  for (let n = 0; n < 10; n += 1) {
    const asOf = endPlus(2 + n / 24);
    const answer = await ask(books, owner, { kind: 'renewNow', asOf });
    outcomes.push(answer.kind === 'done' ? answer.effect : answer.reason);
    await live(books, owner, asOf);
  }
  expect(outcomes.filter((outcome) => outcome === 'trying')).toHaveLength(8);
  expect(outcomes.at(-1)).toBe('tries_used_up');
});

test('trying is for unpaid time only', async () => {
  const owner = await subscribedByTopup(books);
  const refused = { kind: 'refused', reason: 'wrong_state', allowedIn: ['past_due'] };
  expect(await ask(books, owner, { kind: 'renewNow', asOf: NOON })).toEqual(refused);
  const wish = { kind: 'negotiate', at: END, asOf: NOON } as const;
  expect(await ask(books, owner, wish)).toEqual(refused);
});

test('a try that finds the money takes one fee', async () => {
  const owner = await unpaid();
  await transfer(books, grant(owner.userId, 150));
  await ask(books, owner, { kind: 'renewNow', asOf: endPlus(2) });
  expect(await live(books, owner, endPlus(2))).toEqual(['renew:funds']);
  expect(await balance(books.sql, owner.userId)).toBe(50);
  expect(await standing(books, owner)).toMatchObject({ state: 'active', retryAt: null });
});

test('editTimeline moves the end, once, into no past', async () => {
  const owner = await subscribedByTopup(books);
  const edit = (days: number, updateId?: string) =>
    ask(books, owner, {
      ...{ kind: 'editTimeline', days, asOf: after(240), actor: OPERATOR, reason: REASON },
      ...(updateId ? { updateId } : {}),
    });
  const answers = await atOnce(3, () => edit(5, 'repair'));
  for (const answer of answers) expect(answer).toEqual(answers[0]);
  expect(await standing(books, owner)).toMatchObject({ periodEnd: endPlus(5), shiftDays: 5 });
  expect(await edit(-40)).toEqual({ kind: 'refused', reason: 'too_late' });
  expect(await edit(-10)).toMatchObject({ at: endPlus(-5) });
  const rows = await books.sql`
    select actor_kind as kind, actor_id as id, reason, before, after from audit_log
    where entity_id = ${owner.subscriptionId} and action = 'subscription.edited'`;
  expect(rows).toHaveLength(2);
  expect(rows.find(({ after: { days } }) => days === 5)).toMatchObject({
    ...{ kind: 'operator', id: '7', reason: REASON },
    before: { periodEnd: END },
    after: { periodEnd: endPlus(5), days: 5 },
  });
});

test('days that reach beyond today make unpaid time paid', async () => {
  const owner = await unpaid();
  const wish = { kind: 'editTimeline', asOf: endPlus(2), actor: OPERATOR, reason: REASON } as const;
  expect(await ask(books, owner, { ...wish, days: 1 })).toMatchObject({ reason: 'too_late' });
  expect(await ask(books, owner, { ...wish, days: 9 })).toMatchObject({ kind: 'done' });
  expect(await standing(books, owner)).toMatchObject({ state: 'active', periodEnd: endPlus(9) });
  expect((await live(books, owner, endPlus(9))).at(-1)).toBe('renew:0');
});

test('skipPeriod gives the next period for nothing, once', async () => {
  const owner = await unpaid();
  const by = { asOf: endPlus(2), actor: OPERATOR, reason: REASON, updateId: 'repair' };
  const wish = { kind: 'skipPeriod', ...by } as const;
  const answers = await atOnce(3, () => ask(books, owner, wish));
  for (const answer of answers) expect(answer).toEqual(answers[0]);
  expect(await standing(books, owner)).toMatchObject({
    ...{ state: 'active', access: 'full', periodN: 1, periodStart: END },
  });
  const [period] = await books.sql`
    select paid_by as "paidBy" from subscription_periods
    where subscription_id = ${owner.subscriptionId} and n = 1`;
  expect(period).toEqual({ paidBy: 'operator' });
});

test('forceExpire ends it at once, whatever is paid, and is for operators only', async () => {
  const owner = await subscribedByTopup(books);
  const wish = { kind: 'forceExpire', asOf: NOON, reason: REASON } as const;
  expect(await ask(books, owner, wish)).toEqual({ kind: 'refused', reason: 'not_owner' });
  const repair = { ...wish, actor: OPERATOR, updateId: 'repair' };
  const answers = await atOnce(3, () => ask(books, owner, repair));
  for (const answer of answers) expect(answer).toMatchObject({ effect: 'expired' });
  expect(await standing(books, owner)).toMatchObject({ state: 'expired', access: 'none' });
  expect(await balance(books.sql, owner.userId)).toBe(100);
  expect(await ask(books, owner, { ...wish, actor: OPERATOR })).toMatchObject({
    reason: 'not_live',
  });
});

test('a period whose money went back ends what waits unpaid or rests after it', async () => {
  const owner = await subscribedByPlan(books);
  await ask(books, owner, { kind: 'setDriver', driver: 'wallet', asOf: NOON });
  const { periodEnd } = await standing(books, owner);
  const asOf = new Date(Date.parse(String(periodEnd)) + 86_400_000);
  await live(books, owner, asOf.toISOString());
  expect(await standing(books, owner)).toMatchObject({ state: 'past_due' });
  await ask(books, owner, { kind: 'pause', days: 5, from: 'now', asOf: asOf.toISOString() });
  const { subscriptionId } = owner;
  const revoke = () =>
    inTransaction(books.db, (tx) =>
      revokePeriod(tx, {
        ...{ key: `refund:${subscriptionId}`, subscriptionId, periodN: 0, bonusDays: 0, asOf },
        ...{ actor: OPERATOR, reason: REASON },
      }),
    );
  const revoked = await asWorkflow('refund:test', () => revoke());
  expect(revoked).toBe(subscriptionId);
  expect(await standing(books, owner)).toMatchObject({
    ...{ state: 'ended', access: 'none', periodEnd, pausedUntil: null },
  });
  expect(await asWorkflow('refund:test', () => revoke())).toBeUndefined();
});
