import type { WorkQuestion } from '../../src/reads/analytics/contract';
import type { BillingReads } from '../../src/reads/billing';
import { createReads } from '../../src/reads/reads';
import { tokens } from '../../src/domain/tokens';
import { after, checkBooks, NOON, openBooks, type Books } from '../activities/support/books';
import { grant, transfer } from '../activities/support/transfers';
import { TEST_SECRETS } from '../support/secrets';
import { giveBack, MONTH, transferOf } from './support/ledger-figures';
import { charge, newClient, report } from '../support/usage';

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

describe('figures of work', () => {
  it('tell what it cost, what was taken and what stays, by track', async () => {
    const userId = await books.newUser();
    await transfer(books, grant(userId, 100));
    const [first, second] = [
      await charge(books, { userId, requestedUtok: tokens(31.4), track: 'translate' }),
      await charge(books, { userId, requestedUtok: tokens(6.28), track: 'translate' }),
    ];
    const llm = { promptTokens: 10, completionTokens: 5, totalTokens: 15, apiCalls: 2 };
    await report(books, { userId, chargeId: first, rawCost: '10', model: 'big', ...llm });
    await report(books, { userId, chargeId: second, rawCost: '2.00005', model: 'small', ...llm });
    const free = await charge(books, { userId, requestedUtok: 0, track: 'draw' });
    await report(books, { userId, chargeId: free, track: 'draw', rawCost: '0', freeRequests: 3 });
    const local = await charge(books, { userId, requestedUtok: 0, track: 'draw' });
    await report(books, { userId, chargeId: local, track: 'draw', rawCost: '0' });
    await charge(books, { userId, requestedUtok: tokens(5), kind: 'spend' });
    const { totals, rows } = await ask();
    expect(rows.map(({ key }) => key)).toEqual(['translate', null, 'draw']);
    expect(rows[0]).toMatchObject({
      ...{ jobs: 2, reportedJobs: 2, freeJobs: 0, localJobs: 0 },
      ...{ chargedUtok: 37_680_000n, spentUtok: 37_680_000n, averageUtok: 18_840_000n },
      ...{ medianUtok: 6_280_000n, p95Utok: 31_400_000n },
      ...{ rawCosts: { RUB: '12.00005' }, rawCostRub: '12.00005', marginRub: '25.67995' },
      ...{ promptTokens: 20n, completionTokens: 10n, totalTokens: 30n, apiCalls: 4n },
    });
    expect(rows[1]).toMatchObject({ jobs: 1, reportedJobs: 0, rawCosts: {}, marginRub: '5' });
    expect(rows[2]).toMatchObject({ jobs: 2, freeJobs: 1, localJobs: 1, freeRequests: 3n });
    expect(totals).toMatchObject({ jobs: 5, spentUtok: 42_680_000n, marginRub: '30.67995' });
    const models = await ask({ group: 'model' });
    expect(models.rows.map(({ key, spentUtok }) => [key, spentUtok])).toEqual([
      ['big', 31_400_000n],
      ['small', 6_280_000n],
      [null, 5_000_000n],
    ]);
  });

  it('convert other currencies at the rate of the report and name them as reported', async () => {
    const userId = await books.newUser();
    await transfer(books, grant(userId, 1_000));
    for (const [rawCost, currency, rubPerUnit] of [
      ['0.01', 'USD', '80.5'],
      ['0.01', 'USD', '95'],
      ['7', 'RUB', '1'],
    ] as const) {
      const chargeId = await charge(books, { userId, requestedUtok: tokens(3) });
      await report(books, { userId, chargeId, rawCost, currency, rubPerUnit });
    }
    const { totals } = await ask();
    expect(totals).toMatchObject({
      rawCosts: { USD: '0.02', RUB: '7' },
      ...{ rawCostRub: '8.755', marginRub: '0.245' },
    });
  });

  it('count of the reports of a job only the one that decided its cost', async () => {
    const userId = await books.newUser();
    await transfer(books, grant(userId, 100));
    const clientId = await newClient(books, 'jobs');
    const chargeId = await charge(books, {
      userId,
      clientId,
      requestedUtok: tokens(9),
      track: 'j',
    });
    const [job] = await books.sql`
      insert into track_jobs (id, key, client_id, user_id, source, track, task_ref, state, currency, charge_id, last_seen_at)
      values (gen_random_uuid(), 'j', ${clientId}, ${userId}, 's', 'j', 't', 'settled', 'RUB', ${chargeId}, ${NOON})
      returning id`;
    const jobId = String(job?.['id']);
    const told = { userId, jobId, track: 'j', totalTokens: 10 };
    await report(books, { ...told, chargeId, rawCost: '3', isCounted: false });
    await report(books, { ...told, rawCost: '2', nodes: [{ node: 'plan', rawCost: '2' }] });
    await giveBack(books, {
      userId: userId,
      count: 3,
      transferId: await transferOf(books, chargeId),
    });
    const { totals } = await ask();
    expect(totals).toMatchObject({ spentUtok: 6_000_000n, rawCostRub: '2', totalTokens: 10n });
    const { rows } = await reads.nodes({ span: MONTH, group: 'node', limit: 5 });
    expect(rows.map(({ node, rawCostRub }) => [node, rawCostRub])).toEqual([
      [null, '0'],
      ['plan', '2'],
    ]);
  });

  it('show what could not be collected and what was given back, where it was charged', async () => {
    const userId = await books.newUser();
    await transfer(books, grant(userId, 10));
    const terms = { userId, lowestUtok: 0 };
    const all = await charge(books, { ...terms, requestedUtok: tokens(15), track: 'draw' });
    await giveBack(books, { userId: userId, count: 4, transferId: await transferOf(books, all) });
    const { totals } = await ask();
    expect(totals).toMatchObject({
      ...{ requestedUtok: 15_000_000n, chargedUtok: 10_000_000n, uncollectedUtok: 5_000_000n },
      ...{ reversedUtok: 4_000_000n, spentUtok: 6_000_000n },
    });
    const later = await ask({ span: { from: new Date(after(1)), to: MONTH.to } });
    expect(later.totals).toMatchObject({ jobs: 0, reversedUtok: 0n, spentUtok: 0n });
    expect(later.rows).toEqual([]);
  });

  it('count a day from midnight to midnight of the zone, newest first', async () => {
    const userId = await books.newUser();
    await transfer(books, { ...grant(userId, 100), asOf: new Date('2026-03-01T00:00:00Z') });
    for (const asOf of ['2026-03-28T20:59:59Z', '2026-03-28T21:00:00Z', '2026-03-29T20:59:59Z'])
      await charge(books, { userId, requestedUtok: tokens(1), asOf: new Date(asOf) });
    const days = await ask({ group: 'day', timeZone: 'Europe/Moscow' });
    expect(days.rows.map(({ key, jobs }) => [key, jobs])).toEqual([
      ['2026-03-29', 2],
      ['2026-03-28', 1],
    ]);
    const half = { from: new Date('2026-03-28T20:59:59Z'), to: new Date('2026-03-28T21:00:00Z') };
    expect((await ask({ span: half })).totals.jobs).toBe(1);
  });

  it('come in pages that neither repeat nor leave out', async () => {
    const userId = await books.newUser();
    await transfer(books, grant(userId, 100));
    for (const n of [1, 2, 2, 2, 3, 3])
      await charge(books, { userId, requestedUtok: tokens(n), track: `t${Math.random()}` });
    const seen: (string | null)[] = [];
    const amounts: bigint[] = [];
    let cursor: string | undefined;
    do {
      const page = await ask({ limit: 2, cursor });
      expect(page.totals.jobs).toBe(6);
      seen.push(...page.rows.map(({ key }) => key));
      amounts.push(...page.rows.map(({ spentUtok }) => spentUtok / 1_000_000n));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(new Set(seen).size).toBe(6);
    expect(amounts).toEqual([3n, 3n, 2n, 2n, 2n, 1n]);
    expect((await ask({ cursor: 'forged' })).rows).toHaveLength(6);
  });

  it('are empty, and still a report, where nothing was charged', async () => {
    const { totals, rows, nextCursor } = await ask({ group: 'day' });
    expect(totals).toMatchObject({ jobs: 0, spentUtok: 0n, averageUtok: 0n, marginRub: '0' });
    expect([rows, nextCursor]).toEqual([[], undefined]);
    const nodes = await reads.nodes({ span: MONTH, group: 'node', limit: 5 });
    expect(nodes.rows).toEqual([]);
  });
});

describe('steps', () => {
  it('share what was asked to the last micro-token, with a row for what no step was named for', async () => {
    const userId = await books.newUser();
    await transfer(books, grant(userId, 100));
    const chargeId = await charge(books, { userId, requestedUtok: tokens(3.14), track: 'draw' });
    const nodes = [
      { node: 'plan', rawCost: '0.3' },
      { node: 'paint', rawCost: '0.6' },
    ];
    await report(books, { userId, chargeId, track: 'draw', rawCost: '1', nodes });
    const other = await charge(books, { userId, requestedUtok: tokens(3.14), track: 'write' });
    await report(books, {
      ...{ userId, chargeId: other, track: 'write', rawCost: '1' },
      nodes: [{ node: 'plan', rawCost: '1' }],
    });
    await charge(books, { userId, requestedUtok: tokens(2), kind: 'spend' });
    const byName = await reads.nodes({ span: MONTH, group: 'node', limit: 50 });
    expect(
      byName.rows.map(({ node, jobs, costUtok, rawCostRub }) => ({
        ...{ node, jobs, costUtok, rawCostRub },
      })),
    ).toEqual([
      { node: 'plan', jobs: 2, costUtok: 4_082_000n, rawCostRub: '1.3' },
      { node: null, jobs: 1, costUtok: 2_000_000n, rawCostRub: '0' },
      { node: 'paint', jobs: 1, costUtok: 1_884_000n, rawCostRub: '0.6' },
      { node: '_other', jobs: 1, costUtok: 314_000n, rawCostRub: '0.1' },
    ]);
    expect(byName.totals.requestedUtok).toBe(8_280_000n);
    const ofTrack = await reads.nodes({
      span: MONTH,
      group: 'track_node',
      track: 'draw',
      limit: 9,
    });
    expect(ofTrack.rows.map(({ track, node }) => `${track}/${node}`)).toEqual([
      'draw/paint',
      'draw/plan',
      'draw/_other',
    ]);
  });
});

describe('a person', () => {
  it('sees own charges only, newest first, with why they were free, and nothing from before an erasure', async () => {
    const [userId, stranger] = [await books.newUser(), await books.newUser()];
    for (const id of [userId, stranger]) await transfer(books, grant(id, 100));
    await charge(books, { userId: stranger, requestedUtok: tokens(9) });
    for (let n = 1; n <= 9; n += 1)
      await charge(books, { userId, requestedUtok: tokens(n), description: `job ${n}` });
    const free = await charge(books, { userId, requestedUtok: 0, description: 'nothing' });
    await report(books, { userId, chargeId: free, rawCost: '0', freeRequests: 1 });
    const first = await reads.jobs(userId, undefined);
    expect(first.rows[0]).toMatchObject({ description: 'nothing', free: 'free', chargedUtok: 0 });
    expect(first.rows[1]).toMatchObject({ description: 'job 9', free: undefined });
    const second = await reads.jobs(userId, first.nextCursor);
    expect(second.rows.map(({ description }) => description)).toEqual(['job 2', 'job 1']);
    expect(second.nextCursor).toBeUndefined();
    const own = { span: MONTH, userId, isForPerson: true };
    expect((await ask(own)).totals.spentUtok).toBe(45_000_000n);
    await books.sql`update users set visible_from = '2026-03-11' where id = ${userId}`;
    expect((await ask(own)).totals.jobs).toBe(0);
    expect((await reads.jobs(userId, undefined)).rows).toEqual([]);
    expect(await reads.workByDay(own, 'UTC')).toEqual([]);
    expect((await ask({ userId })).totals.jobs).toBe(10);
  });
});
