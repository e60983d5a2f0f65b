import { randomUUID } from 'node:crypto';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import type { temporal } from '@temporalio/proto';
import { Client } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { createPayloadCodec } from '../../src/payloads/codec';
import { dataConverter } from '../../src/payloads/converter';
import { checkoutId, paymentConfirmationId } from '../../workflows/billing/contract';
import { DAY, pay, payAndSettle } from '../support/payments';
import { encodingOf, keyIdOf, payloadKey, payloadsIn } from '../support/payloads';
import { encryptedBundle } from '../support/servers/bundle';
import { chatTexts, newUser, orderTopup, untilPaid } from '../support/shop';
import { checkBooks, startStack, until, type Stack } from '../support/stack';

const K1 = payloadKey('k1', 1);
const K2 = payloadKey('k2', 2);
const NAME = 'Zinaida';
/** Digits that stand nowhere by chance. */
const AMOUNT = 73_731;

type History = temporal.api.history.v1.IHistory;

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ payloadKeys: [K1], hasCatalogue: true });
});
afterEach(() => checkBooks(stack));
afterAll(() => stack?.stop());

/** As whoever reads Temporal's database sees it: no codec touches it. */
async function rawHistory({ client, servers }: Stack, workflowId: string): Promise<History> {
  const { workflowService } = client;
  const events: temporal.api.history.v1.IHistoryEvent[] = [];
  let nextPageToken: Uint8Array | undefined;
  do {
    const page = await workflowService.getWorkflowExecutionHistory({
      ...{ namespace: servers.namespace, execution: { workflowId } },
      ...(nextPageToken ? { nextPageToken } : {}),
    });
    events.push(...(page.history?.events ?? []));
    nextPageToken = page.nextPageToken?.length ? page.nextPageToken : undefined;
  } while (nextPageToken);
  return { events };
}

async function everyWorkflow(): Promise<string[]> {
  const ids = new Set<string>();
  for await (const { workflowId } of stack.client.workflow.list()) ids.add(workflowId);
  return [...ids];
}

/** Markers of the SDK's core: the name of a patch, the name and times of a local activity. No codec is asked. */
const CORE = /\.markerRecordedEventAttributes\.details\.(?:patch-data|data)\.payloads\.0$/;

function textOf(payloads: readonly Payload[]): string {
  return payloads.map(({ data }) => Buffer.from(data ?? []).toString('latin1')).join('\n');
}

/** Failures that the SDK wrote, at any depth: its message and stack are text, not payloads. */
function failuresIn(message: unknown): temporal.api.failure.v1.IFailure[] {
  if (typeof message !== 'object' || message === null || message instanceof Uint8Array) return [];
  const inside = Object.values(message).flatMap(failuresIn);
  const isOfSdk = 'source' in message && message.source === 'TypeScriptSDK';
  return isOfSdk ? [message as temporal.api.failure.v1.IFailure, ...inside] : inside;
}

test('a purchase leaves no name, amount or order readable in any payload of any history, and keys read all of it', async () => {
  const userId = await newUser(stack, { firstName: NAME });
  const order = await orderTopup(stack, userId, AMOUNT);
  await payAndSettle(stack, order);
  await untilPaid(stack, order);
  await until('told', async () => Promise.resolve(chatTexts(stack, userId).length > 0));
  await stack.advance(userId, 2 * DAY);

  const ids = await everyWorkflow();
  expect(ids).toEqual(expect.arrayContaining([checkoutId(order.invoiceId), 'notifier:0']));
  const found = (await Promise.all(ids.map((id) => rawHistory(stack, id)))).flatMap((history) =>
    payloadsIn(history),
  );
  expect(found.length).toBeGreaterThan(50);
  const plain = found.filter(({ payload }) => encodingOf(payload) !== 'binary/encrypted');
  expect(plain.filter(({ path }) => !CORE.test(path))).toEqual([]);
  const payloads = found.map(({ payload }) => payload);
  const secrets = [NAME, String(AMOUNT), order.invoiceId];
  expect(secrets.filter((secret) => textOf(payloads).includes(secret))).toEqual([]);

  const readable = textOf(await createPayloadCodec([K1]).decode(payloads));
  expect(readable).toContain(String(AMOUNT));
  expect(readable).toContain(order.invoiceId);
});

