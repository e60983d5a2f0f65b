import { migrateDatabase } from '../../drizzle/migrate';
import { migrationsFolder } from './migrations';
import { runProcess } from './process';

runProcess('migrate', async ({ config, log }) => {
  await migrateDatabase(config.databaseUrl, migrationsFolder());
  log.info('the database has the current schema');
});
