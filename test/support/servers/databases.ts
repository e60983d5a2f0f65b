import { createHash } from 'node:crypto';
import postgres from 'postgres';
import { hashOf } from './bundle';
import { readServers } from './state';

export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

export interface Template {
  /** Files and folders, relative to the project, whose content decides whether the template must be made again. */
  readonly sources: readonly string[];
  /** Brings an empty database to the wished state; runs once, the result is copied. */
  migrate(url: string): Promise<void>;
}

let made = 0;

/** A database of one's own: empty, or a copy of the template, which is made once for all test files. */
export async function createDatabase(template?: Template): Promise<TestDatabase> {
  const adminUrl = adminUrlOrThrow();
  const source = template === undefined ? undefined : await ensureTemplate(adminUrl, template);
  made += 1;
  const name = `test_${process.pid}_${Date.now().toString(36)}_${made}`;
  await withAdmin(adminUrl, async (sql) => {
    if (source === undefined) await sql`create database ${sql(name)}`;
    else await sql`create database ${sql(name)} template ${sql(source)}`;
  });
  return {
    url: urlOf(adminUrl, name),
    drop: () =>
      withAdmin(adminUrl, (sql) => sql`drop database if exists ${sql(name)} with (force)`),
  };
}

/** Made under another name and renamed at the end, so that a template is either complete or not there. */
async function ensureTemplate(adminUrl: string, template: Template): Promise<string> {
  const key = createHash('sha256')
    .update(hashOf(template.sources))
    .update(template.migrate.toString());
  const name = `template_${key.digest('hex').slice(0, 16)}`;
  await withAdmin(adminUrl, async (sql) => {
    await sql`select pg_advisory_lock(hashtext(${name}))`;
    const [existing] = await sql`select 1 from pg_database where datname = ${name}`;
    if (existing !== undefined) return;
    const draft = `${name}_draft`;
    await sql`drop database if exists ${sql(draft)} with (force)`;
    await sql`create database ${sql(draft)}`;
    await template.migrate(urlOf(adminUrl, draft));
    await sql`alter database ${sql(draft)} rename to ${sql(name)}`;
  });
  return name;
}

async function withAdmin(
  url: string,
  work: (sql: postgres.Sql) => Promise<unknown>,
): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    await work(sql);
  } finally {
    await sql.end();
  }
}

function urlOf(adminUrl: string, database: string): string {
  const url = new URL(adminUrl);
  url.pathname = `/${database}`;
  return url.href;
}

function adminUrlOrThrow(): string {
  const servers = readServers();
  if (servers === undefined)
    throw new Error('No test servers run; put the test into the jest project "real"');
  return servers.postgresAdminUrl;
}
