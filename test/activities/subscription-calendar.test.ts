import { newPlan } from '../support/plans';
import { checkBooks, openBooks, SETTINGS, type Books } from './support/books';
import { liveUntil, subscribed } from './support/subscription-life';

let books: Books;

beforeAll(async () => {
  books = await openBooks();
  for (const unit of ['day', 'week', 'month', 'year'] as const) {
    await newPlan(books.sql, { slug: unit, period: [1, unit], feeTokens: 1 });
  }
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

/** Lives without reminders, which would only take time, and gives every period with how often it was charged. */
async function lived(life: { slug: string; from: string; until: string; zone: string }) {
  const { slug, from, until, zone } = life;
  const act = books.activities({
    settings: { ...SETTINGS, reminderDays: '0', billingTimeZone: zone },
  });
  const { subscriptionId } = await subscribed(
    { ...books, act },
    { slug, amountMinor: 100_000, asOf: from },
  );
  await books.sql`update subscriptions set is_muted = true where id = ${subscriptionId}`;
  await liveUntil(books, { subscriptionId, from, until }, act);
  const rows = await books.sql`
    select p.n, p.starts_at as "startsAt", p.ends_at as "endsAt",
      (select count(*)::int from transfers t where t.subscription_id = p.subscription_id
        and t.period_n = p.n and t.kind = 'subscription_fee') as fees
    from subscription_periods p where p.subscription_id = ${subscriptionId} order by p.n`;
  return rows as unknown as readonly { n: number; startsAt: Date; endsAt: Date; fees: number }[];
}

function expectTiled(periods: Awaited<ReturnType<typeof lived>>): void {
  for (const [index, { n, startsAt, endsAt, fees }] of periods.entries()) {
    expect(n).toBe(index);
    expect(fees).toBe(1);
    expect(endsAt.getTime()).toBeGreaterThan(startsAt.getTime());
    const next = periods[index + 1];
    if (next) expect(next.startsAt).toEqual(endsAt);
  }
}

const dayOf = (instant: Date) => instant.toISOString().slice(8, 10);

test.each([28, 29, 30, 31])(
  'T-P9 five years of months from the %ith of January tile, each charged once, and return to that day',
  async (day) => {
    const from = `2026-01-${day}T12:00:00.000Z`;
    const periods = await lived({
      slug: 'month',
      from,
      until: `2031-01-${day}T11:59:00.000Z`,
      zone: 'UTC',
    });
    expect(periods).toHaveLength(60);
    expectTiled(periods);
    const marches = periods.filter(({ startsAt }) => startsAt.getUTCMonth() === 2);
    expect(new Set(marches.map(({ startsAt }) => dayOf(startsAt)))).toEqual(new Set([String(day)]));
    const leap = periods.find(({ startsAt }) => startsAt.toISOString().startsWith('2028-02'));
    expect(leap && dayOf(leap.startsAt)).toBe(day === 28 ? '28' : '29');
    const common = periods.find(({ startsAt }) => startsAt.toISOString().startsWith('2027-02'));
    expect(common && dayOf(common.startsAt)).toBe('28');
  },
  120_000,
);

test('T-P9 years from a 29th of February fall on the 28th, and on the 29th in leap years', async () => {
  const from = '2028-02-29T12:00:00.000Z';
  const periods = await lived({
    slug: 'year',
    from,
    until: '2048-02-29T11:59:00.000Z',
    zone: 'UTC',
  });
  expectTiled(periods);
  expect(periods.map(({ startsAt }) => dayOf(startsAt)).join(' ')).toBe(
    '29 28 28 28 29 28 28 28 29 28 28 28 29 28 28 28 29 28 28 28',
  );
}, 60_000);

const ZONES = [
  'Europe/Berlin',
  'America/New_York',
  'America/St_Johns',
  'Africa/Cairo',
  'Africa/Johannesburg',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Honolulu',
  'Pacific/Apia',
  'Europe/Moscow',
];

test.each(ZONES)(
  'T-P10 every week in %s is charged once, over both changes of the clock',
  async (zone) => {
    const from = '2026-03-01T01:30:00.000Z';
    const until = '2026-11-14T00:00:00.000Z';
    const weeks = await lived({ slug: 'week', from, until, zone });
    expect(weeks).toHaveLength(37);
    expectTiled(weeks);
  },
  60_000,
);

test.each([
  ['Europe/Berlin', '2026-03-27T01:30:00.000Z', [24, 24, 23, 24, 24]],
  ['Europe/Berlin', '2026-10-22T00:30:00.000Z', [24, 24, 24, 25, 24]],
  ['Australia/Lord_Howe', '2026-04-02T14:45:00.000Z', [24, 24, 24.5, 24, 24]],
  ['Australia/Lord_Howe', '2026-10-01T15:45:00.000Z', [24, 24, 23.5, 24, 24]],
] as const)(
  'T-P10 a day of %s from %s is charged once, however long it is',
  async (zone, from, hours) => {
    const until = new Date(Date.parse(from) + 4.5 * 86_400_000).toISOString();
    const days = await lived({ slug: 'day', from, until, zone });
    expectTiled(days);
    const lengths = days.map(
      ({ startsAt, endsAt }) => (endsAt.getTime() - startsAt.getTime()) / 3_600_000,
    );
    expect(lengths).toEqual(hours);
  },
  60_000,
);
