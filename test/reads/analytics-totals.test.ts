import type { WorkFigures, WorkQuestion } from '../../src/reads/analytics/contract';
import type { BillingReads } from '../../src/reads/billing';
import { createReads } from '../../src/reads/reads';
import { tokens } from '../../src/domain/tokens';
import { checkBooks, openBooks, type Books } from '../activities/support/books';
import { grant, spend, transfer } from '../activities/support/transfers';
import { TEST_SECRETS } from '../support/secrets';
import { charge, newClient, report } from '../support/usage';
import { giveBack, ledgerUtok, MONTH, transferOf } from './support/ledger-figures';

let books: Books;
let reads: BillingReads;

beforeEach(async () => {
  books = await openBooks();
  reads = createReads(books.db, TEST_SECRETS);
});
afterEach(async () => {
  await checkBooks(books);
  await books.close();
});

function ask(change: Partial<WorkQuestion> = {}) {
  return reads.work({ span: MONTH, group: 'track', timeZone: 'UTC', limit: 50, ...change });
}

/** Numbers that look random and are the same in every run. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * sides);
  };
}

function sum(rows: readonly WorkFigures[], member: 'spentUtok' | 'requestedUtok' | 'chargedUtok') {
  return rows.reduce((total, row) => total + row[member], 0n);
}

describe('TC-10', () => {
  it.each([1, 2, 3])('totals equal the ledger, however work is grouped (%i)', async (seed) => {
    const roll = dice(seed * 7_919);
    const people = [await books.newUser(), await books.newUser(), await books.newUser()];
    const clients = [await newClient(books, `a${seed}`), await newClient(books, `b${seed}`)];
    for (const userId of people)
      await transfer(books, { ...grant(userId, 500), asOf: new Date('2026-02-01T00:00:00Z') });
    for (let n = 0; n < 60; n += 1) {
      const userId = people[roll(3)] ?? 0;
      const asOf = new Date(MONTH.from.getTime() + roll(40 * 24) * 3_600_000 - 4 * 86_400_000);
      const requestedUtok = roll(5) === 0 ? 0 : roll(30_000_000);
      const track = ['draw', 'write', 'sing'][roll(4)];
      if (roll(6) === 0) {
        await transfer(books, spend(userId, 1 + roll(3), { asOf, lowestUtok: -tokens(1_000) }));
        continue;
      }
      const chargeId = await charge(books, {
        ...{ userId, requestedUtok, asOf, lowestUtok: -tokens(40) },
        ...(roll(4) === 0 ? {} : { clientId: clients[roll(2)] ?? '' }),
        ...(track === undefined ? {} : { track }),
      });
      for (let reports = roll(3); reports > 0; reports -= 1)
        await report(books, { userId, chargeId, rawCost: `${roll(9)}.${roll(1_000)}` });
      const transferId = await transferOf(books, chargeId);
      if (roll(5) === 0 && requestedUtok > 2_000_000 && transferId !== 'null')
        await giveBack(books, { userId: userId, count: 1, transferId: transferId });
    }
    const spent = await ledgerUtok(books);
    expect(spent).toBeGreaterThan(0n);
    for (const group of ['track', 'model', 'day', 'user', 'client'] as const) {
      const { totals, rows } = await ask({ group, timeZone: 'Asia/Kathmandu', limit: 500 });
      expect(totals.spentUtok).toBe(spent);
      expect(sum(rows, 'spentUtok')).toBe(spent);
      expect(totals.chargedUtok).toBe(totals.spentUtok + totals.reversedUtok);
      expect(totals.requestedUtok).toBe(totals.chargedUtok + totals.uncollectedUtok);
    }
    for (const userId of people)
      expect((await ask({ userId })).totals.spentUtok).toBe(await ledgerUtok(books, { userId }));
    const week = { from: new Date('2026-03-09T00:00:00Z'), to: new Date('2026-03-16T00:00:00Z') };
    expect((await ask({ span: week })).totals.spentUtok).toBe(await ledgerUtok(books, week));
    const nodes = await reads.nodes({ span: MONTH, group: 'node', limit: 500 });
    expect(nodes.rows.reduce((total, { costUtok }) => total + costUtok, 0n)).toBe(
      nodes.totals.requestedUtok,
    );
    const days = await reads.workByDay({ span: MONTH }, 'UTC');
    expect(days.reduce((total, { spentUtok }) => total + spentUtok, 0n)).toBe(spent);
  });
});
