import fc from 'fast-check';
import { v7 } from 'uuid';
import { DEFAULT_SETTINGS } from '../../src/domain/billing/settings';
import { prospectOf } from '../../src/domain/billing/spend-question';
import { createReads } from '../../src/reads/reads';
import type { BillingReads } from '../../src/reads/billing';
import { holdTokens } from '../../activities/billing/holds';
import { inTransaction } from '../../activities/transactions';
import { TEST_SECRETS } from '../support/secrets';
import { asWorkflow, checkBooks, NOON, openBooks, type Books } from './support/books';
import { grant, transfer, WORK } from './support/transfers';

const TOKEN = 1_000_000;
const settings = { ...DEFAULT_SETTINGS, spendRequiresSubscription: false, spendMaxTokens: 60 };

let books: Books;
let reads: BillingReads;
let clientId: string;

beforeAll(async () => {
  books = await openBooks(settings);
  reads = createReads(books.db, TEST_SECRETS);
  clientId = v7();
  await books.sql`insert into api_clients (id, name) values (${clientId}, 'test')`;
});
afterAll(() => books.close());

const amount = fc.integer({ min: 1, max: 70 });
/** What may stand between somebody and a spend. */
const state = fc.record({
  lots: fc.array(fc.record({ tokens: amount, isExpired: fc.boolean() }), { maxLength: 3 }),
  held: fc.integer({ min: 0, max: 30 }),
  debt: fc.integer({ min: 0, max: 20 }),
  dayLimit: fc.option(amount, { nil: undefined }),
  isBlocked: fc.boolean(),
  spends: fc.array(amount, { minLength: 1, maxLength: 4 }),
});
type State = typeof state extends fc.Arbitrary<infer T> ? T : never;

async function live({ lots, held, debt, dayLimit, isBlocked }: State): Promise<number> {
  const userId = await books.newUser({ isBlocked: isBlocked && debt % 4 === 0 });
  for (const { tokens, isExpired } of lots) {
    const expiresAt = new Date(isExpired ? '2026-03-10T11:00:00Z' : '2026-04-10T12:00:00Z');
    await transfer(books, grant(userId, tokens, { expiresAt }));
  }
  const hold = { key: v7(), userId, ...WORK, amountUtok: held * TOKEN, asOf: new Date(NOON) };
  if (held > 0) {
    await asWorkflow('test', () =>
      inTransaction(books.db, (tx) => holdTokens(tx, hold)).catch(() => undefined),
    );
  }
  if (debt > 15) await apply(userId, { amountUtok: debt * TOKEN * 5, isPostPaid: true });
  if (dayLimit !== undefined) {
    await books.sql`
      insert into spend_limits (scope, scope_id, "window", limit_utok)
      values ('user', ${String(userId)}, 'day', ${dayLimit * TOKEN})`;
  }
  return userId;
}

async function apply(userId: number, change: { amountUtok: number; isPostPaid?: boolean }) {
  const spend = {
    key: v7(),
    clientId,
    userId,
    kind: 'spend',
    description: 'a job',
    asOf: NOON,
  } as const;
  const [answer] = await asWorkflow(`spend:${spend.key}`, () =>
    books.act.applySpends({ spends: [{ ...spend, ...change }] }),
  );
  if (!answer || answer.kind === 'mismatch') throw new Error('a fresh key has an answer');
  return answer;
}

async function prospect(userId: number, amountUtok: number) {
  const caller = { clientId, keyId: v7() };
  const question = { userId, caller, asOf: new Date(NOON), defaults: settings };
  const moment = await reads.spendMoment(question);
  if (!moment) throw new Error('the person is known');
  return prospectOf(moment, amountUtok);
}

test('whoever asks before a spend hears what the spend then says, and names the lots it burns', async () => {
  await fc.assert(
    fc.asyncProperty(state, async (given) => {
      const userId = await live(given);
      for (const tokens of given.spends) {
        const expected = await prospect(userId, tokens * TOKEN);
        const answer = await apply(userId, { amountUtok: tokens * TOKEN });
        if (expected.kind === 'refused') {
          expect(answer).toMatchObject({ kind: 'refused', code: expected.refusal.code });
        } else {
          const { balanceAfterUtok, availableAfterUtok, takes: lots } = expected;
          expect(answer).toMatchObject({
            kind: 'charged',
            balanceAfterUtok,
            availableAfterUtok,
            lots,
          });
        }
      }
      await checkBooks(books);
    }),
    { numRuns: 20, endOnFailure: true, interruptAfterTimeLimit: 120_000 },
  );
}, 300_000);

test('a balance is read in a few milliseconds, however long the history is', async () => {
  const userId = await books.newUser();
  await transfer(books, grant(userId, 1_000));
  for (let spends = 0; spends < 50; spends += 1) await apply(userId, { amountUtok: TOKEN });
  const took: number[] = [];
  for (let runs = 0; runs < 100; runs += 1) {
    const startedMs = performance.now();
    await prospect(userId, TOKEN);
    took.push(performance.now() - startedMs);
  }
  const p95 = took.sort((a, b) => a - b)[94] ?? 0;
  process.stdout.write(`balance read: p95 ${p95.toFixed(1)} ms\n`);
  expect(p95).toBeLessThan(1_000);
});
