import postgres from 'postgres';
import { startCollector, type CollectedSpan, type Collector } from '../support/collector';
import { requireInvariants } from '../support/invariants';
import {
  startProcessStack,
  VICTIMS,
  type ProcessStack,
  type Victim,
} from '../support/process-stack';
import { until } from '../support/until';
import { post, wireChat, type ChatOrder as Order } from '../support/wire-chat';

// Every process is a real one and dies by SIGKILL; the supervisor starts it again, as a container platform would.

let stack: ProcessStack;
let collector: Collector;

beforeAll(async () => {
  collector = await startCollector();
  const overrides = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
  stack = await startProcessStack({ overrides });
}, 180_000);
afterAll(async () => {
  await stack?.stop();
  await collector?.stop();
});

let people = 0;

const chat = () => wireChat(stack);

async function orderInChat(): Promise<Order> {
  people += 1;
  return chat().orderTopup(`Person ${people}`);
}

async function pay(no: number, script: object = {}): Promise<void> {
  await post(`${stack.mockUrl}/control/pay`, { invoiceNo: no, ...script });
}

async function isPaid(invoiceId: string): Promise<boolean> {
  const [row] = await stack.sql`select state from invoices where id = ${invoiceId}`;
  return row?.['state'] === 'paid';
}

/** PostgreSQL may be away for a moment; that is an answer as good as "not yet". */
const patiently =
  <T>(probe: () => Promise<T>) =>
  () =>
    probe().catch(() => undefined);

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function untilCredited({ invoiceId }: Order, timeoutMs = 30_000): Promise<unknown> {
  return until(
    `invoice ${invoiceId} is paid`,
    patiently(() => isPaid(invoiceId)),
    timeoutMs,
  );
}

async function receiptsOf({ personId }: Order): Promise<number> {
  const shown = await chat().texts(personId);
  return shown.filter((text) => text.startsWith('Payment of ₽200 received')).length;
}

/**
 * Holds the row that the posting transaction needs, so that a process can die in the middle of it. The lock goes with
 * its connection, which is cut and not closed: PostgreSQL itself may be the victim.
 */
async function holdInvoice({ invoiceId }: Order): Promise<() => Promise<void>> {
  const holder = postgres(stack.databaseUrl, { max: 1, onnotice: () => undefined });
  const session = await holder.reserve();
  await session`begin`;
  await session`select 1 from invoices where id = ${invoiceId} for update`;
  return () => holder.end({ timeout: 0 }).catch(() => undefined);
}

interface Moments {
  readonly 'between the payment and its notification': Order;
  readonly 'while the provider is being asked': Order;
  readonly 'in the middle of the posting transaction': Order;
  readonly 'right after the credit was committed': Order;
  readonly 'while Telegram is silent about the message': Order;
}

type Moment = keyof Moments;

/** Whoever dies after the message has left cannot know that it did. */
const MAY_REPEAT: readonly string[] = [
  'right after the credit was committed',
  'while Telegram is silent about the message',
] satisfies Moment[];

/** Brings five orders to five moments at once, kills, and lets go of what was held. */
async function killAmid(victim: Victim): Promise<Moments> {
  const [unannounced, asked, posting, credited, silent] = await Promise.all([
    orderInChat(),
    orderInChat(),
    orderInChat(),
    orderInChat(),
    orderInChat(),
  ]);
  const letGo = await holdInvoice(posting);
  await pay(posting.no);
  await post(`${stack.telegramUrl}/sandbox/faults`, {
    ...{ method: 'sendMessage', kind: 'hang', seconds: 5, times: 1, chatId: silent.personId },
  });
  await pay(silent.no);
  await untilCredited(silent);
  await pay(asked.no, { status: { answer: 'error', forMs: 4_000 } });
  await pause(400);
  await pay(credited.no);
  await untilCredited(credited);
  await pay(unannounced.no, { delayMs: 700 });
  await stack.kill(victim);
  await stack.ready(victim);
  await letGo();
  return {
    'between the payment and its notification': unannounced,
    'while the provider is being asked': asked,
    'in the middle of the posting transaction': posting,
    'right after the credit was committed': credited,
    'while Telegram is silent about the message': silent,
  };
}

