import postgres from 'postgres';
import { requireInvariants } from '../support/invariants';
import {
  startProcessStack,
  VICTIMS,
  type ProcessStack,
  type Victim,
} from '../support/process-stack';
import { until } from '../support/stack';

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

async function orderInChat(): Promise<{ personId: number; no: number; invoiceId: string }> {
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

/** One credit and one message, whatever died on the way. */
async function requireOneOfEach(order: { personId: number; invoiceId: string }, mayRepeat = false) {
  await until(
    'the invoice is paid',
    patiently(() => isPaid(order.invoiceId)),
    60_000,
  );
  const receipts = () =>
    bubbles(order.personId).then(
      (shown) => shown.filter(({ text }) => text?.startsWith('Payment of ₽200 received')).length,
    );
  await until('the receipt is in the chat', async () => (await receipts()) > 0, 60_000);
  // Long enough for a second credit or message to show, if there were one.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const kinds = await stack.sql`
    select kind from transfers where invoice_id = ${order.invoiceId} order by id`;
  expect(kinds.map((row) => row['kind'])).toEqual(['topup', 'subscription_fee']);
  const [wallet] = await stack.sql`
    select balance::float8 as balance from accounts where user_id = ${order.personId}`;
  expect(wallet?.['balance']).toBe(100_000_000);
  expect(await receipts()).toBeLessThanOrEqual(mayRepeat ? 2 : 1);
  await requireInvariants(stack.sql);
}

async function killAndWait(victim: Victim): Promise<void> {
  await stack.kill(victim);
  await stack.ready(victim);
}

/**
 * Holds the row that the posting transaction needs, so that a process can die in the middle of it. The lock goes with
 * its connection, which is cut and not closed: PostgreSQL itself may be the victim.
 */
async function holdInvoice(invoiceId: string, meanwhile: () => Promise<void>): Promise<void> {
  const holder = postgres(stack.databaseUrl, { max: 1, onnotice: () => undefined });
  const session = await holder.reserve();
  await session`begin`;
  await session`select 1 from invoices where id = ${invoiceId} for update`;
  await meanwhile();
  await holder.end({ timeout: 0 }).catch(() => undefined);
}

/** PostgreSQL may be away for a moment; that is an answer as good as "not yet". */
const patiently =
  <T>(probe: () => Promise<T>) =>
  () =>
    probe().catch(() => undefined);

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe.each(VICTIMS)('SIGKILL of %s', (victim) => {
  test('T-V19 between the payment and its notification costs nothing', async () => {
    const order = await orderInChat();
    await pay(order.no, { delayMs: 700 });
    await killAndWait(victim);
    await requireOneOfEach(order);
  });

  test('T-V19 while the provider is being asked costs nothing', async () => {
    const order = await orderInChat();
    await pay(order.no, { status: { answer: 'error', forMs: 1_500 } });
    await pause(600);
    await killAndWait(victim);
    await requireOneOfEach(order);
  });

  test('T-V19 in the middle of the posting transaction costs nothing', async () => {
    const order = await orderInChat();
    await holdInvoice(order.invoiceId, async () => {
      await pay(order.no);
      await pause(700);
      await killAndWait(victim);
    });
    await requireOneOfEach(order);
  });

  test('T-V19 right after the credit was committed costs nothing', async () => {
    const order = await orderInChat();
    await pay(order.no);
    await until(
      'the credit',
      patiently(() => isPaid(order.invoiceId)),
      30_000,
    );
    await killAndWait(victim);
    await requireOneOfEach(order, true);
  });

  test('T-V19 while Telegram is silent about the message costs nothing', async () => {
    const order = await orderInChat();
    const { personId: chatId } = order;
    await call(`${stack.telegramUrl}/sandbox/faults`, {
      ...{ method: 'sendMessage', kind: 'hang', seconds: 2, times: 1, chatId },
    });
    await pay(order.no);
    await until(
      'the credit',
      patiently(() => isPaid(order.invoiceId)),
      30_000,
    );
    await pause(400);
    await killAndWait(victim);
    await requireOneOfEach(order, true);
  });
});

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
