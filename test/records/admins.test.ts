import { grantAdmins } from '../../drizzle/admins';
import { startDatabase, type TestingDatabase } from '../bot/support/database';

const GRANT = { userIds: [11, 12], timeZone: 'UTC', asOf: new Date('2030-01-01T00:00:00Z') };

describe('the first administrators', () => {
  let database: TestingDatabase;
  beforeAll(async () => {
    database = await startDatabase();
  });
  afterAll(() => database.drop());

  it('are granted once with one audit row each, also who never wrote and who wrote before', async () => {
    await database.sql`insert into users (id, username, time_zone) values (11, 'olga', 'Asia/Omsk')`;
    await Promise.all([1, 2, 3].map(() => grantAdmins(database.db, GRANT)));
    await grantAdmins(database.db, GRANT);
    const roles = await database.sql`select user_id, role, granted_by from roles order by user_id`;
    expect(roles).toEqual([
      { user_id: '11', role: 'admin', granted_by: 'ADMIN_USER_IDS' },
      { user_id: '12', role: 'admin', granted_by: 'ADMIN_USER_IDS' },
    ]);
    const audit = await database.sql`
      select entity_id, action from audit_log where action = 'role.granted' order by entity_id`;
    expect(audit.map(({ entity_id }) => String(entity_id))).toEqual(['11', '12']);
    const [olga] = await database.sql`select username, time_zone from users where id = 11`;
    expect(olga).toEqual({ username: 'olga', time_zone: 'Asia/Omsk' });
  });

  it('are nobody when the configuration names nobody', async () => {
    const before = await database.sql`select count(*)::int as n from roles`;
    await grantAdmins(database.db, { ...GRANT, userIds: [] });
    expect(await database.sql`select count(*)::int as n from roles`).toEqual(before);
  });
});