async function untilTold(order: Order): Promise<void> {
  await untilCredited(order, 60_000);
  await until('the receipt is in the chat', async () => (await receiptsOf(order)) > 0, 60_000);
}

/** What an order has led to, with a receipt that came twice as one where that may be. */
async function outcomeOf(moment: string, order: Order) {
  const transfers = await stack.sql`
    select kind from transfers where invoice_id = ${order.invoiceId} order by id`;
  const [wallet] = await stack.sql`
    select balance::float8 as balance from accounts where user_id = ${order.personId}`;
  const receipts = await receiptsOf(order);
  return {
    transfers: transfers.map((row) => String(row['kind'])),
    balance: Number(wallet?.['balance']),
    receipts: receipts === 2 && MAY_REPEAT.includes(moment) ? 1 : receipts,
  };
}

const traceOf = (traceParent: unknown): string => String(traceParent).split('-')[1] ?? '';

/** Steps of a trace, once all that they hang on has arrived and the last of them, the receipt, is there. */
function wholeTrace(traceId: string): Promise<readonly CollectedSpan[]> {
  return until(`the trace ${traceId} is whole`, async () => {
    const spans = collector.spans.filter((span) => span.traceId === traceId);
    const ids = new Set(['', ...spans.map(({ spanId }) => spanId)]);
    const isWhole = spans.every(({ parentSpanId }) => ids.has(parentSpanId));
    return isWhole && spans.some(({ name }) => name === 'send message') ? spans : undefined;
  });
}

test('one trace joins the tap, the notification, the rows of the ledger and the receipt over three processes', async () => {
  const order = await orderInChat();
  await pay(order.no);
  await untilTold(order);
  const { invoiceId, personId } = order;
  const [invoice] = await stack.sql`select trace_parent from invoices where id = ${invoiceId}`;
  const [receipt] = await stack.sql`
    select trace_parent from outbox_messages where user_id = ${personId} and category = 'money'`;
  const transfers = await stack.sql`select id from transfers where invoice_id = ${invoiceId}`;
  const traceId = traceOf(invoice?.['trace_parent']);
  expect(traceOf(receipt?.['trace_parent'])).toBe(traceId);
  const spans = await wholeTrace(traceId);
  const places = spans.map(
    ({ name, service }) => `${service.replace('telegram-billing-', '')}: ${name}`,
  );
  expect(places).toEqual(
    expect.arrayContaining([
      'bot: update callback_query',
      'worker: workflow checkout',
      'server: webhook',
      'worker: workflow paymentConfirmation',
      'worker: send message',
    ]),
  );
  expect(spans.filter(({ parentSpanId }) => parentSpanId === '')).toHaveLength(1);
  const noted = spans.flatMap(({ attributes }) => attributes['billing.transfer_ids'] ?? []);
  expect([...noted].sort()).toEqual(transfers.map(({ id }) => String(id)).sort());
});

test.each(VICTIMS)(
  'T-V19 SIGKILL of %s at any moment of a payment costs nothing',
  async (victim) => {
    const moments = Object.entries<Order>({ ...(await killAmid(victim)) });
    await Promise.all(moments.map(([, order]) => untilTold(order)));
    // Long enough for a second credit or message to show, if there were one.
    await pause(1_500);
    const once = { transfers: ['topup', 'subscription_fee'], balance: 100_000_000, receipts: 1 };
    for (const [moment, order] of moments) {
      expect({ moment, ...(await outcomeOf(moment, order)) }).toEqual({ moment, ...once });
    }
    await requireInvariants(stack.sql);
  },
);

async function statusOf(path: string): Promise<number> {
  const response = await fetch(`${stack.httpUrl}${path}`);
  await response.body?.cancel();
  return response.status;
}

test.each(['postgres', 'temporal-server'] as const)(
  'T-F3 without %s the server is alive and not ready, and ready again when it is back',
  async (victim) => {
    await until('ready', async () => (await statusOf('/ready')) === 200, 30_000);
    await stack.without(victim, async () => {
      await until('not ready', async () => (await statusOf('/ready')) === 503, 30_000);
      expect(await statusOf('/health')).toBe(200);
    });
    await until('ready again', async () => (await statusOf('/ready')) === 200, 30_000);
  },
);
