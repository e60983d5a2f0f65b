import type { SealHorizon } from '../../workflows/billing/keeper/contract';
import { until } from '../support/until';
import { asWorkflow, atOnce, count, NOON, openBooks, SETTINGS, type Books } from './support/books';

const KEEPER = 'keeper:0';
let books: Books;

beforeEach(async () => {
  books = await openBooks();
});
afterEach(() => books.close());

const audit = (rows: number) => books.sql`
  insert into audit_log (actor_kind, actor_id, action, entity, entity_id, after, as_of)
  select 'system', 'test', 'setting.changed', 'setting', n::text, '{"b": 1, "a": "ю"}', now()
  from generate_series(1, ${rows}::int) n`;

const seal = (horizon?: SealHorizon) =>
  asWorkflow(KEEPER, () => books.act.sealAudit(horizon ? { horizon } : {}));

/** Seals up to a horizon as soon as no older transaction is open, also in the databases of other tests. */
async function sealUpTo(horizon: SealHorizon) {
  return until('older transactions to end', async () => {
    const sealing = await seal(horizon);
    const isKept = sealing.horizon.nextTransaction === horizon.nextTransaction;
    return isKept && sealing.sealedRows === 0 ? undefined : sealing;
  });
}

/** Two rounds: one takes the horizon, the next seals up to it. */
async function sealAll(): Promise<number> {
  const { horizon } = await seal();
  return (await sealUpTo(horizon)).sealedRows;
}

async function checked(asOf = NOON): Promise<string[]> {
  let cursor: { toId: number; hash: string } | undefined;
  do {
    const round = cursor ? { asOf, cursor } : { asOf };
    cursor = (await asWorkflow(KEEPER, () => books.act.checkSeals(round))).cursor;
  } while (cursor);
  const items = await books.sql`select reason from open_items where kind = 'break' order by id`;
  return items.map((row) => String(row['reason']));
}

/** As somebody with the keys of the server could. */
async function tamper(change: string): Promise<void> {
  await books.sql.begin(async (sql) => {
    await sql`set local session_replication_role = replica`;
    await sql.unsafe(change);
  });
}

describe('sealing the audit', () => {
  it('seals up to the horizon of the round before, and each row once', async () => {
    await audit(3);
    const first = await seal();
    await audit(2);
    const second = await sealUpTo(first.horizon);
    expect(second.sealedRows).toBe(3);
    expect((await seal(first.horizon)).sealedRows).toBe(0);
    expect((await sealUpTo(second.horizon)).sealedRows).toBe(2);
    expect(await checked()).toEqual([]);
  });

  it('chains batches by several keepers at once without a gap', async () => {
    await audit(10);
    const { horizon } = await seal();
    await atOnce(5, () => sealUpTo(horizon));
    expect(await count(books.sql, 'audit_seals')).toBe(1);
    expect(await checked()).toEqual([]);
  });

  it('seals a row that commits after a greater one, because it waits for open transactions', async () => {
    await audit(1);
    const late = await books.sql.reserve();
    await late`begin`;
    await late`insert into audit_log (actor_kind, actor_id, action, entity, entity_id, as_of)
      values ('system', 'late', 'late', 'setting', 'x', now())`;
    await audit(1);
    const { horizon } = await seal();
    const waiting = await seal(horizon);
    expect(waiting).toEqual({ sealedRows: 0, horizon });
    await late`commit`;
    late.release();
    expect((await sealUpTo(waiting.horizon)).sealedRows).toBe(3);
    expect(await checked()).toEqual([]);
  });

  it('goes on after a hole in the numbers', async () => {
    await audit(1);
    await books.sql`select nextval('audit_log_id_seq')`;
    await audit(1);
    expect(await sealAll()).toBe(2);
    expect(await checked()).toEqual([]);
  });

  it('takes a new horizon after the database was restored from a copy', async () => {
    await audit(1);
    const fromTheFuture = { toId: 1, nextTransaction: '999999999999' };
    const { sealedRows, horizon } = await seal(fromTheFuture);
    expect(sealedRows).toBe(0);
    expect((await sealUpTo(horizon)).sealedRows).toBe(1);
  });
});

