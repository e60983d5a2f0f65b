import { randomUUID } from 'node:crypto';
import type { Audience, BroadcastMove } from '../../src/domain/broadcast';
import { asWorkflow, atOnce, checkBooks, NOON, openBooks, type Books } from './support/books';
import { pending } from './support/orders';
import { paidFact, post, rub } from './support/payments';

let books: Books;
let admin: number;

beforeAll(async () => {
  books = await openBooks();
  admin = await books.newUser();
  await books.sql`insert into roles (user_id, role, granted_by) values (${admin}, 'admin', 'test')`;
});
afterEach(async () => {
  await checkBooks(books);
  await books.sql`update users set marketing_ok = false`;
});
afterAll(() => books.close());

const reader = (change: Parameters<Books['newUser']>[0] = {}) =>
  books.newUser({ marketingOk: true, ...change });

async function start(audience: Audience = 'all', broadcastId: string = randomUUID()) {
  const operationId = randomUUID();
  const { outcome } = await asWorkflow(`op:${operationId}`, () =>
    books.act.runOperation({
      operationId,
      action: 'start_broadcast',
      params: { broadcastId, audience, textRu: 'Скидки', textEn: '<b>Sale</b>' },
      operator: { userId: admin },
      reason: 'the autumn sale begins',
      asOf: NOON,
    }),
  );
  return { broadcastId, outcome };
}

const queue = (broadcastId: string) =>
  asWorkflow(`broadcast:${broadcastId}`, () =>
    books.act.queueBroadcast({ broadcastId, asOf: NOON }),
  );

const steer = (broadcastId: string, move: BroadcastMove, operatorId = admin) =>
  asWorkflow(`broadcast:${broadcastId}`, () =>
    books.act.steerBroadcast({
      ...{ broadcastId, move, operatorId, asOf: NOON },
      reason: 'a mistake in the text',
    }),
  );

const written = async (broadcastId: string) =>
  (
    await books.sql`
      select user_id::int as id from outbox_messages
      where broadcast_id = ${broadcastId} order by user_id`
  ).map((row) => Number(row['id']));

const dueNow = async () =>
  (await books.act.dueMessages({ limit: 500, busyChats: [] })).messages.map(({ chatId }) => chatId);

test('queueBroadcast writes to everybody who agreed once, each in their language', async () => {
  const [anna, ivan] = [await reader(), await reader({ locale: 'ru' })];
  await books.newUser();
  await reader({ isBlocked: true });
  await reader({ unreachableSince: new Date(NOON) });
  await reader({ pseudonymisedAt: new Date(NOON) });
  const { broadcastId, outcome } = await start();
  expect(outcome).toMatchObject({ kind: 'done', result: { total: 2 } });
  await atOnce(4, () => queue(broadcastId));
  const rows = await books.sql`
    select key, user_id::int as id, params->>'text' as text, category from outbox_messages
    where broadcast_id = ${broadcastId} order by id`;
  expect(rows).toEqual([
    {
      key: `${anna}:broadcast:${broadcastId}`,
      id: anna,
      text: '<b>Sale</b>',
      category: 'marketing',
    },
    { key: `${ivan}:broadcast:${broadcastId}`, id: ivan, text: 'Скидки', category: 'marketing' },
  ]);
  expect(await queue(broadcastId)).toMatchObject({ added: 0, queued: 2, isWalked: true, due: 2 });
});

test('queueBroadcast never lets more than a hundred wait', async () => {
  const people = await Promise.all(Array.from({ length: 130 }, () => reader()));
  const { broadcastId } = await start();
  expect(await queue(broadcastId)).toMatchObject({ added: 100, isWalked: false });
  expect(await queue(broadcastId)).toMatchObject({ added: 0, due: 100 });
  await books.sql`
    update outbox_messages set state = 'sent' where id in (
      select id from outbox_messages where broadcast_id = ${broadcastId} order by id limit 20)`;
  expect(await queue(broadcastId)).toMatchObject({ added: 20 });
  await books.sql`update outbox_messages set state = 'sent' where broadcast_id = ${broadcastId}`;
  expect(await queue(broadcastId)).toMatchObject({ added: 10, isWalked: true });
  expect(await written(broadcastId)).toEqual(people.sort((a, b) => a - b));
});

