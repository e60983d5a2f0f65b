import { destroyKey, openSealed, sealFor } from '../../drizzle/person-keys';
import { DEFAULT_SETTINGS } from '../../src/domain/billing/settings';
import { createRecords } from '../../src/records/records';
import { startDatabase, type TestingDatabase } from '../bot/support/database';
import { TEST_SECRETS } from '../support/secrets';

const { dataKey } = TEST_SECRETS;
const BYTES = Buffer.from('OutSum=200.00&Email=anna@example.org');
const ANNA = 42;
const BORIS = 43;

describe('what is kept about a person', () => {
  let database: TestingDatabase;
  beforeAll(async () => {
    database = await startDatabase();
    await database.sql`insert into users (id, time_zone) values (${ANNA}, 'UTC'), (${BORIS}, 'UTC')`;
  });
  afterAll(() => database.drop());

  const sealed = (userId: number | undefined) =>
    sealFor(database.db, dataKey, { userId, bytes: BYTES });
  const opened = (bytes: Buffer, key = dataKey) => openSealed(database.db, key, bytes);

  it('is readable with the data key only, and never twice the same', async () => {
    const [one, other] = [await sealed(ANNA), await sealed(ANNA)];
    expect(one.includes('anna')).toBe(false);
    expect(one.equals(other)).toBe(false);
    expect(await opened(one)).toEqual(BYTES);
    await expect(opened(one, 'another-key-that-guards-nothing-at-all')).rejects.toThrow();
  });

  it('cannot be altered, or passed off as somebody else’s', async () => {
    const bytes = await sealed(ANNA);
    await sealed(BORIS);
    const altered = Buffer.from(bytes);
    altered[altered.length - 1] = (altered.at(-1) ?? 0) ^ 1;
    await expect(opened(altered)).rejects.toThrow();
    const passedOff = Buffer.from(bytes);
    passedOff.writeBigInt64BE(BigInt(BORIS), 1);
    await expect(opened(passedOff)).rejects.toThrow();
  });

  it('has one key however many write at once', async () => {
    const many = await Promise.all(Array.from({ length: 20 }, () => sealed(BORIS)));
    for (const bytes of many) expect(await opened(bytes)).toEqual(BYTES);
  });

  it('is gone when its key is destroyed, also for somebody who comes back', async () => {
    const before = await sealed(ANNA);
    await destroyKey(database.db, ANNA);
    await destroyKey(database.db, ANNA);
    expect(await opened(before)).toBeUndefined();
    const after = await sealed(ANNA);
    expect(await opened(after)).toEqual(BYTES);
    expect(await opened(before)).toBeUndefined();
  });

  it('is sealed all the same when nobody is known, or the person never came', async () => {
    for (const userId of [undefined, 999])
      expect(await opened(await sealed(userId))).toEqual(BYTES);
  });
});

describe('a notification', () => {
  let database: TestingDatabase;
  beforeAll(async () => {
    database = await startDatabase();
    await database.sql`insert into users (id, time_zone) values (${ANNA}, 'UTC')`;
  });
  afterAll(() => database.drop());

  it('is sealed for the person it names, and an unverified one for nobody', async () => {
    const secrets = TEST_SECRETS;
    const records = createRecords(database.db, { settings: DEFAULT_SETTINGS, secrets });
    const event = {
      ...{ provider: 'mock', headers: {}, raw: BYTES, paymentRef: undefined },
      verified: 'yes',
    } as const;
    const about = { userId: ANNA, invoiceId: 'not an id', invoiceNo: 77 };
    await records.storeInboxEvent({ ...event, dedupeKey: 'a', about });
    await records.storeInboxEvent({ ...event, dedupeKey: 'b', verified: 'no' });
    await destroyKey(database.db, ANNA);
    const rows = await database.sql`select raw from inbox_events order by dedupe_key`;
    const [anna, nobody] = rows.map((row) => row['raw'] as Buffer);
    expect(await openSealed(database.db, dataKey, anna ?? BYTES)).toBeUndefined();
    expect(await openSealed(database.db, dataKey, nobody ?? BYTES)).toEqual(BYTES);
  });
});
