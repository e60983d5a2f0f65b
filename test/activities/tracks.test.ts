import fc from 'fast-check';
import { v7 } from 'uuid';
import { apiClients, costMultipliers } from '../../drizzle/schema';
import { tokens } from '../../src/domain/tokens';
import { report } from '../support/tracks';
import { after, checkBooks, openBooks, type Books } from './support/books';
import { recorded, trackDesk } from './support/track-desk';

let books: Books;
let clientId: string;

beforeAll(async () => {
  books = await openBooks();
  clientId = v7();
  await books.db.insert(apiClients).values({ id: clientId, name: 'runner' });
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

const { send, owner, utok, chargesOf, items } = trackDesk(() => ({
  books,
  clientId,
}));

describe('a report that ends its job', () => {
  it('is charged with its multiplier, rounded once', async () => {
    const userId = await owner(10);
    const { answers, job } = await send([report({ userId })]);
    expect(recorded(answers[0])).toMatchObject({
      status: 'charged',
      isReplay: false,
      rawCost: '0.05',
      multiplier: '3.14',
      costUtok: 160_000,
      charge: { chargedUtok: 160_000, uncollectedUtok: 0 },
      nodes: [{ node: '_other', rawCost: '0.05', costUtok: 160_000 }],
      label: undefined,
      jobChargedUtok: 160_000,
    });
    expect(job.state).toBe('settled');
    expect(await utok(userId)).toBe(tokens(10) - 160_000);
  });

  it('is charged once, and its repeat hears the same', async () => {
    const userId = await owner(10);
    const event = report({ userId });
    const first = recorded((await send([event])).answers[0]);
    const again = recorded((await send([event], { arrivedAt: after(200) })).answers[0]);
    expect(again).toEqual({ ...first, isReplay: true });
    expect(await chargesOf(userId)).toHaveLength(1);
  });

  it('refuses another body under its identity', async () => {
    const userId = await owner(10);
    const event = report({ userId });
    await send([event]);
    const other = report({ ...event, totalCost: '0.06' });
    const { answers } = await send([{ ...other, bodyHash: 'f'.repeat(64) }]);
    expect(answers[0]).toMatchObject({ kind: 'refused', code: 'idempotency_mismatch' });
  });

  it('of somebody unknown is refused', async () => {
    const { answers } = await send([report({ userId: 999_999 })]);
    expect(answers[0]).toMatchObject({ kind: 'refused', code: 'user_not_found' });
  });

  it('takes what fits above the floor and shows the rest', async () => {
    const userId = await owner(10);
    const settings = { costMultiplier: '1' };
    const { answers } = await send([report({ userId, totalCost: '5000' })], { settings });
    expect(recorded(answers[0]).charge).toMatchObject({
      chargedUtok: tokens(1_010),
      uncollectedUtok: tokens(3_990),
    });
    expect(await utok(userId)).toBe(tokens(-1_000));
    expect(await items(userId)).toEqual(['uncollected']);
  });

  it.each([
    [{ freeRequests: 2 }, 'free'],
    [{ freeRequests: 0 }, 'local_model'],
  ])('that cost nothing moves nothing and says why: %p', async (change, label) => {
    const userId = await owner(10);
    const { answers } = await send([report({ userId, totalCost: '0', ...change })]);
    expect(recorded(answers[0])).toMatchObject({
      status: 'charged',
      label,
      charge: { transferId: null, chargedUtok: 0 },
    });
    expect(await utok(userId)).toBe(tokens(10));
  });

  it('takes the most particular multiplier and keeps it', async () => {
    const userId = await owner(10);
    const row = { validFrom: new Date(after(-1)), track: 'dogs' };
    await books.db.insert(costMultipliers).values([
      { ...row, multiplier: '2' },
      { ...row, multiplier: '5', clientId },
    ]);
    const { answers } = await send([report({ userId, track: 'dogs' })]);
    expect(recorded(answers[0])).toMatchObject({ multiplier: '5', costUtok: 250_000 });
  });

  it('flags steps that say more than the total', async () => {
    const userId = await owner(10);
    const nodes = [
      { node: 'a*_[', rawCost: '0.04' },
      { node: 'b', rawCost: '0.04' },
    ];
    const { answers } = await send([report({ userId, nodes })]);
    const answer = recorded(answers[0]);
    expect(answer.isOverstated).toBe(true);
    expect(answer.nodes.reduce((sum, { costUtok }) => sum + costUtok, 0)).toBe(160_000);
  });
});

describe('a job that reports more than once', () => {
  it('is charged by the highest total whatever comes after, once', async () => {
    const userId = await owner(10);
    const job = { userId, taskRef: 'job-1' };
    await send([report({ ...job, totalCost: '0.5', isFinal: false })]);
    await send([report({ ...job, totalCost: '0.1', isFinal: false })]);
    const { answers } = await send([report({ ...job, totalCost: '0.2' })]);
    expect(recorded(answers[0])).toMatchObject({ status: 'charged', jobChargedUtok: 1_570_000 });
    const again = Array.from({ length: 22 }, () => report({ ...job, totalCost: '0.5' }));
    await send(again);
    expect(await chargesOf(userId)).toEqual([{ charged: 1_570_000, missing: 0, kind: 'track' }]);
  });

  it('charges the difference when more comes within two days, afterwards only shows it', async () => {
    const userId = await owner(10);
    const job = { userId, taskRef: 'job-2' };
    await send([report({ ...job, totalCost: '1' })]);
    const more = await send([report({ ...job, totalCost: '2' })], { arrivedAt: after(47) });
    expect(recorded(more.answers[0])).toMatchObject({
      status: 'charged',
      charge: { chargedUtok: 3_140_000 },
      jobChargedUtok: 6_280_000,
    });
    const late = await send([report({ ...job, totalCost: '3' })], { arrivedAt: after(49) });
    expect(recorded(late.answers[0]).status).toBe('late');
    expect(await utok(userId)).toBe(tokens(10) - 6_280_000);
    expect(await items(userId)).toEqual(['missing_cost']);
    const counted = await books.sql`
      select raw_cost::float8 as raw from usage_events where user_id = ${userId} and is_counted`;
    expect(counted.map(({ raw }) => Number(raw))).toEqual([2]);
  });

  it('gives any order and any repeats of its reports the same charge', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 5 }),
        fc.nat(),
        async (cents, seed) => {
          const userId = await owner(50);
          const taskRef = v7();
          const events = cents.map((cent, index) =>
            report({ userId, taskRef, totalCost: String(cent / 100), isFinal: index === 0 }),
          );
          const shuffled = [...events, ...events].sort(
            (a, b) => order(a.eventId, seed) - order(b.eventId, seed),
          );
          for (const event of shuffled) await send([event]);
          const top = Math.max(...cents);
          const spent = tokens(50) - (await utok(userId));
          expect(spent).toBe(Math.floor((top * 314 + 50) / 100) * 10_000);
        },
      ),
      { numRuns: 8 },
    );
  });

  it('refuses a report in another currency', async () => {
    const userId = await owner(10);
    await send([report({ userId, taskRef: 'job-3', isFinal: false })]);
    const { answers } = await send([report({ userId, taskRef: 'job-3', currency: 'USD' })]);
    expect(answers[0]).toMatchObject({ kind: 'refused', code: 'conflict' });
  });
});

/** Some order of identities. */
function order(text: string, seed: number): number {
  return [...text].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0) + seed) % 9_973, 7);
}