test('summaries and details are payloads too: encrypted in what the server shows, read with the key', async () => {
  const order = await orderTopup(stack, await newUser(stack), AMOUNT);
  const workflowId = checkoutId(order.invoiceId);
  const { namespace } = stack.servers;
  const shown = await stack.client.workflowService.describeWorkflowExecution({
    ...{ namespace, execution: { workflowId } },
  });
  const metadata = shown.executionConfig?.userMetadata;
  expect(metadata?.summary && encodingOf(metadata.summary)).toBe('binary/encrypted');
  expect(payloadsIn(shown).every(({ payload }) => keyIdOf(payload) === 'k1')).toBe(true);
  const described = await stack.client.workflow.getHandle(workflowId).describe();
  expect(await described.staticSummary()).toMatch(/\S{3}/);
});

test('a failure hides its message and its stack, of an activity and of a workflow', async () => {
  const { client, servers, taskQueue } = stack;
  const { namespace } = servers;
  const workflowId = `broken-${randomUUID()}`;
  const handle = await client.workflow.start('checkout', {
    ...{ workflowId, taskQueue, args: [{ note: NAME }] },
  });
  const failing = async () =>
    failuresIn(
      await client.workflowService.describeWorkflowExecution({
        ...{ namespace, execution: { workflowId } },
      }),
    );
  await until('an activity failed', async () => (await failing()).length > 0);
  const refused = await client.workflowService.updateWorkflowExecution({
    namespace,
    workflowExecution: { workflowId: 'notifier:0' },
    waitPolicy: { lifecycleStage: 3 },
    request: {
      meta: { updateId: randomUUID(), identity: 'operator' },
      input: { name: 'pause', args: { payloads: [defaultPayloadConverter.toPayload({})] } },
    },
  });
  const failures = [...(await failing()), ...failuresIn(refused)];
  expect(failures.length).toBeGreaterThan(1);
  expect(failures.map(({ message, stackTrace }) => [message, stackTrace])).toEqual(
    failures.map(() => ['Encoded failure', '']),
  );
  await handle.terminate();
});

test('an encrypted history replays with its key, and without it the error names the key', async () => {
  const order = await orderTopup(stack, await newUser(stack), AMOUNT);
  await payAndSettle(stack, order);
  await untilPaid(stack, order);
  const workflowId = checkoutId(order.invoiceId);
  const replay = async (keys: Parameters<typeof dataConverter>[0]) =>
    Worker.runReplayHistory(
      { workflowBundle: { codePath: await encryptedBundle() }, dataConverter: dataConverter(keys) },
      await stack.client.workflow.getHandle(workflowId).fetchHistory(),
      workflowId,
    );
  await replay([K2, K1]);
  await expect(replay([K2])).rejects.toThrow();
  const stranger = new Client({
    ...{ connection: stack.client.connection, namespace: stack.servers.namespace },
    dataConverter: dataConverter([K2]),
  });
  await expect(stranger.workflow.getHandle(workflowId).result()).rejects.toThrow('"k1"');
});

describe('rotation', () => {
  let turning: Stack;

  beforeAll(async () => {
    turning = await startStack({ payloadKeys: [K1], hasWorker: false });
  });
  afterAll(() => turning?.stop());

  test('a workflow that began under one key ends under the next, and what was written since needs the next alone', async () => {
    const first = await turning.startWorker();
    const order = await orderTopup(turning, await newUser(turning), AMOUNT);
    await first.stop();
    const second = await turning.startWorker({ payloadKeys: [K2, K1] });
    const { paymentId } = await pay(turning, order);
    await untilPaid(turning, order);
    const workflowId = checkoutId(order.invoiceId);
    const isOver = async () => (await keyIdsOf(workflowId)).at(-1) === 'k2';
    await until('the checkout ended', isOver);

    expect((await keyIdsOf(workflowId))[0]).toBe('k1');
    expect((await keyIdsOf(paymentConfirmationId('mock', paymentId))).at(-1)).toBe('k2');
    const found = payloadsIn(await rawHistory(turning, workflowId)).map(({ payload }) => payload);
    const [old, young] = ['k1', 'k2'].map((id) => found.filter((one) => keyIdOf(one) === id));
    await createPayloadCodec([K2]).decode(young ?? []);
    await expect(createPayloadCodec([K2]).decode(old ?? [])).rejects.toThrow('"k1"');
    await second.stop();
    await checkBooks(turning);
  });

  async function keyIdsOf(workflowId: string): Promise<string[]> {
    const found = payloadsIn(await rawHistory(turning, workflowId));
    return found.filter(({ path }) => !CORE.test(path)).map(({ payload }) => keyIdOf(payload));
  }
});
