import { join } from 'node:path';
import { Client } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import postgres from 'postgres';
import { readConfig, type Config } from '../../src/config';
import { startPostgres } from '../../src/embedded/postgres';
import { freePort } from '../../src/embedded/ports';
import { prepareNamespaces } from '../../src/embedded/temporal';
import { isPolled } from '../../src/main/pollers';
import { connectClient, connectNative, temporalAccess } from '../../src/main/temporal';
import { SEARCH_ATTRIBUTES } from '../../workflows/contract';
import { endSupervisors, freshFolder, supervise } from '../embedded/folders';
import { makeAuthority, type Authority } from './support/certificates';
import { composeReader, readCompose } from './support/compose';
import { addressOf, productionServer, type ProductionServer } from './support/temporal-server';
import type { moment } from './workflows';

// The Temporal server of production, by its own configuration files, on a PostgreSQL of its own: in plain text as inside
// docker-compose.yml, and demanding certificates as Temporal Cloud does with mTLS.

let server: ProductionServer;
let authority: Authority;
let adminUrl: string;
let folder: string;
let bundle: { code: string };

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  folder = freshFolder('temporal-production');
  const supervisor = supervise(folder);
  const report = () => undefined;
  const preferredPort = await freePort();
  const cluster = await startPostgres({ supervisor, report, preferredPort, durability: 'fast' });
  adminUrl = cluster.adminUrl;
  server = await productionServer({ supervisor, folder: join(folder, 'production'), adminUrl });
  authority = makeAuthority(folder);
  bundle = await bundleWorkflowCode({
    workflowsPath: join(__dirname, 'workflows'),
    logger: new DefaultLogger('ERROR'),
  });
  await server.start();
}, 240_000);
afterAll(endSupervisors);

const reachBy = (values: object): Config['temporal']['reach'] =>
  readConfig({
    ...{ DATABASE_URL: 'postgres://b@db/b', TELEGRAM_BOT_TOKEN: '1:abc' },
    ...{ API_KEY_PEPPER: 'p'.repeat(32), DATA_KEY: 'k'.repeat(32) },
    ...{ PUBLIC_BASE_URL: 'https://billing.example', TEMPORAL_ADDRESS: server.address },
    ...values,
  }).temporal.reach;

/** One workflow from its start to its end: client and worker connect as the product's processes do. */
async function oneMoment(values: object): Promise<string> {
  const reach = reachBy(values);
  const [connection, native] = [await connectClient(reach), await connectNative(reach)];
  const client = new Client({ connection });
  const taskQueue = 'moments';
  const worker = await Worker.create({ connection: native, taskQueue, workflowBundle: bundle });
  try {
    return await worker.runUntil(async () => {
      const workflowId = `moment-${Object.keys(values).length}`;
      const options = { workflowId, taskQueue, workflowExecutionTimeout: '60s' } as const;
      const answer = await client.workflow.execute<typeof moment>('moment', options);
      const question = { ...temporalAccess(reach), namespace: 'default', taskQueue };
      expect(await isPolled({ ...question, sinceMs: Date.now() - 60_000 })).toBe(true);
      return answer;
    });
  } finally {
    await Promise.all([connection.close(), native.close()]);
  }
}

test('the configuration of production carries a workflow on PostgreSQL', async () => {
  const namespaces = [{ name: 'default', searchAttributes: SEARCH_ATTRIBUTES }];
  await prepareNamespaces(temporalAccess(reachBy({})), namespaces);
  expect(await oneMoment({})).toBe('passed');
});

test('every tenant of PostgreSQL is let into its own databases alone', async () => {
  const enter = async (role: 'billing' | 'temporal', database: string) => {
    const sql = postgres(addressOf(adminUrl, role, database), { max: 1 });
    const entering = sql`select usesuper from pg_user where usename = current_user`;
    return entering
      .then(
        ([row]) => (row?.['usesuper'] === false ? 'in' : 'a superuser'),
        (error: unknown) => (error as { code: string }).code,
      )
      .finally(() => sql.end());
  };
  const NOT_ALLOWED = '42501';
  expect(await enter('billing', 'billing')).toBe('in');
  expect(await enter('temporal', 'temporal_visibility')).toBe('in');
  expect(await enter('billing', 'temporal')).toBe(NOT_ALLOWED);
  expect(await enter('temporal', 'billing')).toBe(NOT_ALLOWED);
});

