import { eq } from 'drizzle-orm';
import { connectReadOnly } from '../../drizzle/client';
import { openSealed } from '../../drizzle/person-keys';
import { inboxEvents } from '../../drizzle/schema';
import { runProcess } from './process';

/** Prints what a notification said, for an operator with DATA_KEY: `node dist/src/main/evidence.js <id>`. */
runProcess('evidence', async ({ config }) => {
  const id = process.argv[2] ?? '';
  const connection = connectReadOnly(config.databaseUrl, { applicationName: 'evidence' });
  const { db } = connection;
  try {
    const [event] = await db.select().from(inboxEvents).where(eq(inboxEvents.id, id));
    if (!event) throw new Error(`no inbox event ${id}; its id stands in the hint of the payment`);
    const isEmptied = event.raw.length === 0;
    const bytes = isEmptied ? undefined : await openSealed(db, config.secrets.dataKey, event.raw);
    process.stdout.write(bytes ?? `${id} was emptied, or its person was erased\n`);
  } finally {
    await connection.close();
  }
});
