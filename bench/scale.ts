import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import postgres from 'postgres';
import { prepareDatabase, type Servers } from './servers';
import { seed } from './seed';
import { median, spread } from './statistics';
import { randomUser } from './systems/direct';
import { openLedger, type Ledger } from './systems/ledger';

/** A ledger of a certain size, and what its transactions cost. */
export interface ScaleCell {
  readonly users: number;
  readonly entries: number;
  readonly single: Cost;
  /** A batch that spends of one wallet only. */
  readonly ofOne: Cost;
  /** A batch in which every spend is another person's; undefined where there are fewer people than that. */
  readonly ofMany: Cost | undefined;
}

/** What is measured in every ledger. A wallet more to lock and to write is work and not size: each kind has its own count of them. */
export const KINDS = ['single', 'ofOne', 'ofMany'] as const;
export type Kind = (typeof KINDS)[number];

/** Medians over the rounds. */
export interface Cost {
  /** From the question to the answer, with the flush to disk and every wait for a core. */
  readonly wallMs: number;
  /** Processor time of PostgreSQL's process alone; undefined where the system does not tell as Linux does. */
  readonly ownMs: number | undefined;
  /** Beside the first size, in the same round. */
  readonly wallRatio: number;
  readonly ownRatio: number | undefined;
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
/** Few, so that a round is over before the machine has changed; many rounds make up for it. */
const SINGLES_A_ROUND = 6;
const BATCHES_A_ROUND = 2;
/** Until spends of random people have touched the pages of even the largest ledger since the last checkpoint. */
const WARMING_BATCHES = 250;

interface Sized {
  readonly users: number;
  readonly entries: number;
  readonly ledger: Ledger;
  /** The process of PostgreSQL that serves this ledger's only connection. */
  readonly pid: number | undefined;
}

/**
 * Measures ledgers of all sizes round and round, each in a database of its own, all with the same number of spends and
 * beginning with another one each time. A disk or a machine that is slow for a while is slow for the whole of a round,
 * and the ratios within it stay.
 */
export async function measureScale(
  servers: Servers,
  plan: ScalePlan,
  say: (line: string) => void,
): Promise<ScaleCell[]> {
  const sizes = [
    ...plan.entries.map((entries) => ({ users: STANDARD, entries })),
    ...plan.users.map((users) => ({ users, entries: STANDARD })),
  ];
  await keepQuiet(servers);
  const open: Sized[] = [];
  try {
    for (const size of sizes) {
      say(`seeding ${size.entries} entries of ${size.users} users`);
      open.push(await openSized(servers, size));
    }
    const rounds: Round[] = [];
    // The first round warms up.
    for (let round = 0; round <= plan.rounds; round += 1) {
      const times = await measureRound(open, round);
      if (round > 0) rounds.push(times);
    }
    return open.map((sized) => cellOf(sized, open[0] ?? sized, rounds));
  } finally {
    for (const { ledger } of open) await ledger.close();
  }
}

/** A checkpoint or a vacuum in the middle would be paid by whichever size it hits. */
async function keepQuiet({ postgres: { adminUrl } }: Servers): Promise<void> {
  const sql = postgres(adminUrl, { max: 1 });
  await sql`alter system set checkpoint_timeout = '1h'`;
  await sql`alter system set max_wal_size = '8GB'`;
  await sql`alter system set autovacuum = off`;
  await sql`select pg_reload_conf()`;
  await sql.end();
}

async function openSized(
  { makeDatabase, postgres: server }: Servers,
  { users, entries }: { users: number; entries: number },
): Promise<Sized> {
  const name = `scale_${users}_${entries}`;
  const databaseUrl = await makeDatabase(name);
  await prepareDatabase(databaseUrl);
  const { clientId } = await seed({
    adminUrl: server.urlOf(name),
    users,
    earlierSpends: entries / 2,
    pepper: 'bench',
  });
  const ledger = openLedger({ databaseUrl, clientId, poolSize: 1 });
  for (let n = 0; n < WARMING_BATCHES; n += 1) {
    await spendAll(
      ledger,
      Array.from({ length: BATCH }, () => randomUser(users)),
    );
  }
  const sql = postgres(server.urlOf(name), { max: 1, onnotice: () => undefined });
  await sql`vacuum analyze`;
  const [row] = await sql<{ pid: number }[]>`
    select pid from pg_stat_activity where datname = ${name} and application_name = 'bench'`;
  await sql.end();
  return { users, entries, ledger, pid: row?.pid };
}

async function spendAll(ledger: Ledger, userIds: readonly number[]): Promise<void> {
  await ledger.spendAll(userIds.map((userId) => ({ key: randomUUID(), userId })));
}

/** Whose tokens a measured transaction spends. */
const PEOPLE: Readonly<Record<Kind, (users: number) => readonly number[]>> = {
  single: (users) => [randomUser(users)],
  ofOne: (users) => Array.from({ length: BATCH }).fill(randomUser(users)) as number[],
  ofMany: (users) => {
    const people = new Set<number>();
    while (people.size < BATCH) people.add(randomUser(users));
    return [...people];
  },
};

const TIMES: Readonly<Record<Kind, number>> = {
  single: SINGLES_A_ROUND,
  ofOne: BATCHES_A_ROUND,
  ofMany: BATCHES_A_ROUND,
};

interface Times {
  readonly wallMs: number;
  readonly ownMs: number | undefined;
}

type Costs = ReadonlyMap<Kind, Times>;
type Round = ReadonlyMap<Sized, Costs>;

async function measureRound(open: readonly Sized[], round: number): Promise<Round> {
  const times = new Map<Sized, Costs>();
  for (const index of open.keys()) {
    const sized = open[(index + round) % open.length];
    if (sized) times.set(sized, await timeOf(sized));
  }
  return times;
}

async function timeOf(sized: Sized): Promise<Costs> {
  const costs = new Map<Kind, Times>();
  for (const kind of KINDS) {
    if (kind === 'ofMany' && sized.users < BATCH) continue;
    costs.set(kind, await timeEach(sized, kind));
  }
  return costs;
}

async function timeEach({ ledger, users, pid }: Sized, kind: Kind): Promise<Times> {
  const walls: number[] = [];
  const before = ownMs(pid);
  for (let n = 0; n < TIMES[kind]; n += 1) {
    const people = PEOPLE[kind](users);
    const startedAt = performance.now();
    await spendAll(ledger, people);
    walls.push(performance.now() - startedAt);
  }
  const after = ownMs(pid);
  const own =
    before === undefined || after === undefined ? undefined : (after - before) / TIMES[kind];
  return { wallMs: median(walls), ownMs: own };
}

/** What the scheduler counts for a process; waiting for the disk or for a core is not in it. */
function ownMs(pid: number | undefined): number | undefined {
  if (pid === undefined) return undefined;
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1_000_000;
  } catch {
    return undefined;
  }
}

