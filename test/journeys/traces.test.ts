import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';
import { writeAtomically } from '../../src/embedded/processes/files';
import { createLog } from '../../src/log';
import type { ProviderCall } from '../../src/main/meters';
import { NO_TRACING, type Tracing } from '../../src/main/tracing';
import { startSpans } from '../../src/main/tracing-sdk';
import { watchedProviders } from '../../src/main/watched-providers';
import { ATTRIBUTES } from '../../src/tracing/attributes';
import { newVisitor, type Visitor } from '../bot/support/visitor';
import { apiClient, spender } from '../support/api';
import {
  settingsOf,
  startCollector,
  type CollectedSpan,
  type Collector,
} from '../support/collector';
import { ROOT } from '../support/house/tree';
import { DAY, pay, untilSettled } from '../support/payments';
import { TEST_DATA } from '../support/servers/places';
import { checkBooks, startStack, until, type RunningWorker, type Stack } from '../support/stack';

const log = createLog({ level: 'silent', name: 'test' });

let collector: Collector;
let tracing: Tracing;
let stack: Stack;
let worker: RunningWorker;
const calls: ProviderCall[] = [];

beforeAll(async () => {
  collector = await startCollector();
  const settings = settingsOf(collector.url);
  tracing = startSpans(settings, { process: 'all', buildVersion: 'test', log });
  stack = await startStack({ hasBot: true, hasCatalogue: true, hasWorker: false, tracing });
  const providers = watchedProviders(stack.providers, (call) => calls.push(call));
  worker = await stack.startWorker({ providers });
});
afterEach(() => checkBooks(stack));
afterAll(async () => {
  await worker?.stop();
  await stack?.stop();
  await tracing?.stop();
  await collector?.stop();
});

const NAME = 'Zinaida-Unmistakable';

interface Purchase {
  readonly visitor: Visitor;
  readonly invoiceId: string;
  readonly paymentId: string;
  readonly trace: readonly CollectedSpan[];
}

/** Buys a plan in the chat; the person's name and text, the price and the token are all there to be let out. */
async function buyPlan(): Promise<Purchase> {
  const visitor = newVisitor(stack, { name: NAME });
  await visitor.write('/start');
  await visitor.write('/tariffs');
  await visitor.press('30 days of access');
  await visitor.press('199');
  await visitor.press('Continue to pay');
  const row = await until('the order is open', async () => {
    const [order] = await stack.sql`
      select id, no::int as no, trace_parent from invoices
      where user_id = ${visitor.id} and state = 'pending'`;
    return order;
  });
  const invoiceId = String(row['id']);
  const { paymentId } = await pay(stack, { invoiceId, no: Number(row['no']), userId: visitor.id });
  await untilSettled(stack, paymentId);
  const traceId = String(row['trace_parent']).split('-')[1] ?? '';
  return { visitor, invoiceId, paymentId, trace: await wholeTrace(traceId) };
}

/** All of a trace, once the receipt at its end has been sent. */
async function wholeTrace(traceId: string): Promise<readonly CollectedSpan[]> {
  await until('the receipt is in the trace', async () =>
    ofTrace(traceId).some(({ attributes }) => attributes['billing.category'] === 'money'),
  );
  await until('nothing more comes', async () => {
    const before = collector.spans.length;
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    return collector.spans.length === before;
  });
  return ofTrace(traceId);
}

const ofTrace = (traceId: string) => collector.spans.filter((span) => span.traceId === traceId);

function named(spans: readonly CollectedSpan[], name: string): CollectedSpan {
  const span = spans.find((each) => each.name === name);
  if (!span) throw new Error(`${name} is not among ${spans.map((each) => each.name).join(', ')}`);
  return span;
}

let purchase: Purchase;
beforeAll(async () => {
  purchase = await buyPlan();
});

test('one trace leads from the tap over checkout, webhook and confirmation to the message', () => {
  const { trace } = purchase;
  const tap = named(trace, 'update callback_query');
  expect(tap.attributes['billing.route']).toBe('q:ok');
  expect(tap.parentSpanId).toBe('');
  for (const step of [
    'UpdateWithStartWorkflow:open',
    'workflow checkout',
    'RunActivity:openInvoice',
    'webhook',
    'SignalWithStartWorkflow:paymentConfirmation',
    'workflow paymentConfirmation',
    'send message',
  ]) {
    expect(named(trace, step).traceId).toBe(tap.traceId);
  }
  expect(named(trace, 'provider call').attributes).toMatchObject({
    'billing.provider': 'mock',
    'billing.operation': 'createPayment',
    'billing.outcome': 'created',
  });
  expect(calls).toContainEqual(
    expect.objectContaining({ provider: 'mock', operation: 'ask', outcome: 'facts' }),
  );
});

test('every step of it hangs on another, so that it is one tree and not a heap', () => {
  const { trace } = purchase;
  const ids = new Set(trace.map(({ spanId }) => spanId));
  const loose = trace.filter(({ parentSpanId }) => !ids.has(parentSpanId));
  expect(loose.map(({ name }) => name)).toEqual(['update callback_query']);
});

