import type { QuotePurpose } from '../../src/domain/billing/pricing';
import { until, type Stack } from './stack';

/** Buys on behalf of people without the chat: the same records and commands the bot uses. */
export interface Order {
  readonly invoiceId: string;
  readonly no: number;
  readonly userId: number;
}

let nextUserId = 5_000_000;

/** Somebody new who has said hello to the bot. */
export async function newUser(stack: Stack, person: { firstName?: string } = {}): Promise<number> {
  nextUserId += 1;
  const userId = nextUserId;
  stack.telegram.createPerson({
    id: userId,
    firstName: person.firstName ?? 'Test',
    languageCode: 'en',
  });
  stack.telegram.openChat(userId);
  await stack.records.arrive({
    updateId: userId,
    person: {
      id: userId,
      username: undefined,
      firstName: person.firstName ?? 'Test',
      lastName: undefined,
      languageCode: 'en',
    },
    asOf: new Date(),
  });
  return userId;
}

/** The person's business time: what the bot passes as `asOf`. */
export async function asOfOf(
  stack: Stack,
  userId: number,
): Promise<{ asOf: Date; offsetMs: number }> {
  const [row] =
    await stack.sql`select clock_offset_ms::float8 as ms from users where id = ${userId}`;
  const offsetMs = Number(row?.['ms'] ?? 0);
  return { asOf: new Date(Date.now() + offsetMs), offsetMs };
}

/** Opens a top-up of so many kopecks. */
export async function orderTopup(
  stack: Stack,
  userId: number,
  amountMinor: number,
): Promise<Order> {
  const { asOf } = await asOfOf(stack, userId);
  const tariff = await stack.reads.topupTariff(asOf);
  if (!tariff) throw new Error('no top-up tariff is on sale');
  return orderVersion(stack, userId, { tariffVersionId: tariff.tariffVersionId, amountMinor });
}

/** Opens an order of a tariff version. */
export async function orderVersion(
  stack: Stack,
  userId: number,
  wish: {
    tariffVersionId: string;
    amountMinor?: number;
    provider?: string;
    currency?: string;
    purpose?: QuotePurpose;
    promo?: string;
  },
): Promise<Order> {
  const { asOf, offsetMs } = await asOfOf(stack, userId);
  const { provider = 'mock', currency = 'RUB', ...rest } = wish;
  const quote = await stack.records.createQuote({ userId, currency, asOf, ...rest });
  if (quote.kind !== 'quoted') throw new Error(`no quote: ${quote.reason}`);
  const opening = await stack.commands.openCheckout({
    quoteId: quote.quoteId,
    userId,
    provider,
    clockOffsetMs: offsetMs,
  });
  if (opening.kind === 'refused') throw new Error(`no checkout: ${opening.reason}`);
  const invoice = await stack.reads.invoice(opening.invoiceId);
  if (!invoice) throw new Error('the invoice is not there');
  return { invoiceId: invoice.invoiceId, no: invoice.no, userId };
}

/** Tokens of a wallet as text with up to two decimals: "100", "99.99". */
export async function balance(stack: Stack, userId: number): Promise<number> {
  const [row] =
    await stack.sql`select balance::float8 as utok from accounts where user_id = ${userId}`;
  return Number(row?.['utok'] ?? 0) / 1_000_000;
}

export async function invoiceState(stack: Stack, order: Order): Promise<string> {
  const [row] = await stack.sql`select state from invoices where id = ${order.invoiceId}`;
  return String(row?.['state']);
}

export async function untilPaid(stack: Stack, order: Order): Promise<void> {
  await until(
    `invoice ${order.no} paid`,
    async () => (await invoiceState(stack, order)) === 'paid',
  );
}

/** Kinds of the transfers of a person, oldest first. */
export async function transferKinds(stack: Stack, userId: number): Promise<string[]> {
  const rows = await stack.sql`select kind from transfers where user_id = ${userId} order by id`;
  return rows.map((row) => String(row['kind']));
}

export async function openItems(stack: Stack, order: Order): Promise<string[]> {
  const rows = await stack.sql`
    select kind from open_items where invoice_id = ${order.invoiceId} and state = 'open' order by kind`;
  return rows.map((row) => String(row['kind']));
}

/** Templates promised to a person, in order. */
export async function promisedMessages(stack: Stack, userId: number): Promise<string[]> {
  const rows =
    await stack.sql`select template from outbox_messages where user_id = ${userId} order by id`;
  return rows.map((row) => String(row['template']));
}

/** Texts the bot has really sent to a person's chat. */
export function chatTexts(stack: Stack, userId: number): string[] {
  return stack.telegram
    .messages(userId)
    .filter(({ message }) => message.from?.is_bot)
    .map(({ message }) => message.text ?? '');
}