test('an audience is those who subscribe, or those who did', async () => {
  const [active, lapsed, never] = [await reader(), await reader(), await reader()];
  for (const userId of [active, lapsed]) {
    const order = await pending(books, { slug: 'access-30', userId });
    await post(books, paidFact(order, { amount: rub(19_900) }));
  }
  await books.sql`
    update subscriptions set state = 'expired', access = 'none' where user_id = ${lapsed}`;
  const reached = async (audience: Audience) => {
    const { broadcastId } = await start(audience);
    await queue(broadcastId);
    return written(broadcastId);
  };
  expect(await reached('active')).toEqual([active]);
  expect(await reached('lapsed')).toEqual([lapsed]);
  expect(await reached('all')).toEqual([active, lapsed, never]);
});

test('with nobody to write to it is not started', async () => {
  expect((await start()).outcome).toEqual({ kind: 'refused', reason: 'nobody_to_write_to' });
});

test('the same broadcast is not started twice', async () => {
  await reader();
  const { broadcastId } = await start();
  expect((await start('all', broadcastId)).outcome).toMatchObject({ reason: 'started_already' });
});

test('a paused one is left alone by the sender until it is resumed', async () => {
  const anna = await reader();
  const { broadcastId } = await start();
  await queue(broadcastId);
  expect(await dueNow()).toContain(anna);
  await atOnce(3, () => steer(broadcastId, 'pause'));
  expect(await dueNow()).not.toContain(anna);
  expect(await queue(broadcastId)).toMatchObject({ state: 'paused', added: 0 });
  expect(await steer(broadcastId, 'resume')).toEqual({ kind: 'moved', state: 'running' });
  expect(await dueNow()).toContain(anna);
  const audit = await books.sql`
    select action, reason from audit_log where entity_id = ${broadcastId} order by id`;
  const reason = 'a mistake in the text';
  expect(audit).toEqual([
    { action: 'broadcast.started', reason: 'the autumn sale begins' },
    { action: 'broadcast.paused', reason },
    { action: 'broadcast.running', reason },
  ]);
});

test('a cancelled one takes back what was not sent, and cannot go on', async () => {
  const anna = await reader();
  const { broadcastId } = await start();
  await queue(broadcastId);
  await atOnce(3, () => steer(broadcastId, 'cancel'));
  expect(await dueNow()).not.toContain(anna);
  expect(await steer(broadcastId, 'resume')).toEqual({ kind: 'refused', reason: 'not_possible' });
  expect(await queue(broadcastId)).toMatchObject({ state: 'cancelled', added: 0 });
});

test('nobody without the role steers it', async () => {
  await reader();
  const { broadcastId } = await start();
  const stranger = await books.newUser();
  expect(await steer(broadcastId, 'pause', stranger)).toEqual({
    kind: 'refused',
    reason: 'no_role',
  });
  expect(await steer(randomUUID(), 'pause')).toEqual({ kind: 'refused', reason: 'unknown' });
});

test('finishBroadcast tells its author once', async () => {
  await reader();
  const { broadcastId } = await start();
  await queue(broadcastId);
  await books.sql`update outbox_messages set state = 'sent' where broadcast_id = ${broadcastId}`;
  const ends = await atOnce(3, () =>
    asWorkflow(`broadcast:${broadcastId}`, () =>
      books.act.finishBroadcast({ broadcastId, asOf: NOON }),
    ),
  );
  expect(ends).toEqual(Array(3).fill({ state: 'done' }));
  const told = await books.sql`
    select params->>'sent' as sent from outbox_messages
    where user_id = ${admin} and params->>'broadcastId' = ${broadcastId}`;
  expect(told).toEqual([{ sent: '1' }]);
});

test('who takes the consent back before it is sent does not get it', async () => {
  const anna = await reader();
  const { broadcastId } = await start();
  await queue(broadcastId);
  await books.sql`update users set marketing_ok = false where id = ${anna}`;
  const [row] = await books.sql`select id from outbox_messages where broadcast_id = ${broadcastId}`;
  const messageId = String(row?.['id']);
  expect(await books.act.deliverMessage({ messageId })).toEqual({ kind: 'done' });
  const [after] = await books.sql`select state from outbox_messages where id = ${messageId}`;
  expect(after).toEqual({ state: 'dropped' });
});

test('a receipt goes before a broadcast, also in the same chat', async () => {
  const anna = await reader();
  const { broadcastId } = await start();
  await queue(broadcastId);
  await books.sql`
    insert into outbox_messages (id, key, user_id, chat_id, template, locale, params, category)
    values (${randomUUID()}, ${`late:${anna}`}, ${anna}, ${anna}, 'sub.expired', 'en', '{}', 'money')`;
  const { messages } = await books.act.dueMessages({ limit: 1, busyChats: [] });
  const [first] = await books.sql`
    select category from outbox_messages where id = ${messages[0]?.messageId ?? ''}`;
  expect(first).toEqual({ category: 'money' });
});
