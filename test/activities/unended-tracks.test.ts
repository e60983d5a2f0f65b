import { v7 } from 'uuid';
import { apiClients, costRates } from '../../drizzle/schema';
import { trackJobKey } from '../../src/domain/billing/track-event';
import { tokens } from '../../src/domain/tokens';
import { trackJobId } from '../../workflows/billing/track-job/contract';
import { report } from '../support/tracks';
import { after, asWorkflow, checkBooks, openBooks, type Books } from './support/books';
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

const { send, settleSilent, owner, utok, chargesOf, items } = trackDesk(() => ({
  books,
  clientId,
}));

describe('a cost in another currency', () => {
  it('waits for its rate, is shown meanwhile, and is charged when it comes', async () => {
    const userId = await owner(1_000);
    const event = report({ userId, totalCost: '0.1', currency: 'CNY' });
    const { answers, job } = await send([event]);
    expect(recorded(answers[0])).toMatchObject({ status: 'pending', costUtok: 0 });
    expect(job.state).toBe('priced_later');
    expect(await items(userId)).toEqual(['missing_cost']);
    await books.db
      .insert(costRates)
      .values({ currency: 'CNY', rubPerUnit: '12.5', validFrom: new Date(after(-24)) });
    const jobKey = trackJobKey(clientId, event);
    const settle = () =>
      asWorkflow(trackJobId(jobKey), () =>
        books.act.settlePricedTrack({ jobKey, clientId, userId, asOf: after(3) }),
      );
    expect((await settle()).job.state).toBe('settled');
    await settle();
    expect(await chargesOf(userId)).toEqual([{ charged: 3_930_000, missing: 0, kind: 'track' }]);
    const again = recorded((await send([event])).answers[0]);
    expect(again).toMatchObject({ status: 'charged', rubPerUnit: '12.5', costUtok: 3_930_000 });
  });
});

test('loadTrackJob tells how a job stands by the books, and changes nothing', async () => {
  const userId = await owner(10);
  const event = report({ userId, taskRef: 'watched', isFinal: false });
  const jobKey = trackJobKey(clientId, event);
  const load = () =>
    asWorkflow(trackJobId(jobKey), () => books.act.loadTrackJob({ jobKey, clientId, userId }));
  expect(await load()).toMatchObject({ state: 'unknown' });
  await send([event]);
  expect(await load()).toEqual({ state: 'open', silentAt: after(1), clockOffsetMs: 0 });
  expect(await load()).toEqual(await load());
  await books.sql`update users set clock_offset_ms = 60000 where id = ${userId}`;
  await send([report({ ...event, eventId: v7(), isFinal: true })]);
  expect(await load()).toMatchObject({ state: 'settled', clockOffsetMs: 60_000 });
});

describe('a job whose last report never comes', () => {
  const begun = (userId: number, taskRef: string, totalCost = '1') =>
    report({ userId, taskRef, totalCost, isFinal: false });

  it.each([
    ['last_reported', 3_140_000],
    ['flat', 1_000_000],
    ['zero', 0],
  ] as const)('is charged by policy, once: %s', async (trackMissingPolicy, charged) => {
    const userId = await owner(10);
    const event = begun(userId, `silent-${trackMissingPolicy}`);
    await send([event]);
    const settings = { trackMissingPolicy };
    expect((await settleSilent(event, after(0.5), settings)).job.state).toBe('open');
    expect((await settleSilent(event, after(1), settings)).job.state).toBe('missing');
    await settleSilent(event, after(2), settings);
    expect(await chargesOf(userId)).toEqual([{ charged, missing: 0, kind: 'track' }]);
    expect(await items(userId)).toEqual([]);
  });

  it('is estimated from the latest jobs of its track', async () => {
    const userId = await owner(30);
    for (const totalCost of ['1', '2']) await send([report({ userId, totalCost, track: 'birds' })]);
    const event = { ...begun(userId, 'silent-estimate', '0.1'), track: 'birds' };
    await send([event]);
    await settleSilent(event, after(1), { trackMissingPolicy: 'estimate' });
    expect((await chargesOf(userId)).at(-1)).toMatchObject({ charged: 4_710_000 });
  });

  it('is charged nothing and shown when nothing was reported', async () => {
    const userId = await owner(10);
    const event = begun(userId, 'silent-nothing', '0');
    await send([event]);
    await settleSilent(event, after(1));
    expect(await chargesOf(userId)).toEqual([{ charged: 0, missing: 0, kind: 'track' }]);
    expect(await items(userId)).toEqual(['missing_cost']);
  });

  it('gets the surplus back when the last report comes after all', async () => {
    const userId = await owner(10);
    const event = begun(userId, 'silent-flat', '0');
    const settings = { trackMissingPolicy: 'flat' } as const;
    await send([event]);
    await settleSilent(event, after(1), settings);
    expect(await utok(userId)).toBe(tokens(9));
    const last = report({ userId, taskRef: 'silent-flat', totalCost: '0.1' });
    await send([last], { arrivedAt: after(5), settings });
    await send([last], { arrivedAt: after(6), settings });
    expect(await utok(userId)).toBe(tokens(10) - 310_000);
  });
});
