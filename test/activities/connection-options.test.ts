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
      current_setting('enable_seqscan') as scans, current_setting('default_transaction_read_only') as reads`;
  await close();
  return row;
}

const STRICT = { flush: 'on', zone: 'UTC', scans: 'on', reads: 'off' };

test.each([
  ['money', {}, STRICT],
  ['statements that are kept', { keepsStatements: true }, { ...STRICT, scans: 'off' }],
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
