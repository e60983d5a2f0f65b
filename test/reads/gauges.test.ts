import { v7 } from 'uuid';
import { backupGauges, ledgerGauges, stateGauges, type GaugeName } from '../../src/reads/gauges';
import { startDatabase, type TestingDatabase } from '../bot/support/database';

const AGO = (seconds: number) => new Date(Date.now() - seconds * 1_000);

let database: TestingDatabase;
beforeEach(async () => {
  database = await startDatabase();
});
afterEach(() => database.drop());

async function read(name: GaugeName): Promise<[Readonly<Record<string, string>>, number][]> {
  const rows = [...(await stateGauges(database.db)), ...(await ledgerGauges(database.db))];
  return rows
    .filter((row) => row.name === name)
    .map(({ labels, value }) => [labels, Number(value)]);
}

async function payment(row: { state: string; minor?: number; ago?: number }): Promise<void> {
  const { sql } = database;
  await sql`insert into payments ${sql({
    ...{ id: v7(), provider: 'mock', provider_payment_id: v7(), currency: 'RUB', exponent: 2 },
    ...{ amount_minor: row.minor ?? 100, state: row.state, rank: 0 },
    recorded_at: AGO(row.ago ?? 0),
  })}`;
}

async function notification(row: { verified: string; ago: number; signalled?: boolean }) {
  const { sql } = database;
  await sql`insert into inbox_events ${sql({
    ...{ id: v7(), provider: 'mock', dedupe_key: v7(), headers: {}, raw: Buffer.from('x') },
    ...{ verified: row.verified, recorded_at: AGO(row.ago), updated_at: AGO(row.ago) },
    signalled_at: row.signalled ? new Date() : null,
  })}`;
}

test('an empty business shows no lag, nothing unknown and nothing open', async () => {
  expect(await read('billing_inbox_lag_seconds')).toEqual([[{}, 0]]);
  expect(await read('billing_unknown_age_seconds')).toEqual(
    expect.arrayContaining([
      [{ kind: 'payment' }, 0],
      [{ kind: 'charge' }, 0],
    ]),
  );
  expect(await read('billing_outbox_lag_seconds')).toContainEqual([{ category: 'money' }, 0]);
  expect(await read('billing_open_items')).toEqual([]);
  expect(await read('billing_ledger_imbalance')).toEqual([]);
});

test('payments of a day are counted by state, and their money is added up by currency', async () => {
  await payment({ state: 'paid', minor: 20_000 });
  await payment({ state: 'paid', minor: 5_000 });
  await payment({ state: 'failed' });
  await payment({ state: 'paid', minor: 99, ago: 25 * 3_600 });
  expect(await read('billing_payments_day')).toEqual(
    expect.arrayContaining([
      [{ provider: 'mock', state: 'paid' }, 2],
      [{ provider: 'mock', state: 'failed' }, 1],
    ]),
  );
  expect(await read('billing_sales_day_minor')).toEqual([
    [{ provider: 'mock', currency: 'RUB' }, 25_000],
  ]);
});

test('the oldest unknown payment tells how long nobody knows', async () => {
  await payment({ state: 'unknown', ago: 60 });
  await payment({ state: 'unknown', ago: 1_800 });
  const [[, age] = []] = (await read('billing_unknown_age_seconds')).filter(
    ([{ kind }]) => kind === 'payment',
  );
  expect(age).toBeGreaterThanOrEqual(1_800);
  expect(age).toBeLessThan(1_900);
});

test('a genuine notification that nobody was told of lags; a forged or a told one does not', async () => {
  await notification({ verified: 'no', ago: 9_000 });
  await notification({ verified: 'yes', ago: 5_000, signalled: true });
  await notification({ verified: 'not_possible', ago: 120 });
  const [[, lag] = []] = await read('billing_inbox_lag_seconds');
  expect(lag).toBeGreaterThanOrEqual(120);
  expect(lag).toBeLessThan(200);
});

test('forgeries of the last five minutes are counted by provider', async () => {
  await notification({ verified: 'no', ago: 10 });
  await notification({ verified: 'no', ago: 20 });
  await notification({ verified: 'no', ago: 400 });
  expect(await read('billing_verification_failures_5m')).toEqual([[{ provider: 'mock' }, 2]]);
});

test('open items are counted by kind, and those past their term once more', async () => {
  const { sql } = database;
  for (const due of [AGO(60), AGO(-60)]) {
    await sql`insert into open_items ${sql({
      ...{ id: v7(), key: v7(), kind: 'unmatched', reason: 'x', due_at: due },
    })}`;
  }
  expect(await read('billing_open_items')).toEqual([[{ kind: 'unmatched' }, 2]]);
  expect(await read('billing_open_items_overdue')).toEqual([[{ kind: 'unmatched' }, 1]]);
});

describe('backups', () => {
  /** What is shown while the cluster has a role `backup`; it is gone again afterwards. */
  async function shown(told: string): Promise<Readonly<Record<string, number>>> {
    const undone = new Error('nothing stays');
    let numbers: [string, number][] = [];
    const looking = database.db.transaction(async (tx) => {
      await tx.execute('create role backup login replication');
      if (told !== '') await tx.execute(`alter role backup set application_name = '${told}'`);
      const rows = await backupGauges(tx);
      numbers = rows.map(({ name, value }) => [name, Number(value)]);
      throw undone;
    });
    await expect(looking).rejects.toBe(undone);
    return Object.fromEntries(numbers);
  }

  test('kept by others show nothing', async () => {
    expect(await backupGauges(database.db)).toEqual([]);
  });

  test('show how old the newest copy is, and the period that was agreed', async () => {
    const instant = `${AGO(7_200).toISOString().slice(0, 19)}Z`;
    const numbers = await shown(`copy ${instant} every 12 hours`);
    expect(numbers['billing_backup_copy_age_seconds']).toBeGreaterThanOrEqual(7_200);
    expect(numbers['billing_backup_copy_age_seconds']).toBeLessThan(7_300);
    expect(numbers['billing_backup_period_seconds']).toBe(43_200);
  });

  test('that were never made are as old as the cluster, the copy and the log alike', async () => {
    const numbers = await shown('');
    const age = numbers['billing_backup_copy_age_seconds'] ?? 0;
    expect(age).toBeGreaterThan(0);
    expect(age).toBeLessThan(366 * 86_400);
    expect(numbers['billing_backup_log_gap_seconds']).toBe(age);
    expect(numbers['billing_backup_period_seconds']).toBe(86_400);
  });
});