function cellOf(sized: Sized, standard: Sized, rounds: readonly Round[]): ScaleCell {
  const cost = (kind: Kind): Cost => {
    const pairs = rounds.flatMap((round) => {
      const [own, other] = [round.get(sized)?.get(kind), round.get(standard)?.get(kind)];
      return own && other ? [{ size: own, standard: other }] : [];
    });
    return costOf(pairs);
  };
  const { users, entries } = sized;
  const ofMany = users < BATCH ? undefined : cost('ofMany');
  return { users, entries, single: cost('single'), ofOne: cost('ofOne'), ofMany };
}

interface Pair {
  readonly size: Times;
  readonly standard: Times;
}

function costOf(pairs: readonly Pair[]): Cost {
  const told = pairs.flatMap(({ size, standard }) =>
    size.ownMs === undefined || standard.ownMs === undefined
      ? []
      : [{ ownMs: size.ownMs, ratio: size.ownMs / standard.ownMs }],
  );
  return {
    wallMs: median(pairs.map(({ size }) => size.wallMs)),
    wallRatio: median(pairs.map(({ size, standard }) => size.wallMs / standard.wallMs)),
    ownMs: told.length === 0 ? undefined : median(told.map(({ ownMs }) => ownMs)),
    ownRatio: told.length === 0 ? undefined : median(told.map(({ ratio }) => ratio)),
  };
}

/**
 * How far apart the costs of one kind lie, by the clock on the wall or by PostgreSQL's own time, as a share of the
 * smallest ratio to the standard size; undefined where they were not told or nothing lies beside them.
 */
export function flatness(
  cells: readonly ScaleCell[],
  kind: Kind,
  ratio: 'wallRatio' | 'ownRatio',
): number | undefined {
  const costs = cells.flatMap((cell) => cell[kind] ?? []);
  const ratios = costs.flatMap((cost) => cost[ratio] ?? []);
  return ratios.length < Math.max(2, costs.length) ? undefined : spread(ratios);
}
