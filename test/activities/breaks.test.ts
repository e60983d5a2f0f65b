import { asWorkflow, atOnce, checkBooks, NOON, openBooks, type Books } from './support/books';
import { auditOf } from './support/orders';
import { grant, transfer } from './support/transfers';

let books: Books;

beforeAll(async () => {
  books = await openBooks({ adminChatId: -100 });
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

test('a transfer that does not add up is shown to operators with what is wrong, once', async () => {
  const userId = await books.newUser();
  const { transferId } = await transfer(books, grant(userId, 10));
  const broken = ['lots', 'unit_price'];
  const report = () =>
    asWorkflow(`breakItem:${transferId}`, () =>
      books.act.openBreak({ transferId, userId, broken, asOf: NOON }),
    );
  const openItemKey = `breakItem:${transferId}:break`;
  expect(await atOnce(5, report)).toEqual(Array(5).fill({ openItemKey }));
  const items = await books.sql`
    select kind, state, user_id::int as "userId", reason from open_items where key = ${openItemKey}`;
  expect([...items]).toEqual([
    { kind: 'break', state: 'open', userId, reason: expect.stringContaining('lots, unit_price') },
  ]);
  const told = await books.sql`
    select 1 from outbox_messages where key = ${`ops:ops.open_item:${openItemKey}`}`;
  expect(told).toHaveLength(1);
  expect(await auditOf(books, transferId)).toEqual(['break.found']);
});
