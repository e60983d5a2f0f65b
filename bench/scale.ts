import { randomUUID } from 'node:crypto';
import { prepareDatabase, type Servers } from './servers';
import { seed } from './seed';
import { median, spread } from './statistics';
import { randomUser } from './systems/direct';
import { openLedger, type Ledger } from './systems/ledger';

/** A ledger of a certain size, and what its transactions cost. */
export interface ScaleCell {
  readonly users: number;
  readonly entries: number;
  /** Medians of the time of one transaction. */
  readonly singleMs: number;
  readonly batchMs: number;
}

export interface ScalePlan {
  /** At a thousand people. */
  readonly entries: readonly number[];
  /** At a thousand entries. */
  readonly users: readonly number[];
  readonly rounds: number;
}

export const BATCH = 100;
const STANDARD = 1_000;
const SINGLES_A_ROUND = 20;
const BATCHES_A_ROUND = 5;

/** Measures ledgers of all sizes round and round, each in a database of its own. */
export async function measureScale(
  servers: Servers,
  plan: ScalePlan,
  say: (line: string) => void,
): Promise<ScaleCell[]> {
  const sizes = [
    ...plan.entries.map((entries) => ({ users: STANDARD, entries })),
    ...plan.users.map((users) => ({ users, entries: STANDARD })),
  ];
  const open: (ScaleTimes & { ledger: Ledger; users: number; entries: number })[] = [];
  try {
    for (const size of sizes) {
      say(`seeding ${size.entries} entries of ${size.users} users`);
      open.push({ ...size, singles: [], batches: [], ledger: await openSized(servers, size) });
    }
    for (let round = 0; round <= plan.rounds; round += 1) {
      // The first round warms up.
      for (const one of open) await timeRound(one, round > 0);
    }
  } finally {
    for (const { ledger } of open) await ledger.close();
  }
  return open.map(({ users, entries, singles, batches }) => ({
    ...{ users, entries },
    singleMs: median(singles),
    batchMs: median(batches),
  }));
}

interface ScaleTimes {
  readonly singles: number[];
  readonly batches: number[];
}

async function openSized(
  { makeDatabase, postgres }: Servers,
  { users, entries }: { users: number; entries: number },
): Promise<Ledger> {
  const name = `scale_${users}_${entries}`;
  const databaseUrl = await makeDatabase(name);
  await prepareDatabase(databaseUrl);
  const { clientId } = await seed({
    adminUrl: postgres.urlOf(name),
    users,
    earlierSpends: entries / 2,
    pepper: 'bench',
  });
  return openLedger({ databaseUrl, clientId, poolSize: 1 });
}

async function timeRound(
  { ledger, users, singles, batches }: ScaleTimes & { ledger: Ledger; users: number },
  isKept: boolean,
): Promise<void> {
  const time = async (spends: number, into: number[]): Promise<void> => {
    const wishes = Array.from({ length: spends }, () => ({
      key: randomUUID(),
      userId: randomUser(users),
    }));
    const startedAt = performance.now();
    await ledger.spendAll(wishes);
    if (isKept) into.push(performance.now() - startedAt);
  };
  for (let n = 0; n < SINGLES_A_ROUND; n += 1) await time(1, singles);
  for (let n = 0; n < BATCHES_A_ROUND; n += 1) await time(BATCH, batches);
}

/** How far apart the costs lie within a series, as shares of the smallest. */
export function flatness(cells: readonly ScaleCell[]): { single: number; batch: number } {
  return {
    single: spread(cells.map(({ singleMs }) => singleMs)),
    batch: spread(cells.map(({ batchMs }) => batchMs)),
  };
}