test('the transaction in it names the transfers that it wrote', async () => {
  const written = await stack.sql`
    select t.id from transfers t join payments p on p.id = t.payment_id
    where p.provider_payment_id = ${purchase.paymentId}`;
  expect(written.length).toBeGreaterThan(0);
  const transactions = purchase.trace.filter(({ name }) => name === 'transaction');
  const noted = transactions.flatMap(({ attributes }) => attributes['billing.transfer_ids'] ?? []);
  expect(noted).toEqual(expect.arrayContaining(written.map(({ id }) => String(id))));
});

test('a spend through the API goes on in its caller’s trace, and keeps the caller’s own key to itself', async () => {
  const userId = await spender(stack, 100);
  const client = await apiClient(stack);
  const traceId = 'ab'.repeat(16);
  const name = 'order-of-zinaida@example.org';
  const { status } = await client.call('POST', `/users/${userId}/spend`, {
    body: { amount: '7.25', description: 'a portrait of Zinaida' },
    name,
    headers: { traceparent: `00-${traceId}-${'cd'.repeat(8)}-01` },
  });
  expect(status).toBe(200);
  const spans = await until('the spend is traced', async () => {
    const found = ofTrace(traceId);
    return found.some(({ name: step }) => step.startsWith('POST')) ? found : undefined;
  });
  expect(named(spans, 'POST /api/v1/users/:userId/spend').parentSpanId).toBe('cd'.repeat(8));
  expect(named(spans, 'spend batch').attributes).toEqual({ 'billing.batch_size': 1 });
  expect(named(spans, 'transaction').attributes['billing.transfer_count']).toBe(1);
  const id = named(spans, 'RunActivity:applySpends').attributes['temporalWorkflowId'];
  expect(id).toBe(`spend:${client.clientId}:…`);
  expect(collector.bodies.join('')).not.toContain(name);
});

test('no span carries a name, a text, a sum or a secret', () => {
  const sent = collector.bodies.join('\n');
  const planted = [
    NAME,
    'Zinaida',
    'portrait',
    '7.25',
    '19900',
    '199.00',
    '/tariffs',
    'sandbox-token',
  ];
  expect(planted.filter((secret) => sent.includes(secret))).toEqual([]);
  const names = new Set(collector.spans.flatMap(({ attributes }) => Object.keys(attributes)));
  const known: readonly string[] = ATTRIBUTES;
  expect([...names].filter((name) => !known.includes(name))).toEqual([]);
  expect(collector.spans.filter(({ events }) => events > 0)).toEqual([]);
  expect(collector.headers()['x-collector-key']).toBe('k');
});

test('Temporal carries two numbers in its headers and nothing else', async () => {
  const handle = stack.client.workflow.getHandle(`checkout:${purchase.invoiceId}`);
  const { events } = await handle.fetchHistory();
  const headers = (events ?? []).flatMap((event) => [
    event.workflowExecutionStartedEventAttributes?.header?.fields ?? {},
    event.activityTaskScheduledEventAttributes?.header?.fields ?? {},
  ]);
  const carried = headers.flatMap((fields) => Object.entries(fields));
  // Those of its start, and of the one activity that is not done in its own worker.
  expect(carried.length).toBeGreaterThan(1);
  for (const [name, { data }] of carried) {
    expect(name).toBe('_tracer-data');
    const text = Buffer.from(data ?? []).toString();
    expect(text).toMatch(/^\{"traceparent":"00-[0-9a-f]{32}-[0-9a-f]{16}-01"\}$/);
  }
});

test('a workflow that lives on does so in traces of its own, linked to the first', async () => {
  const { visitor, trace } = purchase;
  const [row] = await stack.sql`select id from subscriptions where user_id = ${visitor.id}`;
  const workflowId = `sub:${String(row?.['id'])}`;
  const isIts = ({ name, attributes }: CollectedSpan) =>
    name === 'workflow subscription' && attributes['temporalWorkflowId'] === workflowId;
  const begun = trace.find(isIts);
  expect(begun).toBeDefined();
  await stack.advance(visitor.id, 28 * DAY);
  const later = await until('its reminder is traced', async () =>
    collector.spans.find((span) => isIts(span) && span.traceId !== begun?.traceId),
  );
  expect(later.links).toEqual([begun?.traceId]);
  await until('what it did hangs on it', async () =>
    ofTrace(later.traceId).some(({ name }) => name === 'transaction'),
  );
}, 60_000);

test('its histories live again where nothing carries traces, and where something does', async () => {
  const path = join(TEST_DATA, `untraced-bundle-${process.pid}.js`);
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(ROOT, 'workflows', 'index.ts'),
    logger: new DefaultLogger('ERROR'),
  });
  writeAtomically(path, code);
  const sinks = NO_TRACING.worker.sinks ?? {};
  const ids = [`checkout:${purchase.invoiceId}`, `pay:mock:${purchase.paymentId}`];
  for (const codePath of [path, stack.servers.workflowBundlePath]) {
    for (const id of ids) {
      const history = await stack.client.workflow.getHandle(id).fetchHistory();
      await Worker.runReplayHistory({ workflowBundle: { codePath }, sinks }, history, id);
    }
  }
}, 60_000);
