import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import postgres from 'postgres';
import type { Role } from '../postgres';
import { ensureDatabase } from '../postgres';

const run = promisify(execFile);

/** Where Temporal keeps its own data: databases of the server which the product uses anyway. */
export interface TemporalDatabases {
  readonly host: string;
  readonly port: number;
  readonly role: Role;
  readonly usesTls: boolean;
}

export const STORES = [
  { database: 'temporal', schema: 'postgresql/v12/temporal' },
  { database: 'temporal_visibility', schema: 'postgresql/v12/visibility' },
] as const;

const PLUGIN = 'postgres12_pgx';
const ROLE: Role = { name: 'temporal', password: 'temporal' };

/** Makes both databases and brings their schemas up to the tool's version; on an up-to-date pair nothing changes. */
export async function prepareDatabases(
  adminUrl: string,
  sqlTool: string,
): Promise<TemporalDatabases> {
  const url = new URL(adminUrl);
  const databases: TemporalDatabases = {
    host: url.hostname,
    port: Number(url.port === '' ? 5432 : url.port),
    role: ROLE,
    usesTls: ['require', 'verify-ca', 'verify-full'].includes(
      url.searchParams.get('sslmode') ?? '',
    ),
  };
  await Promise.all(
    STORES.map((store) => prepareStore(adminUrl, databases, { sqlTool, ...store })),
  ).catch((error: Error) => {
    throw new Error(
      `Temporal could not prepare its databases at ${url.host}: ${error.message}\n` +
        'Its role must be allowed to create databases; or set TEMPORAL_ADDRESS or TEMPORAL_CLI_PATH',
      { cause: error },
    );
  });
  return databases;
}

async function prepareStore(
  adminUrl: string,
  databases: TemporalDatabases,
  store: { sqlTool: string; database: string; schema: string },
): Promise<void> {
  const address = await ensureDatabase(adminUrl, store.database, databases.role);
  const tool = (...args: string[]) =>
    run(store.sqlTool, [...connection(databases, store.database), ...args]);
  if (!(await isVersioned(address))) await tool('setup-schema', '--version', '0.0');
  await tool('update-schema', '--schema-name', store.schema);
}

/** The `sql` block of one store in the server's configuration. */
export function storeConfiguration(
  databases: TemporalDatabases,
  database: string,
  maxConns: number,
) {
  return {
    pluginName: PLUGIN,
    databaseName: database,
    connectAddr: `${databases.host}:${databases.port}`,
    connectProtocol: 'tcp',
    user: databases.role.name,
    password: databases.role.password,
    maxConns,
    // Fewer idle connections than connections made the stock server open thousands of them.
    maxIdleConns: maxConns,
    maxConnLifetime: '1h',
    ...(databases.usesTls ? { tls: { enabled: true, enableHostVerification: false } } : {}),
  };
}

async function isVersioned(address: string): Promise<boolean> {
  const sql = postgres(address, { max: 1 });
  try {
    const [row] = await sql<
      { found: boolean }[]
    >`select to_regclass('schema_version') is not null as found`;
    return row?.found ?? false;
  } finally {
    await sql.end();
  }
}

function connection(databases: TemporalDatabases, database: string): string[] {
  return [
    ...['--plugin', PLUGIN, '--database', database],
    ...['--endpoint', databases.host, '--port', String(databases.port)],
    ...['--user', databases.role.name, '--password', databases.role.password],
    ...(databases.usesTls ? ['--tls', '--tls-disable-host-verification'] : []),
  ];
}
