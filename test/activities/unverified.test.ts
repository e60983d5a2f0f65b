import { atOnce, asWorkflow, openBooks, type Books } from './support/books';

let books: Books;

beforeAll(async () => {
  books = await openBooks({ adminChatId: -100 });
});
beforeEach(() => books.sql`delete from inbox_events`);
afterAll(() => books.close());

const MINUTE = 60_000;
const ago = (minutes: number) => new Date(Date.now() - minutes * MINUTE);
let made = 0;

async function failed(change: {
  minutesAgo?: number;
  firstMinutesAgo?: number;
  deliveries?: number;
  provider?: string;
  verified?: string;
}) {
  const { minutesAgo = 1, firstMinutesAgo = minutesAgo, deliveries = 1 } = change;
  const { provider = 'mock', verified = 'no' } = change;
  made += 1;
  await books.sql`
    insert into inbox_events (id, provider, dedupe_key, headers, raw, verified, deliveries, recorded_at, updated_at)
    values (gen_random_uuid(), ${provider}, ${`k${made}`}, '{}', ${Buffer.from('x')}, ${verified},
      ${deliveries}, ${ago(firstMinutesAgo)}, ${ago(minutesAgo)})`;
}

const weigh = (begunAt = new Date(0).toISOString()) =>
  asWorkflow('verificationAlarm:mock', () =>
    books.act.weighUnverified({ provider: 'mock', begunAt, asOf: new Date().toISOString() }),
  );

const alarms = () =>
  books.sql`select params from outbox_messages where template = 'ops.verification'`;

test('PC-4 two failures are chance, of another provider or long ago they do not count', async () => {
  await failed({ deliveries: 2 });
  await failed({ provider: 'other', deliveries: 9 });
  await failed({ minutesAgo: 6, deliveries: 9 });
  await failed({ verified: 'yes', deliveries: 9 });
  expect(await weigh()).toEqual({ recent: 2, isAlarming: false });
  expect(await alarms()).toHaveLength(0);
});

test('PC-4 old bytes that come again count once, and three failures are told once for one watch', async () => {
  await failed({ firstMinutesAgo: 600, deliveries: 40 });
  expect(await weigh()).toEqual({ recent: 1, isAlarming: false });
  await failed({ deliveries: 2 });
  await atOnce(4, () => weigh());
  await failed({});
  expect(await weigh()).toEqual({ recent: 4, isAlarming: true });
  expect((await alarms()).map(({ params }) => params as object)).toEqual([
    { provider: 'mock', count: 3, minutes: 5 },
  ]);
  await weigh(new Date().toISOString());
  expect(await alarms()).toHaveLength(2);
});
