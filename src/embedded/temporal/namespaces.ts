import { Connection, type ConnectionOptions } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import { temporal } from '@temporalio/proto';
import type { SearchAttributeTypes } from '../search-attributes';

export interface NamespaceWish {
  readonly name: string;
  readonly searchAttributes: SearchAttributeTypes;
}

/** How a server is reached that is not ours: by TLS, a client certificate or a key. */
export type ServerAccess = Pick<ConnectionOptions, 'address' | 'tls' | 'apiKey'>;

const RETENTION_MS = 30 * 24 * 3_600_000;
const USABLE_WITHIN_MS = 60_000;
/** gRPC status codes. */
const NOT_FOUND = 5;
const ALREADY_EXISTS = 6;
const PERMISSION_DENIED = 7;
const UNIMPLEMENTED = 12;

/** The server keeps namespaces to itself, as Temporal Cloud does, and this one is not as the product needs it. */
export class NamespaceIncompleteError extends Error {
  override readonly name = 'NamespaceIncompleteError';
}

/**
 * Makes the namespaces, with their search attributes, and waits until workflows may be started in all of them. Where
 * somebody else makes namespaces, those are compared; throws {@link NamespaceIncompleteError} that names what lacks.
 */
export async function prepareNamespaces(
  server: string | ServerAccess,
  wishes: readonly NamespaceWish[],
): Promise<void> {
  const access = typeof server === 'string' ? { address: server } : server;
  const connection = await Connection.connect({ ...access, connectTimeout: '10s' });
  try {
    // The server changes one namespace at a time and refuses the others; only the waiting may be done together.
    for (const wish of wishes) await register(connection, wish);
    await Promise.all(wishes.map((wish) => becomesUsable(connection, wish)));
  } finally {
    await connection.close();
  }
}

/** Repeating it changes nothing. */
export async function prepareNamespace(connection: Connection, wish: NamespaceWish): Promise<void> {
  await register(connection, wish);
  await becomesUsable(connection, wish);
}

async function register(connection: Connection, wish: NamespaceWish): Promise<void> {
  await patiently(`Namespace ${wish.name} could not be registered`, async () => {
    const workflowExecutionRetentionPeriod = msToTs(RETENTION_MS);
    await connection.workflowService
      .registerNamespace({ namespace: wish.name, workflowExecutionRetentionPeriod })
      .catch((error: unknown) => {
        if (codeOf(error) !== ALREADY_EXISTS && !isRefused(error)) throw error;
      });
    await addSearchAttributes(connection, wish);
  });
}

async function becomesUsable(connection: Connection, wish: NamespaceWish): Promise<void> {
  await patiently(`Namespace ${wish.name} did not become usable`, () =>
    proveUsable(connection, wish),
  );
}

async function addSearchAttributes(connection: Connection, wish: NamespaceWish): Promise<void> {
  const known = await connection.operatorService
    .listSearchAttributes({ namespace: wish.name })
    .catch((error: unknown) => {
      if (!isRefused(error)) throw error;
      return undefined;
    });
  if (known === undefined) return requireSearchAttributes(connection, wish);
  const missing = Object.entries(wish.searchAttributes).filter(
    ([name]) => known.customAttributes[name] === undefined,
  );
  if (missing.length === 0) return;
  const searchAttributes = Object.fromEntries(
    missing.map(([name, type]) => [name, valueTypeOf(type)]),
  );
  await connection.operatorService.addSearchAttributes({ namespace: wish.name, searchAttributes });
}

/** What may not be added has to be there. */
async function requireSearchAttributes(
  { workflowService }: Connection,
  { name, searchAttributes }: NamespaceWish,
): Promise<void> {
  const { config } = await workflowService.describeNamespace({ namespace: name });
  const there = new Set(Object.values(config?.customSearchAttributeAliases ?? {}));
  const missing = Object.entries(searchAttributes).filter(([attribute]) => !there.has(attribute));
  if (missing.length === 0) return;
  const named = missing.map(([attribute, type]) => `${attribute} (${type})`).join(', ');
  throw new NamespaceIncompleteError(
    `Namespace ${name} lacks search attributes that may not be added from here: ${named}. ` +
      'Add them where the namespace is kept; docs/deploying.md, "Temporal Cloud", has the command',
  );
}

function isRefused(error: unknown): boolean {
  const code = codeOf(error);
  return code === PERMISSION_DENIED || code === UNIMPLEMENTED;
}

/** A namespace reaches each of the server's services in its own time: all three are asked. */
async function proveUsable(connection: Connection, wish: NamespaceWish): Promise<void> {
  const { workflowService } = connection;
  const namespace = wish.name;
  // An attribute that was added just now is known to the server a little later than the others.
  const attributes = Object.entries(wish.searchAttributes).flatMap(([name, type]) =>
    type === 'KEYWORD' || type === 'KEYWORD_LIST' ? [`${name} = 'nothing'`] : [],
  );
  await workflowService.countWorkflowExecutions({ namespace, query: attributes.join(' or ') });
  await workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: 'is-matching-there' },
    taskQueueType: temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
  });
  const execution = { workflowId: 'is-history-there' };
  await workflowService
    .describeWorkflowExecution({ namespace, execution })
    .catch((error: unknown) => {
      const isUnknownWorkflow = codeOf(error) === NOT_FOUND && !/namespace/i.test(String(error));
      if (!isUnknownWorkflow) throw error;
    });
}

function valueTypeOf(type: SearchAttributeTypes[string]): temporal.api.enums.v1.IndexedValueType {
  const types = temporal.api.enums.v1.IndexedValueType;
  return types[`INDEXED_VALUE_TYPE_${type}`];
}

async function patiently(complaint: string, attempt: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + USABLE_WITHIN_MS;
  for (;;) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (error instanceof NamespaceIncompleteError) throw error;
      if (Date.now() > deadline) {
        throw new Error(`${complaint} within ${USABLE_WITHIN_MS / 1000} s: ${String(error)}`, {
          cause: error,
        });
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

function codeOf(error: unknown): number | undefined {
  return (error as { code?: number } | undefined)?.code;
}
