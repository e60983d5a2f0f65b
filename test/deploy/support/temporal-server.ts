import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import postgres from 'postgres';
import type { Supervisor } from '../../../src/embedded/processes';
import { buildBinaries, findBuiltBinaries } from '../../../src/embedded/temporal/build';
import { freePorts } from '../../../src/embedded/ports';
import { ROOT } from '../../support/house/tree';

const FILES = join(ROOT, 'deploy', 'temporal');
const PASSWORDS = {
  billing_password: 'of-the-product',
  temporal_password: 'of-temporal',
  backup_password: 'of-the-backups',
};

export interface ProductionServer {
  readonly address: string;
  readonly httpPort: number;
  /** Starts it, or starts it anew with more in its environment. */
  start(env?: Readonly<Record<string, string>>): Promise<void>;
}

interface Place {
  readonly supervisor: Supervisor;
  readonly folder: string;
  /** A superuser's address of an empty PostgreSQL. */
  readonly adminUrl: string;
}

/**
 * The Temporal server of docker-compose.yml without its container: roles by deploy/postgres/roles.sql, schema by
 * deploy/temporal/schema.sh, and the server with deploy/temporal/server.yaml and dynamic.yaml.
 */
export async function productionServer(place: Place): Promise<ProductionServer> {
  const report = () => undefined;
  const found = findBuiltBinaries(process.env);
  const binaries = found ?? (await buildBinaries(process.env, report));
  mkdirSync(place.folder, { recursive: true });
  const secret = join(place.folder, 'temporal_password');
  writeFileSync(secret, `${PASSWORDS.temporal_password}\n`);
  await makeRoles(place.adminUrl);
  const { hostname, port } = new URL(place.adminUrl);
  execFileSync(join(FILES, 'schema.sh'), [], {
    env: {
      ...process.env,
      ...{ DATABASE_HOST: hostname, DATABASE_PORT: port, DATABASE_PASSWORD_FILE: secret },
      SQL_TOOL: binaries.sqlTool,
    },
    stdio: 'pipe',
  });
  const names = ['FRONTEND', 'MATCHING', 'HISTORY', 'WORKER'];
  const ports = await freePorts(9);
  const [frontend = 0, , , , httpPort = 0] = ports;
  const env: Record<string, string> = {
    TEMPORAL_SERVER_CONFIG_FILE_PATH: join(FILES, 'server.yaml'),
    TEMPORAL_ALLOW_NO_AUTH: 'true',
    DATABASE_ADDRESS: `${hostname}:${port}`,
    DATABASE_PASSWORD_FILE: secret,
    DYNAMIC_CONFIG_FILE: join(FILES, 'dynamic.yaml'),
    FRONTEND_HTTP_PORT: String(httpPort),
    // A test has no room for 512.
    NUM_HISTORY_SHARDS: '4',
    LOG_LEVEL: 'warn',
  };
  names.forEach((name, at) => {
    env[`${name}_GRPC_PORT`] = String(ports[at]);
    env[`${name}_MEMBERSHIP_PORT`] = String(ports[at + 5]);
  });
  return {
    address: `127.0.0.1:${frontend}`,
    httpPort,
    start: async (more = {}) => {
      await place.supervisor.start({
        name: 'temporal-production',
        command: binaries.server,
        args: ['start'],
        env: { ...env, ...more },
        isReady: async () => (await fetch(`http://127.0.0.1:${httpPort}/`)).status > 0,
        readyWithinMs: 90_000,
        stopWithinMs: 20_000,
      });
    },
  };
}

/** What psql does with the file in an empty data folder: its own words left out, its variables filled in. */
async function makeRoles(adminUrl: string): Promise<void> {
  const text = readFileSync(join(ROOT, 'deploy', 'postgres', 'roles.sql'), 'utf8');
  const statements = text
    .replace(/^(?:\\|--).*$/gm, '')
    .replace(/:'(\w+)'/g, (_, name: keyof typeof PASSWORDS) => `'${PASSWORDS[name]}'`)
    .split(';');
  const sql = postgres(adminUrl, { max: 1, onnotice: () => undefined });
  for (const statement of statements.filter((one) => one.trim() !== ''))
    await sql.unsafe(statement);
  await sql.end();
}

/** The address of a role's own database. */
export function addressOf(
  adminUrl: string,
  role: 'billing' | 'temporal',
  database: string,
): string {
  const url = new URL(adminUrl);
  url.username = role;
  url.password = PASSWORDS[`${role}_password`];
  url.pathname = `/${database}`;
  return url.href;
}
