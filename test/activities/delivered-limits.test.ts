import { v7 } from 'uuid';
import { inTransaction } from '../../activities/transactions';
import { settleHold } from '../../activities/billing/work-holds/settlement';
import { tokens } from '../../src/domain/tokens';
import { report } from '../support/tracks';
import {
  after,
  asWorkflow,
  checkBooks,
  openBooks,
  SETTINGS as BASE,
  type Books,
} from './support/books';
import { trackDesk } from './support/track-desk';
import { JobClient, spender } from './support/work-holds';

const SETTINGS = { ...BASE, adminChatId: -100 };

let books: Books;
let client: JobClient;

beforeAll(async () => {
  books = await openBooks();
});
beforeEach(async () => {
  client = await new JobClient(books).open();
});
afterEach(() => checkBooks(books));
afterAll(() => books.close());

const { send, settleSilent, utok } = trackDesk(() => ({ books, clientId: client.clientId }));

async function newKey(): Promise<string> {
  const id = v7();
  await books.sql`
    insert into api_keys (id, client_id, prefix, hash, scopes)
    values (${id}, ${client.clientId}, ${id.slice(-8)}, ${Buffer.from(id)}, '{track:write}')`;
  return id;
}

/** Limits of so many tokens a day and a month, for a person and whoever else spends their tokens. */
async function limit(userId: number, count: number, others: { keyId?: string } = {}) {
  const { keyId } = others;
  const scopes = [
    ['user', String(userId)],
    ['client', client.clientId],
    ...(keyId === undefined ? [] : [['key', keyId]]),
  ];
  await asWorkflow(`limits:${v7()}`, () =>
    books.act.setLimits({
      wishes: scopes.map(([scope = '', scopeId = '']) => ({
        scope: scope as 'user',
        scopeId,
        dayUtok: tokens(count),
        monthUtok: tokens(count),
      })),
      actor: { kind: 'system', id: 'test' },
      asOf: after(0),
    }),
  );
}

/** What is counted, by scope and window, in tokens. */
async function counted(userId: number): Promise<Record<string, number>> {
  const rows = await books.sql`
    select scope || ' ' || "window" as name, used_utok::float8 / 1000000 as used
    from limit_counters where used_utok > 0 and scope_id in (
      select ${String(userId)} union all select ${client.clientId}
      union all select id::text from api_keys where client_id = ${client.clientId})`;
  return Object.fromEntries(rows.map(({ name, used }) => [String(name), Number(used)]));
}

const evenly = (used: number, scopes = ['client', 'user']) =>
  Object.fromEntries(
    scopes.flatMap((scope) => [
      [`${scope} day`, used],
      [`${scope} month`, used],
    ]),
  );

/** One for the day and one for the month of each. */
async function notices(userId: number) {
  const rows = await books.sql`
    select template from outbox_messages
    where template = 'ops.limit' and key like ${`%${client.clientId}%`}
      or template = 'limit.reached' and user_id = ${userId}`;
  return rows.map(({ template }) => String(template)).sort();
}

describe('the charge of a job', () => {
  const settings = { costMultiplier: '1', adminChatId: -100 };

  it('counts once in every limit, which do not refuse it and alarm operators only', async () => {
    const userId = await spender(books, 100);
    const keyId = await newKey();
    await limit(userId, 5, { keyId });
    const event = report({ userId, totalCost: '7' });
    await send([event], { settings, keyId });
    await send([event], { settings, keyId });
    expect(await utok(userId)).toBe(tokens(93));
    expect(await counted(userId)).toEqual(evenly(7, ['client', 'key', 'user']));
    expect(await notices(userId)).toEqual(['ops.limit', 'ops.limit']);
  });

  it('counts also when silence settles it, and a later report counts the difference', async () => {
    const userId = await spender(books, 100);
    await limit(userId, 50);
    const job = { userId, taskRef: v7() };
    const begun = report({ ...job, totalCost: '4', isFinal: false });
    await send([begun], { settings });
    await settleSilent(begun, after(1), settings);
    await settleSilent(begun, after(1), settings);
    expect(await counted(userId)).toEqual(evenly(4));
    await send([report({ ...job, totalCost: '10' })], { settings, arrivedAt: after(2) });
    expect(await counted(userId)).toEqual(evenly(10));
  });

  it('counts no more for what its last report gives back', async () => {
    const userId = await spender(books, 100);
    await limit(userId, 50);
    const flat = { ...settings, trackMissingPolicy: 'flat', trackMissingFlatTokens: '9' } as const;
    const job = { userId, taskRef: v7() };
    const begun = report({ ...job, totalCost: '0', isFinal: false });
    await send([begun], { settings: flat });
    await settleSilent(begun, after(1), flat);
    expect(await counted(userId)).toEqual(evenly(9));
    const last = report({ ...job, totalCost: '2' });
    await send([last], { settings: flat, arrivedAt: after(2) });
    await send([last], { settings: flat, arrivedAt: after(3) });
    expect(await utok(userId)).toBe(tokens(98));
    expect(await counted(userId)).toEqual(evenly(2));
  });

  it('counts the rest of a job whose hold ended before', async () => {
    const userId = await spender(books, 100);
    await limit(userId, 50);
    const { holdId } = await client.hold(userId, 10);
    await client.report(holdId, 3);
    await client.end(holdId, 'expiry');
    expect(await counted(userId)).toEqual(evenly(3));
    const event = report({ userId, totalCost: '60', holdId });
    await send([event], { settings });
    await send([event], { settings });
    expect(await counted(userId)).toEqual(evenly(60));
  });
});

describe('a hold that is settled', () => {
  const settle = (holdId: string, dueTokens: number) =>
    asWorkflow('track:test', () =>
      inTransaction(books.db, (tx) =>
        settleHold(tx, {
          ...{ holdId, by: 'track', dueUtok: tokens(dueTokens), isPostPaid: true },
          ...{ asOf: new Date(after(1)), settings: SETTINGS },
        }),
      ),
    );

  it('for more than was held counts all of it, once, beyond the limit too', async () => {
    const userId = await spender(books, 100);
    await limit(userId, 35);
    const { holdId } = await client.hold(userId, 30);
    await settle(holdId, 40);
    await settle(holdId, 40);
    expect(await counted(userId)).toEqual(evenly(40));
    expect(await notices(userId)).toEqual([
      'limit.reached',
      'limit.reached',
      'ops.limit',
      'ops.limit',
    ]);
  });

  it('gives back also to a limit that was set while it stood', async () => {
    const userId = await spender(books, 100);
    const { holdId } = await client.hold(userId, 30);
    await limit(userId, 35);
    expect(await counted(userId)).toEqual(evenly(30));
    await settle(holdId, 12);
    await settle(holdId, 12);
    expect(await counted(userId)).toEqual(evenly(12));
  });
});
