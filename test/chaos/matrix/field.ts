import { Client, Connection } from '@temporalio/client';
import postgres from 'postgres';
import { connect } from '../../../drizzle/client';
import type { MockProvider } from '../../../sandbox/mock-provider/server';
import type { TelegramSandbox } from '../../../sandbox/telegram/server';
import { createCommands } from '../../../src/commands/billing';
import { createTestClock } from '../../../src/main/test-clock';
import { createReads } from '../../../src/reads/reads';
import { createRecords } from '../../../src/records/records';
import { BILLING_TASK_QUEUE } from '../../../workflows/contract';
import { inAgreement, TEST_TERMS } from '../../support/consent';
import { TEST_SECRETS } from '../../support/secrets';
import { TEST_SETTINGS, type Stack } from '../../support/stack';
import { insist, patient } from './patience';

/** What a flow may use of the product: all of it but its insides, and patient with what may be dead just now. */
export type Field = Pick<
  Stack,
  | 'client'
  | 'commands'
  | 'database'
  | 'databaseUrl'
  | 'http'
  | 'mock'
  | 'reads'
  | 'records'
  | 'settings'
  | 'sql'
  | 'taskQueue'
  | 'telegram'
>;

export interface Surroundings {
  readonly databaseUrl: string;
  readonly temporal: { readonly address: string; readonly namespace: string };
  readonly mock: MockProvider;
  readonly telegram: TelegramSandbox;
  readonly httpPort: number;
}

export interface OpenField {
  readonly field: Field;
  /** Moves a person's business time to an instant; repeating it changes nothing. */
  moveTo(userId: number, instantMs: number): Promise<void>;
  close(): Promise<void>;
}

/** The ways into the product by connections that nobody strikes. */
export async function openField(around: Surroundings): Promise<OpenField> {
  const { databaseUrl, temporal, mock, telegram, httpPort } = around;
  const sql = postgres(databaseUrl, { max: 12, onnotice: () => undefined });
  const database = connect(databaseUrl, { poolSize: 8 });
  const connection = await Connection.connect({ address: temporal.address });
  const client = new Client({ connection, namespace: temporal.namespace });
  const parts = { settings: TEST_SETTINGS, terms: TEST_TERMS, secrets: TEST_SECRETS };
  const testClock = createTestClock({
    ...{ client, sql: database.sql },
    setBankClock: (userId, offsetMs) =>
      Promise.resolve(mock.control.setClock(offsetMs, String(userId))),
  });
  return {
    field: {
      ...{ client: patientClient(client), database, databaseUrl, mock, telegram },
      commands: patient(createCommands(client, BILLING_TASK_QUEUE)),
      http: { port: httpPort, url: `http://127.0.0.1:${httpPort}`, stop: async () => undefined },
      reads: patient(createReads(database.db, TEST_SECRETS)),
      records: patient(inAgreement(createRecords(database.db, parts), sql)),
      settings: TEST_SETTINGS,
      sql: patientSql(sql),
      taskQueue: BILLING_TASK_QUEUE,
    },
    moveTo: (userId, instantMs) =>
      insist(async () => {
        const move = await testClock.move({ userId, endMs: () => instantMs });
        if (move.kind !== 'moved') throw new Error(`the clock of ${userId}: ${move.kind}`);
      }),
    close: async () => {
      await Promise.all([sql.end({ timeout: 2 }), database.close(), connection.close()]);
    },
  };
}

/** Statements are asked again while PostgreSQL is away; what is no statement is left as it is. */
function patientSql(sql: postgres.Sql): postgres.Sql {
  return new Proxy(sql, {
    apply: (target, self, given: [TemplateStringsArray | object, ...unknown[]]) => {
      const [first] = given;
      const run = () => Reflect.apply(target, self, given) as Promise<unknown>;
      return Array.isArray(first) && 'raw' in first ? insist(async () => run()) : run();
    },
  });
}

/** Handles of workflows ask again while Temporal is away. */
function patientClient(client: Client): Client {
  const workflow = new Proxy(client.workflow, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name);
      if (name === 'getHandle') return (id: string) => patient(target.getHandle(id));
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
  return new Proxy(client, {
    get: (target, name) =>
      name === 'workflow' ? workflow : (Reflect.get(target, name) as unknown),
  });
}
