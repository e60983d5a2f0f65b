import { v7 } from 'uuid';
import { after, NOON, openBooks, type Books } from './support/books';
import { FakeTemporal } from './support/temporal';

let books: Books;

beforeAll(async () => {
  books = await openBooks();
});
beforeEach(() => books.sql`delete from auto_topups`);
afterAll(() => books.close());

/** A standing order with its card and consent. */
async function standing(change: {
  requestedAt?: string;
  deferredUntil?: string;
  aheadMs?: number;
}) {
  const { requestedAt = null, deferredUntil = null, aheadMs = 0 } = change;
  const userId = await books.newUser();
  const [methodId, consentId] = [v7(), v7()];
  await books.sql`update users set clock_offset_ms = ${aheadMs} where id = ${userId}`;
  await books.sql`
    insert into payment_methods (id, user_id, provider, token_enc, label, state)
    values (${methodId}, ${userId}, 'mock', ${Buffer.from('x')}, 'Visa', 'active')`;
  await books.sql`
    insert into consents (id, user_id, kind, text_version, text_hash, given_at)
    values (${consentId}, ${userId}, 'auto_topup', 'v1', ${'a'.repeat(64)}, ${NOON})`;
  await books.sql`
    insert into auto_topups (user_id, method_id, consent_id, threshold_utok, target_utok, currency,
      daily_cap_minor, requested_at, deferred_until)
    values (${userId}, ${methodId}, ${consentId}, 1, 2, 'RUB', 1, ${requestedAt}, ${deferredUntil})`;
  return userId;
}

const sweep = (temporal: FakeTemporal, asOf = NOON) =>
  temporal.run('auto-topup:sweep', () => books.act.sweepTopups({ asOf }));

test('sweepTopups starts the workflow of a standing order whose nudge was lost, once', async () => {
  const userId = await standing({ requestedAt: NOON });
  const temporal = new FakeTemporal();
  expect(await sweep(temporal)).toEqual({ started: 1 });
  expect(await sweep(temporal)).toEqual({ started: 0 });
  expect(temporal.started).toMatchObject([
    { name: 'autoTopup', workflowId: `autoTopup:${userId}`, args: [{ userId }] },
  ]);
});

test('sweepTopups leaves alone what no debit noted and what is put off by the clock of its person', async () => {
  await standing({});
  await standing({ requestedAt: NOON, deferredUntil: after(2) });
  const ahead = { requestedAt: NOON, deferredUntil: after(2), aheadMs: 3 * 3_600_000 };
  const userId = await standing(ahead);
  const temporal = new FakeTemporal();
  expect(await sweep(temporal)).toEqual({ started: 1 });
  expect(temporal.started.map(({ workflowId }) => workflowId)).toEqual([`autoTopup:${userId}`]);
  expect(await sweep(temporal, after(2))).toEqual({ started: 1 });
});
