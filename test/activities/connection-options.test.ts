import { sql as text } from 'drizzle-orm';
import { connect, connectReadOnly, type ConnectOptions } from '../../drizzle/client';
import { openBooks, type Books } from './support/books';

let books: Books;
beforeAll(async () => {
  books = await openBooks();
});
afterAll(() => books.close());

/** How a session of such a pool is set. */
async function sessionOf(options: ConnectOptions, open = connect): Promise<unknown> {
  const { sql, close } = open(books.url, { ...options, poolSize: 1 });
  const [row] = await sql`
    select current_setting('synchronous_commit') as flush, current_setting('TimeZone') as zone,
      current_setting('enable_seqscan') as scans, current_setting('plan_cache_mode') as plans, current_setting('default_transaction_read_only') as reads`;
  await close();
  return row;
}

const STRICT = { flush: 'on', zone: 'UTC', scans: 'on', plans: 'auto', reads: 'off' };

const LOOKED_UP = { scans: 'off', plans: 'force_generic_plan' };

test.each([
  ['money', {}, STRICT],
  ['statements that are kept', { keepsStatements: true }, { ...STRICT, ...LOOKED_UP }],
  ['counters that may be lost', { flushesLater: true }, { ...STRICT, flush: 'off' }],
])(
  'a pool for %s has its commits on the disk unless it says otherwise',
  async (_what, options, session) => {
    expect(await sessionOf(options)).toEqual(session);
  },
);

test('a pool for reads writes nothing', async () => {
  expect(await sessionOf({}, connectReadOnly)).toEqual({ ...STRICT, reads: 'on' });
});

test('a connection keeps a bounded number of statements, and answers those beyond it, too', async () => {
  const { db, close } = connect(books.url, { poolSize: 1, keepsStatements: true });
  const wide = (columns: number) =>
    db.execute(
      text`select ${columns}::int, ${text.join(
        Array.from({ length: columns }, () => text`1`),
        text`, `,
      )}`,
    );
  for (let columns = 1; columns <= 320; columns += 1) await wide(columns);
  const [row] = await db.execute(
    text`select count(*)::int as kept from pg_prepared_statements where statement like 'select $1::int%'`,
  );
  expect(row).toEqual({ kept: 300 });
  await close();
}, 20_000);
