import { sql } from 'drizzle-orm';
import { RateLimiterDrizzle } from 'rate-limiter-flexible';
import type { Database } from '../../../drizzle/client';
import { rateCounters } from '../../../drizzle/schema';
import { assert } from '../../domain/assert';

export interface RateLimit {
  readonly points: number;
  readonly seconds: number;
}

interface Claim {
  readonly key: string;
  readonly points: number;
  /** What may be granted in any period. */
  readonly most: number;
  readonly ms: number;
}

/** Where a counter stands for one claim: its own share of it is the last. */
interface Count {
  /** With what was asked for and not granted. */
  readonly points: number;
  /** When the oldest of what was granted leaves the period: from then on there is room again. */
  readonly expire: Date;
}

export type CountClaim = (claim: Claim) => Promise<Count>;

interface Waiting {
  readonly claim: Claim;
  readonly resolve: (count: Count) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Counts in PostgreSQL, so that all processes share one truth. Claims that arrive while a statement is under way leave
 * together in the next: however many calls there are, they cost one statement and one connection at a time.
 */
export function createCounters(db: Database): CountClaim {
  let waiting: Waiting[] = [];
  let isUnderWay = false;
  const leave = async () => {
    isUnderWay = true;
    // The claims of one call are made in one go and leave together.
    await Promise.resolve();
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      await countAll(db, batch);
    }
    isUnderWay = false;
  };
  return (claim) =>
    new Promise((resolve, reject) => {
      waiting.push({ claim, resolve, reject });
      if (!isUnderWay) void leave();
    });
}

/**
 * The library decides, this counts for it: not in periods that begin and end, across whose edge twice the limit could
 * pass, but what was granted in the period before each claim.
 */
export class BatchedLimiter extends RateLimiterDrizzle {
  /** Known to the library, not to its types: how long the key is still refused without asking PostgreSQL. */
  declare readonly getInMemoryBlockMsBeforeExpire: (key: string) => number;

  constructor(
    db: Database,
    prefix: string,
    private readonly rate: RateLimit & { readonly count: CountClaim },
  ) {
    super({
      storeClient: db,
      schema: rateCounters,
      points: rate.points,
      duration: rate.seconds,
      keyPrefix: prefix,
      // Whoever has used up the period costs no more statements until it is over.
      inMemoryBlockOnConsumed: rate.points,
      // Servers clear what has expired: the library's own timer outlives the connection it uses.
      clearExpiredByTimeout: false,
    });
  }

  isBlockedHere(key: string): boolean {
    return this.getInMemoryBlockMsBeforeExpire(this.getKey(key)) > 0;
  }

  /** The library's only writing step. */
  // Its four parameters are the library's.
  // eslint-disable-next-line max-params
  _upsert(key: string, points: number, ms: number, isForced: boolean): Promise<Count> {
    assert(!isForced, 'nobody sets or blocks a counter by hand');
    return this.rate.count({ key, points, most: this.rate.points, ms });
  }
}

/** Deletes counters whose period is over; as many statements as it takes, each of them short. */
export async function clearCounters(db: Database): Promise<void> {
  for (;;) {
    const cleared = await db.execute(sql`
      delete from ${rateCounters} where key in (
        select key from ${rateCounters} where expire < now() limit ${ROWS_AT_ONCE}
        for update skip locked)
      returning 1`);
    if (cleared.length < ROWS_AT_ONCE) return;
  }
}

const ROWS_AT_ONCE = 5_000;

async function countAll(db: Database, batch: readonly Waiting[]): Promise<void> {
  try {
    const merged = mergeClaims(batch.map(({ claim }) => claim));
    const counts = await upsert(db, [...merged.values()]);
    for (const { claim, resolve } of batch) resolve(rankOf(claim, { merged, counts }));
  } catch (error) {
    for (const { reject } of batch) reject(error);
  }
}

/** One claim a key, in one order for all processes: two statements never wait for each other. */
function mergeClaims(claims: readonly Claim[]): Map<string, Claim> {
  const merged = new Map<string, Claim>();
  for (const claim of claims) {
    const before = merged.get(claim.key)?.points ?? 0;
    merged.set(claim.key, { ...claim, points: before + claim.points });
  }
  return new Map([...merged].sort(([a], [b]) => (a < b ? -1 : 1)));
}

interface Row extends Record<string, unknown> {
  readonly key: string;
  readonly points: number;
  readonly ms_left: number;
}

/** What was granted within such a part of a period is remembered as one, as if all of it came with its last. */
const PARTS_OF_A_PERIOD = 60;

/**
 * The database's clock alone decides what lies in the period: those of the processes may differ. A counter remembers
 * when it granted what, in at most one place for each part of the period; what it refused takes up no room.
 */
async function upsert(db: Database, claims: readonly Claim[]): Promise<Map<string, Count>> {
  const rows = await db.execute<Row>(sql`
    insert into ${rateCounters} as known (key, points, most, expire, instants, granted)
    select key, points, most, now() + ms * interval '1 millisecond',
      array[now()], array[least(points, most)]
    from json_to_recordset(${JSON.stringify(claims)}::json)
      as claim (key text, points integer, most integer, ms double precision)
    on conflict (key) do update set (points, most, expire, instants, granted) = (
      select used + excluded.points, excluded.most, excluded.expire, instants, granted
      from
        (select excluded.expire - now() as period) as span,
        lateral (
          select coalesce(sum(points), 0)::integer as used
          from unnest(known.instants, known.granted) as past (at, points)
          where at > now() - period) as before,
        lateral (
          select coalesce(array_agg(at order by at), '{}') as instants,
            coalesce(array_agg(points order by at), '{}') as granted
          from (
            select max(at) as at, sum(points)::integer as points
            from (
              select at, points
              from unnest(known.instants, known.granted) as past (at, points)
              where at > now() - period
              union all
              select now(), least(excluded.points, excluded.most - used)
              where used < excluded.most) as each
            group by floor(extract(epoch from at)
              / nullif(extract(epoch from period) / ${PARTS_OF_A_PERIOD}, 0))) as part
        ) as after)
    returning key, points,
      extract(epoch from coalesce(instants[1] - now(), interval '0') + expire - now())
        ::double precision * 1000 as ms_left`);
  const nowMs = Date.now();
  return new Map(
    rows.map(({ key, points, ms_left: ms }) => [key, { points, expire: new Date(nowMs + ms) }]),
  );
}

/** Claims of one key that left together stand in the order of their arrival. */
function rankOf(
  claim: Claim,
  { merged, counts }: { merged: Map<string, Claim>; counts: Map<string, Count> },
): Count {
  const [whole, count] = [merged.get(claim.key), counts.get(claim.key)];
  assert(whole && count, `the counter ${claim.key} was just written`);
  const behind = whole.points - claim.points;
  merged.set(claim.key, { ...whole, points: behind });
  const points = count.points - behind;
  return { points, expire: count.expire };
}
