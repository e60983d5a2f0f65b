import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SAVED_VIEWS } from '../../src/domain/billing/saved-views';
import { checkoutId, paymentConfirmationId } from '../../workflows/billing/contract';
import { apiClient } from '../support/api';
import { ROOT } from '../support/house/tree';
import { DAY, payAndSettle, untilState } from '../support/payments';
import { askRefund, untilPhase } from '../support/refunds';
import { newUser, orderTopup } from '../support/shop';
import { checkBooks, startStack, until, type Stack } from '../support/stack';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
});
afterEach(() => checkBooks(stack));
afterAll(() => stack?.stop());

function queryOf(name: string): string {
  const view = SAVED_VIEWS.find((one) => one.name === name);
  if (!view) throw new Error(`there is no view ${name}`);
  return view.query(Date.now());
}

/** Waits until a view of the real server shows a workflow. */
async function untilShown(name: string, workflowId: string): Promise<void> {
  await until(`${name} shows ${workflowId}`, async () => {
    for await (const found of stack.client.workflow.list({ query: queryOf(name) }))
      if (found.workflowId === workflowId) return true;
    return false;
  });
}

test.each(SAVED_VIEWS.map(({ name }) => name))(
  'OPS-2 the server takes the query of %s',
  async (name) => {
    expect((await stack.client.workflow.count(queryOf(name))).count).toBeGreaterThanOrEqual(0);
  },
);

test('OPS-2 an open order, and money that came for it in the wrong amount', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  await untilShown('Open orders', checkoutId(order.invoiceId));
  const paymentId = await payAndSettle(stack, order, { outSum: '150.00' });
  await untilShown('Quarantined money', paymentConfirmationId('mock', paymentId));
  await untilShown('Needs attention', paymentConfirmationId('mock', paymentId));
});

test('OPS-2 a closed order is watched, and its late money is found afterwards', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  await stack.advance(order.userId, DAY + 60_000);
  await untilState(stack, order, 'expired');
  await untilShown('Watched for late money', checkoutId(order.invoiceId));
  const paymentId = await payAndSettle(stack, order);
  await untilShown('Late money', paymentConfirmationId('mock', paymentId));
});

test('OPS-2 a refund that its provider refuses', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  const paymentId = await payAndSettle(stack, order, { refuseRefunds: true });
  const opened = await askRefund(stack, paymentId);
  if (opened.kind !== 'planned') throw new Error('no refund');
  await untilPhase(stack, opened.workflowId, 'stuck');
  await untilShown('Refunds stuck', opened.workflowId);
});

/** The query by which the book finds something, with what stands in it filled in. */
function bookQuery(lookingFor: string, ...filled: readonly (readonly [string, string])[]): string {
  const book = readFileSync(join(ROOT, 'docs', 'operations.md'), 'utf8');
  const row = book.split('\n').find((line) => line.startsWith(`| ${lookingFor} `));
  const query = /`([^`]+)`/.exec(row ?? '')?.[1];
  if (query === undefined) throw new Error(`the book does not look for ${lookingFor}`);
  return filled.reduce((text, [blank, value]) => text.replace(blank, value), query);
}

async function untilFound(query: string, workflowId: string): Promise<void> {
  await until(`${query} finds ${workflowId}`, async () => {
    for await (const found of stack.client.workflow.list({ query }))
      if (found.workflowId === workflowId) return true;
    return false;
  });
}

test('OPS-2 whoever looks for something finds it by the queries of the book', async () => {
  const order = await orderTopup(stack, await newUser(stack), 20_000);
  const checkout = checkoutId(order.invoiceId);
  const soon = new Date(Date.now() + 2 * DAY).toISOString();
  await untilFound(bookQuery('what acts within the next hour', ['…', soon]), checkout);
  const paymentId = await payAndSettle(stack, order);
  const person = ['42', String(order.userId)] as const;
  await untilFound(bookQuery('everything of a person', person), checkout);
  await untilFound(bookQuery('an order, by its id', ['…', order.invoiceId]), checkout);
  const payment = paymentConfirmationId('mock', paymentId);
  await untilFound(bookQuery('one payment', ['mp_…', paymentId]), payment);
  const { clientId, call } = await apiClient(stack);
  const body = { amount: '1', description: 'a job' };
  await call('POST', `/users/${order.userId}/spend`, { name: 'job-1', body });
  const spend = `spend:${clientId}:job-1`;
  const key = [
    ['<client id>', clientId],
    ['<key>', 'job-1'],
  ] as const;
  await untilFound(bookQuery('a spend that came alone, by key', ...key), spend);
  await untilFound(bookQuery('spends of a person', person), spend);
});