test('the health check of its container is answered by a server that works', async () => {
  // Without Go nobody reads the composition; its own test says so.
  const { composition } = readCompose(composeReader === undefined ? [] : ['docker-compose.yml']);
  const check = composition.services['temporal']?.healthcheck?.test?.join(' ') ?? '';
  const path = /:7243(\/[^"]+)"/.exec(check)?.[1] ?? '/api/v1/namespaces/temporal-system';
  const answer = await fetch(`http://127.0.0.1:${server.httpPort}${path}`);
  expect([answer.status, await answer.text()]).toEqual([
    200,
    expect.stringContaining('temporal-system'),
  ]);
});

describe('a frontend that demands certificates', () => {
  let mtls: Record<string, string>;

  beforeAll(async () => {
    const frontend = authority.issue('frontend', ['temporal.example.com']);
    const [own, worker] = [authority.issue('product'), authority.issue('system-worker')];
    await server.start({
      FRONTEND_TLS_CERT_FILE: frontend.certFile,
      FRONTEND_TLS_KEY_FILE: frontend.keyFile,
      FRONTEND_TLS_CLIENT_CA_FILE: authority.certificate,
      FRONTEND_TLS_CA_FILE: authority.certificate,
      FRONTEND_TLS_SERVER_NAME: 'temporal.example.com',
      WORKER_TLS_CERT_FILE: worker.certFile,
      WORKER_TLS_KEY_FILE: worker.keyFile,
    });
    mtls = {
      TEMPORAL_TLS_SERVER_CA_CERT_PATH: authority.certificate,
      TEMPORAL_TLS_SERVER_NAME: 'temporal.example.com',
      TEMPORAL_TLS_CLIENT_CERT_PATH: own.certFile,
      TEMPORAL_TLS_CLIENT_KEY_PATH: own.keyFile,
    };
  }, 120_000);

  test('lets in who has one: client, worker and health check alike, by configuration alone', async () => {
    expect(await oneMoment(mtls)).toBe('passed');
  });

  const without = (...names: string[]) =>
    Object.fromEntries(Object.entries(mtls).filter(([name]) => !names.includes(name)));

  test('lets nobody in who has none, or one of another authority', async () => {
    const stranger = makeAuthority(folder, 'stranger').issue('product');
    const none = without('TEMPORAL_TLS_CLIENT_CERT_PATH', 'TEMPORAL_TLS_CLIENT_KEY_PATH');
    const foreign = {
      ...mtls,
      TEMPORAL_TLS_CLIENT_CERT_PATH: stranger.certFile,
      TEMPORAL_TLS_CLIENT_KEY_PATH: stranger.keyFile,
    };
    for (const values of [{}, none, foreign]) {
      await expect(connectClient(reachBy(values))).rejects.toThrow();
      await expect(connectNative(reachBy(values))).rejects.toThrow();
    }
  });

  test('is not trusted by us under another name, or on the word of another authority', async () => {
    const other = { ...mtls, TEMPORAL_TLS_SERVER_NAME: 'elsewhere.example' };
    for (const values of [other, without('TEMPORAL_TLS_SERVER_CA_CERT_PATH')]) {
      await expect(connectClient(reachBy(values))).rejects.toThrow();
      await expect(connectNative(reachBy(values))).rejects.toThrow();
    }
  });

  test('a certificate that is not there is named by its variable', () => {
    const lost = { ...mtls, TEMPORAL_TLS_CLIENT_KEY_PATH: join(folder, 'nowhere') };
    expect(() => temporalAccess(reachBy(lost))).toThrow(
      'TEMPORAL_TLS_CLIENT_KEY_PATH names a file that cannot be read: ENOENT',
    );
  });
});
