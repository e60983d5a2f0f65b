import { runKeyCommand } from '../../src/main/key-desk';
import { hashKey } from '../../src/http/api/keys';
import { startDatabase, type TestingDatabase } from '../bot/support/database';

const NOW = new Date('2030-01-10T12:00:00Z');
let database: TestingDatabase;

beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database?.drop());

const run = (line: string, now = NOW) =>
  runKeyCommand({ db: database.db, pepper: 'pepper', now }, line.split(' '));
const keyIn = (text: string) => text.split('\n').at(-1) ?? '';
const rowOf = async (key: string) =>
  (await database.sql`select * from api_keys where prefix = ${key.slice(0, 8)}`)[0];

test('a key is issued with its limits and only its hash is kept', async () => {
  const key = keyIn(
    await run(
      'create --client shop --scopes spend:write,balance:read --rate-limit 500 --spend-limit-day 100 --days 30',
    ),
  );
  const row = await rowOf(key);
  expect(row).toMatchObject({
    scopes: ['balance:read', 'spend:write'],
    rate_limit: 500,
    expires_at: new Date('2030-02-09T12:00:00Z'),
  });
  expect(Number(row?.['spend_limit_day_utok'])).toBe(100_000_000);
  expect(row?.['hash']).toEqual(hashKey(key, 'pepper'));
  expect(JSON.stringify(await database.sql`select * from audit_log`)).not.toContain(key.slice(9));
});

test('a successor has the scopes and limits of the key it replaces, which opens until the overlap is over', async () => {
  const old = keyIn(await run('create --client runner --scopes track:write --rate-limit 7'));
  const key = keyIn(await run(`rotate --prefix ${old.slice(0, 8)} --overlap-hours 2`));
  expect(await rowOf(key)).toMatchObject({
    ...{ scopes: ['track:write'], rate_limit: 7, expires_at: null },
  });
  expect((await rowOf(old))?.['expires_at']).toEqual(new Date('2030-01-10T14:00:00Z'));
  const later = new Date('2030-01-10T14:00:00Z');
  await expect(run(`rotate --prefix ${old.slice(0, 8)}`, later)).rejects.toThrow('No key in force');
  const [audited] = await database.sql`
    select action, entity, entity_id from audit_log where action = 'api_key.rotated'`;
  expect(audited).toEqual({
    ...{ action: 'api_key.rotated', entity: 'api_key' },
    entity_id: key.slice(0, 8),
  });
});

test('an end that comes before the overlap is over stays', async () => {
  const old = keyIn(await run('create --client brief --scopes track:write --days 1'));
  await run(`rotate --prefix ${old.slice(0, 8)} --overlap-hours 100`);
  expect((await rowOf(old))?.['expires_at']).toEqual(new Date('2030-01-11T12:00:00Z'));
});

test('a key is revoked once, and the list says what became of each', async () => {
  const key = keyIn(await run('create --client gone --scopes refund:write'));
  const prefix = key.slice(0, 8);
  expect(await run(`revoke --prefix ${prefix}`)).toContain('is revoked');
  await expect(run(`revoke --prefix ${prefix}`)).rejects.toThrow('No key in force');
  await database.sql`update api_keys set last_used_at = '2030-01-09T00:00:00Z' where prefix = ${prefix}`;
  const line = (await run('list')).split('\n').find((one) => one.startsWith(prefix));
  expect(line).toBe(
    `${prefix}…  gone  refund:write  revoked 2030-01-10T12:00:00.000Z  last used 2030-01-09T00:00:00.000Z`,
  );
});

test.each([
  ['create --client shop --scopes spend:write,everything', 'Unknown scopes: everything'],
  ['create --client shop', '--scopes'],
  ['create --scopes spend:write', '--client'],
  ['create --client shop --scopes spend:write --rate-limit 0', '--rate-limit takes a whole number'],
  ['create --client shop --scopes spend:write --days soon', '--days takes a whole number'],
  ['create --client shop --scopes spend:write --spend-limit-day 1.5', '--spend-limit-day takes'],
  ['create --client shop --scopes spend:write --color red', '--color'],
  ['rotate --prefix nothex', '--prefix takes the first 8'],
  ['revoke --prefix 00000000', 'No key in force begins with 00000000'],
  ['burn', 'Usage:'],
])('"%s" is refused in words', async (line, words) => {
  await expect(run(line)).rejects.toThrow(words);
});
