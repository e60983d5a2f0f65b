import type { WireFact } from '../../src/domain/billing/payment';
import { mismatchId } from '../../workflows/billing/mismatch/contract';
import { after, atOnce, checkBooks, NOON, openBooks, type Books } from './support/books';
import { asMismatch, breaksOf, nameOf, NIGHT, reconcile } from './support/lists';
import { auditOf, pending } from './support/orders';
import { paidFact, post, rub } from './support/payments';
import { FakeTemporal } from './support/temporal';

let books: Books;

beforeAll(async () => {
  books = await openBooks({ adminChatId: -100, mismatchSlaHours: 12 });
});
beforeEach(
  () => books.sql`update recon_breaks set state = 'healed' where state in ('found', 'open')`,
);
afterEach(() => checkBooks(books));
afterAll(() => books.close());

let runs = 0;

/** Compares these payments alone, as an operator may ask. */
async function compare(facts: readonly WireFact[]): Promise<void> {
  runs += 1;
  const asOf = new Date(Date.parse(NIGHT) + runs).toISOString();
  await reconcile(books, facts, { since: '2026-03-11T03:00:00.000Z', asOf });
}

/** A payment that the provider has and we do not. */
async function missing(): Promise<WireFact> {
  const fact = paidFact(await pending(books), { paidAt: NOON });
  await compare([fact]);
  return fact;
}

/** A booked payment of which the provider says another sum. */
async function altered(): Promise<WireFact> {
  const ours = paidFact(await pending(books), { paidAt: NOON });
  await post(books, ours);
  const fact = { ...ours, amount: rub(15_000) };
  await compare([fact]);
  return fact;
}

const weigh = (name: WireFact, fact?: WireFact, hours = 30) =>
  asMismatch(name, () =>
    books.act.weighMismatch({ ...nameOf(name), asOf: after(hours), ...(fact ? { fact } : {}) }),
  );
const escalate = (fact: WireFact) =>
  asMismatch(fact, () => books.act.escalateMismatch({ ...nameOf(fact), asOf: after(18) }));

async function itemOf({ providerPaymentId }: WireFact) {
  const [item] = await books.sql`
    select kind, state, reason, due_at as "dueAt", resolution, resolved_by as by from open_items
    where key like ${`mismatch:mock:${providerPaymentId}:differs:%`}`;
  return item;
}

async function stateOf({ providerPaymentId }: WireFact): Promise<string | undefined> {
  const all = await breaksOf(books);
  return all.filter((line) => line.startsWith(`${providerPaymentId} `)).join();
}

describe('weighMismatch', () => {
  test('goes on while the payment is not booked, and is healed by booking it, once', async () => {
    const fact = await missing();
    expect(await weigh(fact, fact)).toMatchObject({
      kind: 'differs',
      mismatch: { kind: 'missing_here', isNewsForUs: true, owner: 'finance', amountMinor: 20_000 },
    });
    await post(books, fact);
    const weighed = await atOnce(3, () => weigh(fact));
    expect(weighed.filter(({ kind }) => kind === 'closed')).toHaveLength(3);
    expect(weighed).toContainEqual({ kind: 'closed', state: 'healed' });
    expect(await stateOf(fact)).toContain('healed');
    expect(await auditOf(books, `mock:${fact.providerPaymentId}`)).toEqual(['mismatch.healed']);
  });

  test('believes what the provider says now more than its list', async () => {
    const fact = await altered();
    expect(await weigh(fact)).toMatchObject({
      kind: 'differs',
      mismatch: { kind: 'amount', isNewsForUs: false },
    });
    expect(await weigh(fact, { ...fact, amount: rub(20_000) })).toEqual({
      kind: 'closed',
      state: 'healed',
    });
  });

  test('a payment that only we have is healed when the provider knows it after all', async () => {
    const ours = paidFact(await pending(books), { paidAt: '2026-03-11T03:30:00.000Z' });
    await post(books, ours);
    await reconcile(books, [], { asOf: '2026-03-13T04:00:00.000Z', since: NOON });
    expect(await stateOf(ours)).toBe(`${ours.providerPaymentId} missing_there found`);
    expect(await weigh(ours)).toMatchObject({ kind: 'differs', mismatch: { isNewsForUs: false } });
    expect(await weigh(ours, ours)).toEqual({ kind: 'closed', state: 'healed' });
  });

  test('a difference that nobody knows is gone', async () => {
    const fact = paidFact(undefined);
    expect(await weigh(fact, fact)).toEqual({ kind: 'closed', state: 'gone' });
    const loaded = await asMismatch(fact, () => books.act.loadMismatch(nameOf(fact)));
    expect(loaded).toBeNull();
  });
});

