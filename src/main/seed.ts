import { grantAdmins } from '../../drizzle/admins';
import { connect } from '../../drizzle/client';
import { seedDatabase } from '../../drizzle/seeds';
import { runProcess } from './process';

runProcess('seed', async ({ config, log }) => {
  const connection = connect(config.databaseUrl, { poolSize: 1 });
  const isForced = process.argv.includes('--force');
  const hasCatalogue = process.argv.includes('--catalogue');
  await seedDatabase(connection.db, { isForced, hasCatalogue });
  await grantAdmins(connection.db, {
    userIds: config.adminUserIds,
    timeZone: config.billing.displayTimeZone,
    asOf: new Date(),
  });
  await connection.close();
  log.info({ isForced, hasCatalogue }, 'the seed data is in place');
});
