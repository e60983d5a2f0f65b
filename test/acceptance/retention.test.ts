import { WorkflowNotFoundError, type WorkflowHandle } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import {
  checkoutId,
  NOTIFIER_ID,
  notifierStateQuery,
  paymentConfirmationId,
  wakeNotifierSignal,
} from '../../workflows/billing/contract';
import { notify, payAndSettle, successes, untilSettled } from '../support/payments';
import { balance, newUser, orderTopup, untilPaid } from '../support/shop';
import { checkBooks, startStack, until, type Stack } from '../support/stack';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
});
afterEach(() => checkBooks(stack));
afterAll(() => stack?.stop());

/** What the end of retention does to a workflow that is over, now. */
async function forget(workflowId: string): Promise<void> {
  const { namespace } = stack.servers;
  const handle = stack.client.workflow.getHandle(workflowId);
  await until(`${workflowId} is over`, async () => {
    const { status } = await handle.describe();
    return status.name !== 'RUNNING';
  });
  await stack.client.workflowService.deleteWorkflowExecution({
    namespace,
    workflowExecution: { workflowId },
  });
  await until(`${workflowId} is forgotten`, async () => {
    try {
      await handle.describe();
      return false;
    } catch (error) {
      return error instanceof WorkflowNotFoundError;
    }
  });
}

test('T-P27 a hint that comes when Temporal has forgotten its payment credits nothing again', async () => {
  const userId = await newUser(stack);
  const order = await orderTopup(stack, userId, 20_000);
  const paymentId = await payAndSettle(stack, order);
  await untilPaid(stack, order);
  const before = await balance(stack, userId);
  await forget(checkoutId(order.invoiceId));
  await forget(paymentConfirmationId('mock', paymentId));

  const { answers } = await notify(stack, paymentId);
  expect(answers).toEqual(successes(order, 1));
  await untilSettled(stack, paymentId);
  expect(await balance(stack, userId)).toBe(before);
  const [row] = await stack.sql`
    select count(*)::int as credits from transfers t join payments p on p.id = t.payment_id
    where p.provider_payment_id = ${paymentId}`;
  expect(row).toEqual({ credits: 1 });
});

const SIGNALS = 20_000;
/** As many as one activation of the workflow takes in its stride, also on a busy machine. */
const BURST = 250;
const AT_ONCE = 25;

/** A caller that is refused, because a run holds as many signals as the server lets it, comes again. */
async function signal(n: number): Promise<void> {
  const handle = stack.client.workflow.getHandle(NOTIFIER_ID);
  for (;;) {
    try {
      return await handle.signal<[number]>(wakeNotifierSignal.name, n);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  }
}

/** Sends the next signals, and waits until the workflow has taken them in. */
async function sendBurst(first: number): Promise<void> {
  let next = first;
  const caller = async (): Promise<void> => {
    while (next < first + BURST) await signal((next += 1));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, caller));
  const handle = stack.client.workflow.getHandle(NOTIFIER_ID);
  // On a busy machine the server gives a question up while the signals before it are taken in.
  await until('they are taken in', () => handle.query(notifierStateQuery).catch(() => undefined));
}

type Events = NonNullable<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>['events']>;

async function eventsOf(runId: string): Promise<Events> {
  const { events } = await stack.client.workflow.getHandle(NOTIFIER_ID, runId).fetchHistory();
  return events ?? [];
}

/** The numbers of the signals of every run, from the first on, and how many runs there were. */
async function received(firstRunId: string): Promise<{ numbers: Set<number>; runs: number }> {
  const numbers = new Set<number>();
  let runs = 0;
  let runId: string | undefined = firstRunId;
  while (runId !== undefined) {
    runs += 1;
    const events: Events = await eventsOf(runId);
    for (const { workflowExecutionSignaledEventAttributes: told } of events) {
      const [payload] = told?.input?.payloads ?? [];
      if (payload) numbers.add(defaultPayloadConverter.fromPayload<number>(payload));
    }
    runId =
      events.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? undefined;
  }
  return { numbers, runs };
}

test('T-P27 twenty thousand signals to the sender of messages go through several runs and none is lost', async () => {
  await stack.commands.ensureNotifier();
  const { runId } = await stack.client.workflow.getHandle(NOTIFIER_ID).describe();
  for (let first = 0; first < SIGNALS; first += BURST) await sendBurst(first);
  const { numbers, runs } = await received(runId);
  expect(numbers.size).toBe(SIGNALS);
  expect(runs).toBeGreaterThan(1);

  const userId = await newUser(stack);
  await payAndSettle(stack, await orderTopup(stack, userId, 20_000));
  await until('a message leaves as promptly as ever', async () => {
    const [sent] = await stack.sql`
      select 1 from outbox_messages where user_id = ${userId} and state = 'sent'`;
    return sent;
  });
}, 300_000);
