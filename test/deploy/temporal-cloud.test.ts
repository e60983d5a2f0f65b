import { readFileSync } from 'node:fs';
import { Server, ServerCredentials, status, type ServiceDefinition } from '@grpc/grpc-js';
import { temporal } from '@temporalio/proto';
import { readConfig } from '../../src/config';
import { prepareNamespaces } from '../../src/embedded/temporal';
import { connectClient, connectNative, temporalAccess } from '../../src/main/temporal';
import { freshFolder } from '../embedded/folders';
import { makeAuthority, type Authority } from './support/certificates';

// A server as Temporal Cloud is to a client: TLS, a key with every call, and namespaces that are made elsewhere.

const KEY = 'key-of-a-service-account';
const WORKFLOWS = '/temporal.api.workflowservice.v1.WorkflowService/';
const OPERATIONS = '/temporal.api.operatorservice.v1.OperatorService/';

let authority: Authority;
let server: Server;
let address: string;
let calls: { readonly method: string; readonly key: string }[] = [];
let attributes: readonly string[] = [];

/** What is answered, in bytes; what is not here may not be called. */
const ANSWERS: Readonly<Record<string, () => Uint8Array>> = {
  [`${WORKFLOWS}GetSystemInfo`]: () => Buffer.alloc(0),
  [`${WORKFLOWS}DescribeNamespace`]: () =>
    temporal.api.workflowservice.v1.DescribeNamespaceResponse.encode({
      config: {
        customSearchAttributeAliases: Object.fromEntries(
          attributes.map((name, at) => [`k${at}`, name]),
        ),
      },
    }).finish(),
  [`${WORKFLOWS}CountWorkflowExecutions`]: () => Buffer.alloc(0),
  [`${WORKFLOWS}DescribeTaskQueue`]: () => Buffer.alloc(0),
  [`${WORKFLOWS}DescribeWorkflowExecution`]: () => Buffer.alloc(0),
};
const REFUSED = [`${WORKFLOWS}RegisterNamespace`, `${OPERATIONS}ListSearchAttributes`];

beforeAll(async () => {
  authority = makeAuthority(freshFolder('cloud'));
  const { certFile, keyFile } = authority.issue('cloud', ['127.0.0.1']);
  const pair = { cert_chain: readFileSync(certFile), private_key: readFileSync(keyFile) };
  server = new Server();
  for (const method of [...Object.keys(ANSWERS), ...REFUSED]) serve(method);
  const port = await new Promise<number>((resolve, reject) => {
    const credentials = ServerCredentials.createSsl(null, [pair]);
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  address = `127.0.0.1:${port}`;
});
afterAll(() => server?.forceShutdown());
beforeEach(() => {
  calls = [];
});

function serve(path: string): void {
  const bytes = { serialize: (value: Buffer) => value, deserialize: (value: Buffer) => value };
  const method = path.split('/').at(-1) ?? '';
  const definition: ServiceDefinition = {
    [method]: {
      ...{ path, requestStream: false, responseStream: false },
      ...{ requestSerialize: bytes.serialize, requestDeserialize: bytes.deserialize },
      ...{ responseSerialize: bytes.serialize, responseDeserialize: bytes.deserialize },
    },
  };
  server.addService(definition, {
    [method]: (call: Asked, answer: Answering) => {
      const key = call.metadata.get('authorization').join();
      calls.push({ method, key });
      if (key !== `Bearer ${KEY}`) return answer({ code: status.UNAUTHENTICATED });
      const made = ANSWERS[path];
      if (!made) return answer({ code: status.PERMISSION_DENIED });
      answer(null, Buffer.from(made()));
    },
  });
}

interface Asked {
  readonly metadata: { get(name: string): readonly (string | Buffer)[] };
}
type Answering = (error: { readonly code: number } | null, value?: Buffer) => void;

const reachBy = (values: object) =>
  readConfig({
    ...{ DATABASE_URL: 'postgres://b@db/b', TELEGRAM_BOT_TOKEN: '1:abc' },
    ...{ API_KEY_PEPPER: 'p'.repeat(32), DATA_KEY: 'k'.repeat(32) },
    ...{ PUBLIC_BASE_URL: 'https://billing.example', TEMPORAL_ADDRESS: address },
    TEMPORAL_TLS_SERVER_CA_CERT_PATH: authority.certificate,
    ...values,
  }).temporal.reach;

test('an API key goes over TLS with the calls of clients and of workers', async () => {
  const reach = reachBy({ TEMPORAL_API_KEY: KEY });
  const connection = await connectClient(reach);
  await connection.close();
  const [client] = calls;
  expect(client).toEqual({ method: 'GetSystemInfo', key: `Bearer ${KEY}` });
  calls = [];
  const native = await connectNative(reach);
  await native.close();
  expect(calls[0]).toEqual({ method: 'GetSystemInfo', key: `Bearer ${KEY}` });
});

test('without its key, or with another, nobody is let in', async () => {
  for (const values of [{}, { TEMPORAL_API_KEY: 'another' }]) {
    await expect(connectNative(reachBy(values))).rejects.toThrow();
  }
});

test('a key is never sent in plain text', () => {
  expect(() => reachBy({ TEMPORAL_API_KEY: KEY, TEMPORAL_TLS: 'false' })).toThrow('TEMPORAL_TLS');
});

describe('a namespace that is made elsewhere', () => {
  const wish = { name: 'shop.a1', searchAttributes: { Plan: 'KEYWORD', Attempt: 'INT' } } as const;
  const prepare = () =>
    prepareNamespaces(temporalAccess(reachBy({ TEMPORAL_API_KEY: KEY })), [wish]);

  test('is taken as it is when it has everything', async () => {
    attributes = ['Plan', 'Attempt'];
    await prepare();
    expect(calls.map(({ method }) => method)).toContain('CountWorkflowExecutions');
  });

  test('is refused at once by the names of what it lacks', async () => {
    attributes = ['Plan'];
    await expect(prepare()).rejects.toThrow(
      'lacks search attributes that may not be added from here: Attempt (INT)',
    );
  });
});
