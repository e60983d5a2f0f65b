import { connect } from '../../drizzle/client';
import { runKeyCommand } from './key-desk';
import { runProcess } from './process';

runProcess('api-keys', async ({ config }) => {
  const connection = connect(config.databaseUrl, { poolSize: 1, applicationName: 'api-keys' });
  try {
    const desk = { db: connection.db, pepper: config.secrets.apiKeyPepper, now: new Date() };
    const text = await runKeyCommand(desk, process.argv.slice(2));
    process.stdout.write(`${text}\n`);
  } finally {
    await connection.close();
  }
});