describe('a check of the seals', () => {
  beforeEach(async () => {
    await audit(3);
    await sealAll();
    await audit(3);
    await sealAll();
    await audit(3);
    await sealAll();
  });

  it.each([
    ['a changed row', `update audit_log set reason = 'nothing to see' where id = 5`],
    ['a deleted row', `delete from audit_log where id = 5`],
    [
      'a row put in afterwards',
      `delete from audit_log where id = 4; update audit_log set id = 4 where id = 5`,
    ],
  ])('finds %s', async (_what, change) => {
    await tamper(change);
    expect(await checked()).toEqual([
      'seal of audit rows 4 to 6: the rows are not what was sealed',
    ]);
  });

  it('finds a missing seal', async () => {
    await tamper(`delete from audit_seals where from_id = 4`);
    expect(await checked()).toEqual(['seal of audit rows 7 to 9: the seal before it is missing']);
  });

  it('finds rows whose seals were cut off at the end', async () => {
    await tamper(`delete from audit_seals where from_id = 7`);
    expect(await checked(new Date(Date.now() + 7_200_000).toISOString())).toEqual([
      'audit rows from 7 on have no seal',
    ]);
    expect(await checked(new Date().toISOString())).toHaveLength(1);
  });

  it('finds a seal that was written anew over changed rows', async () => {
    await tamper(`update audit_seals set hash = sha256('forged') where from_id = 1`);
    const reasons = await checked();
    expect(reasons).toContain('seal of audit rows 1 to 3: the rows are not what was sealed');
    expect(reasons).toContain(
      'seal of audit rows 4 to 6: it does not follow from the seal before it',
    );
  });

  it('tells the operators once', async () => {
    await tamper(`delete from audit_log where id = 5`);
    const act = books.activities({ settings: { ...SETTINGS, adminChatId: -100 } });
    for (let time = 0; time < 2; time += 1)
      await asWorkflow(KEEPER, () => act.checkSeals({ asOf: NOON }));
    expect(await count(books.sql, 'open_items')).toBe(1);
    const told = await books.sql`select params from outbox_messages where chat_id = -100`;
    expect(told).toHaveLength(1);
  });
});

describe('a check of the books', () => {
  it('finds nothing in good books, and shows what is broken once a day', async () => {
    const check = (asOf: string) => asWorkflow(KEEPER, () => books.act.checkInvariants({ asOf }));
    expect(await check(NOON)).toEqual({ broken: [] });
    await books.newUser({ id: 7 });
    await books.sql`
      insert into accounts (id, code, asset, user_id, balance)
      values (gen_random_uuid(), 'wallet:7:TOK', 'TOK', 7, 5)`;
    const { broken } = await check(NOON);
    expect(broken).toContain('a wallet equals the sum of its entries');
    await check(NOON);
    expect(await count(books.sql, 'open_items')).toBe(broken.length);
    await books.sql`delete from accounts`;
  });
});

describe('retention', () => {
  it('empties old bytes and old messages, keeps the rows, and leaves what is young or unsent', async () => {
    await books.sql`
      insert into inbox_events (id, provider, dedupe_key, headers, raw, verified, recorded_at)
      select gen_random_uuid(), 'mock', days::text, '{"x": "y"}', 'bytes', 'yes',
        ${NOON}::timestamptz - days * interval '1 day'
      from unnest(array[179, 181]) days`;
    await books.sql`
      insert into outbox_messages (id, key, chat_id, template, locale, params, category, state, recorded_at)
      select gen_random_uuid(), state || days, 1, 'inv.expired', 'en', '{"no": 1}', 'service', state,
        ${NOON}::timestamptz - days * interval '1 day'
      from unnest(array[89, 91]) days, unnest(array['sent', 'queued']) state`;
    const apply = () => asWorkflow(KEEPER, () => books.act.applyRetention({ asOf: NOON }));
    await books.sql`
      insert into rate_counters (key, points, expire)
      select hours::text, 1, ${NOON}::timestamptz - hours * interval '1 hour' from unnest(array[23, 25]) hours`;
    await books.sql`
      insert into idempotency_keys (caller, key, method, path, body_hash, status, response, expires_at)
      select 'shop', hours::text, 'POST', '/', '', 200, '{}', ${NOON}::timestamptz + hours * interval '1 hour'
      from unnest(array[-1, 1]) hours`;
    const emptied = {
      inboxEvents: 1,
      outboxMessages: 1,
      exports: 0,
      shownCards: 0,
      rateCounters: 1,
      answers: 1,
    };
    expect(await apply()).toEqual(emptied);
    expect(new Set(Object.values(await apply()))).toEqual(new Set([0]));
    const [inbox] = await books.sql`
      select headers, raw from inbox_events where dedupe_key = '181'`;
    expect(inbox).toEqual({ headers: {}, raw: Buffer.alloc(0) });
    expect(await count(books.sql, 'outbox_messages')).toBe(4);
  });
});
