import { parseArgs } from 'node:util';
import { eq } from 'drizzle-orm';
import { connect, type Database } from '../../drizzle/client';
import { apiClients, apiKeys } from '../../drizzle/schema';
import { assert } from '../domain/assert';
import { SCOPES } from '../http/api/access';
import { issueKey } from '../http/api/keys';
import { runProcess } from './process';

const USAGE = `Usage:
  npm run api-keys -- create --client <name> --scopes <scope,…> [--days <n>]
  npm run api-keys -- list
  npm run api-keys -- revoke --prefix <first 8 characters>
Scopes: ${SCOPES.join(', ')}`;

const DAY = 86_400_000;

runProcess('api-keys', async ({ config }) => {
  const connection = connect(config.databaseUrl, { poolSize: 1, applicationName: 'api-keys' });
  try {
    const text = await run(connection.db, config.secrets.apiKeyPepper);
    process.stdout.write(`${text}\n`);
  } finally {
    await connection.close();
  }
});

interface Options {
  readonly client?: string;
  readonly scopes?: string;
  readonly days?: string;
  readonly prefix?: string;
}

async function run(db: Database, pepper: string): Promise<string> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      client: { type: 'string' },
      scopes: { type: 'string' },
      days: { type: 'string' },
      prefix: { type: 'string' },
    },
  });
  switch (positionals[0]) {
    case 'create':
      return createKey(db, pepper, values);
    case 'list':
      return listKeys(db);
    case 'revoke':
      return revokeKey(db, values);
    default:
      return USAGE;
  }
}

/** Issues a key to a client, who is made when new. What is printed here is never seen again. */
async function createKey(db: Database, pepper: string, options: Options): Promise<string> {
  const { client, scopes: asked, days } = options;
  const scopes = (asked ?? '').split(',').map((scope) => scope.trim());
  const unknown = scopes.filter((scope) => !(SCOPES as readonly string[]).includes(scope));
  if (!client || unknown.length > 0) return USAGE;
  const lifetime = days === undefined ? undefined : Number(days);
  if (lifetime !== undefined && !(lifetime > 0)) return USAGE;
  const issued = issueKey(pepper);
  const expiresAt = lifetime === undefined ? null : new Date(Date.now() + lifetime * DAY);
  await db.transaction(async (tx) => {
    await tx.insert(apiClients).values({ name: client }).onConflictDoNothing();
    const [row] = await tx.select().from(apiClients).where(eq(apiClients.name, client));
    assert(row, `client ${client} was just written`);
    const { prefix, hash } = issued;
    await tx.insert(apiKeys).values({ clientId: row.id, prefix, hash, scopes, expiresAt });
  });
  return `Key of ${client}, shown this once:\n${issued.key}`;
}

async function listKeys(db: Database): Promise<string> {
  const rows = await db
    .select({ key: apiKeys, client: apiClients.name })
    .from(apiKeys)
    .innerJoin(apiClients, eq(apiClients.id, apiKeys.clientId));
  if (rows.length === 0) return 'There are no keys: the API is closed.';
  return rows.map(({ key, client }) => lineOf(client, key)).join('\n');
}

function lineOf(client: string, key: typeof apiKeys.$inferSelect): string {
  const { prefix, scopes, revokedAt, expiresAt } = key;
  const until = expiresAt ? `until ${expiresAt.toISOString()}` : 'without an end';
  return `${prefix}…  ${client}  ${scopes.join(',')}  ${revokedAt ? 'revoked' : until}`;
}

async function revokeKey(db: Database, { prefix }: Options): Promise<string> {
  if (!prefix) return USAGE;
  const revoked = await db
    .update(apiKeys)
    .set({ revokedAt: new Date() })
    .where(eq(apiKeys.prefix, prefix))
    .returning({ id: apiKeys.id });
  return revoked.length > 0 ? `Key ${prefix}… is revoked.` : `No key begins with ${prefix}.`;
}