describe('escalateMismatch', () => {
  test('shows operators what differs with the time of its owner, once', async () => {
    const fact = await altered();
    await atOnce(4, () => escalate(fact));
    expect(await itemOf(fact)).toEqual({
      ...{ kind: 'break', state: 'open', resolution: null, by: null },
      reason:
        'the provider has it as paid, 15000 RUB (minor), our books as paid, 20000 RUB (minor)',
      dueAt: expect.any(Date),
    });
    const told = await books.sql`
      select 1 from outbox_messages where key like
        ${`ops:ops.open_item:mismatch:mock:${fact.providerPaymentId}:%`}`;
    expect(told).toHaveLength(1);
    const loaded = await asMismatch(fact, () => books.act.loadMismatch(nameOf(fact)));
    expect(loaded).toMatchObject({ state: 'open', owner: 'finance' });
    expect(Date.parse(loaded?.dueAt ?? '') - Date.parse(NIGHT)).toBeLessThan(12 * 3_600_000 + 100);
  });

  test('what heals late closes its item, and a later difference of the same payment is a new one', async () => {
    const fact = await altered();
    await escalate(fact);
    await weigh(fact, { ...fact, amount: rub(20_000) });
    expect(await itemOf(fact)).toMatchObject({ state: 'resolved', by: 'mock' });
    await compare([{ ...fact, amount: rub(14_000) }]);
    await escalate(fact);
    const items = await books.sql`
      select state from open_items where key like ${`mismatch:mock:${fact.providerPaymentId}:%`} order by id`;
    expect(items.map(({ state }) => String(state))).toEqual(['resolved', 'open']);
  });

  test('an item that was written off closes the difference', async () => {
    const fact = await altered();
    await escalate(fact);
    await books.sql`
      update open_items set state = 'written_off', resolution = 'written off', resolved_by = '7'
      where key like ${`mismatch:mock:${fact.providerPaymentId}:%`}`;
    expect(await weigh(fact, fact)).toEqual({ kind: 'closed', state: 'resolved' });
    const [row] = await books.sql`
      select resolved_by as by from recon_breaks where provider_payment_id = ${fact.providerPaymentId}`;
    expect(row).toEqual({ by: '7' });
  });
});

test('alertOverdue tells operators once who did not see to it', async () => {
  const fact = await altered();
  await escalate(fact);
  await atOnce(3, () =>
    asMismatch(fact, () => books.act.alertOverdue({ ...nameOf(fact), asOf: after(40) })),
  );
  const told = await books.sql`
    select params ->> 'owner' as owner from outbox_messages
    where template = 'ops.overdue' and key like ${`%:${fact.providerPaymentId}:%`}`;
  expect([...told]).toEqual([{ owner: 'finance' }]);
});

test('acceptMismatch closes difference and item with the operator’s words, once', async () => {
  const fact = await altered();
  await escalate(fact);
  const decision = { operatorId: 'anna', reason: 'the bank corrected it by hand', asOf: after(20) };
  await atOnce(3, () =>
    asMismatch(fact, () => books.act.acceptMismatch({ ...nameOf(fact), ...decision })),
  );
  expect(await itemOf(fact)).toMatchObject({ state: 'resolved', by: 'anna' });
  expect(await stateOf(fact)).toContain('resolved');
  const [audit] = await books.sql`
    select actor_id as actor, reason from audit_log where action = 'mismatch.resolved'
      and entity_id = ${`mock:${fact.providerPaymentId}`}`;
  expect(audit).toEqual({ actor: 'anna', reason: decision.reason });
});

test('assignMismatch gives a difference to its new owner, once', async () => {
  const fact = await altered();
  const take = {
    operatorId: 'anna',
    reason: 'I know this payment',
    asOf: after(20),
    owner: 'anna',
  };
  await atOnce(3, () =>
    asMismatch(fact, () => books.act.assignMismatch({ ...nameOf(fact), ...take })),
  );
  const loaded = await asMismatch(fact, () => books.act.loadMismatch(nameOf(fact)));
  expect(loaded?.owner).toBe('anna');
  expect(await auditOf(books, `mock:${fact.providerPaymentId}`)).toEqual(['mismatch.assigned']);
});

test('startMismatches starts a workflow for each difference that is open, once, in pages', async () => {
  const facts = Array.from({ length: 60 }, () => paidFact(undefined, { paidAt: NOON }));
  await compare(facts);
  const temporal = new FakeTemporal();
  const start = (page: { after?: number }) =>
    temporal.run('reconciliation:mock', () =>
      books.act.startMismatches({ provider: 'mock', ...page }),
    );
  const first = await start({});
  expect(first).toEqual({ started: 50, after: expect.any(Number) });
  expect(await start({ after: first.after ?? 0 })).toEqual({ started: 10, after: undefined });
  expect(await start({})).toMatchObject({ started: 0 });
  expect(temporal.started.map(({ workflowId }) => workflowId).sort()).toEqual(
    facts.map(({ providerPaymentId }) => mismatchId('mock', providerPaymentId)).sort(),
  );
});
