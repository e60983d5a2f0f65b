import postgres from 'postgres';
import { requireInvariants } from '../support/invariants';
import {
  startProcessStack,
  VICTIMS,
  type ProcessStack,
  type Victim,
} from '../support/process-stack';
import { until } from '../support/until';

// Every process is a real one and dies by SIGKILL; the supervisor starts it again, as a container platform would.

let stack: ProcessStack;

beforeAll(async () => {
  stack = await startProcessStack();
}, 180_000);
afterAll(() => stack?.stop());

let people = 0;

async function call<T>(url: string, body?: unknown, method = 'POST'): Promise<T> {
  const response = await fetch(url, {
    method: body === undefined && method === 'POST' ? 'GET' : method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url}: ${response.status} ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

interface Bubble {
  readonly message: {
    readonly message_id: number;
    readonly text?: string;
    readonly from?: { readonly is_bot: boolean };
    readonly reply_markup?: {
      readonly inline_keyboard: { text: string; callback_data?: string }[][];
    };
  };
}

async function bubbles(personId: number): Promise<Bubble['message'][]> {
  const shown = await call<Bubble[]>(`${stack.telegramUrl}/sandbox/chats/${personId}/messages`);
  return shown.map(({ message }) => message);
}

/** Presses the newest button whose text fits, as soon as the chat shows it. */
async function press(personId: number, text: string): Promise<void> {
  const found = await until(`button ${text}`, async () => {
    for (const message of (await bubbles(personId)).reverse()) {
      const buttons = message.reply_markup?.inline_keyboard.flat() ?? [];
      const button = buttons.find((one) => one.callback_data && one.text.includes(text));
      if (button) return { messageId: message.message_id, data: button.callback_data };
    }
    return undefined;
  });
  await call(`${stack.telegramUrl}/sandbox/press`, { personId, ...found });
}

interface Order {
  readonly personId: number;
  readonly no: number;
  readonly invoiceId: string;
}

async function orderInChat(): Promise<Order> {
  people += 1;
  const person = await call<{ id: number }>(`${stack.telegramUrl}/sandbox/people`, {
    firstName: `Person ${people}`,
    languageCode: 'en',
  });
  const personId = person.id;
  await call(`${stack.telegramUrl}/sandbox/send`, { personId, text: '/start' });
  await press(personId, 'I accept');
  await press(personId, 'Top up');
  await press(personId, '₽200');
  await press(personId, 'Continue to pay');
  return until('the invoice is pending', async () => {
    const [row] = await stack.sql`
      select id, no::int as no from invoices where user_id = ${personId} and state = 'pending'`;
    return row && { personId, no: Number(row['no']), invoiceId: String(row['id']) };
  });
}

async function pay(no: number, script: object = {}): Promise<void> {
  await call(`${stack.mockUrl}/control/pay`, { invoiceNo: no, ...script });
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
  const shown = await bubbles(personId);
  return shown.filter(({ text }) => text?.startsWith('Payment of ₽200 received')).length;
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
  await call(`${stack.telegramUrl}/sandbox/faults`, {
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
