import type { PaymentCard, ResolutionKind } from '../../workflows/billing/contract';
import {
  paymentConfirmationId,
  paymentFactsQuery,
  resolvePaymentUpdate,
  writeOffPaymentUpdate,
} from '../../workflows/billing/contract';
import type { Payout } from '../../sandbox/mock-provider/bank';
import type { Script } from '../../sandbox/mock-provider/model';
import { asOfOf, invoiceState, type Order } from './shop';
import { until, type Stack } from './stack';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** One payment at the mock bank and how the shop answered each of its notifications at the first try. */
export interface Paid {
  readonly paymentId: string;
  readonly answers: readonly string[];
}

/** Pays at the bank and waits until every notification has been tried once. */
export async function pay(stack: Stack, order: Order, script: Script = {}): Promise<Paid> {
  return answered(await stack.mock.control.pay(order.no, script).tried);
}

/** Makes the bank speak of a payment again. */
export async function notify(stack: Stack, paymentId: string, script: Script = {}): Promise<Paid> {
  const paying = stack.mock.control.notify(paymentId, script);
  if (!paying) throw new Error(`the bank knows no payment ${paymentId}`);
  return answered(await paying.tried);
}

function answered({ payment, notifications }: Payout): Paid {
  const answers = notifications.map(({ last }) => `${last?.status ?? 0} ${last?.body ?? ''}`);
  return { paymentId: payment.id, answers };
}

/** The success words of so many notifications of an order. */
export function successes(order: Order, count: number): string[] {
  return Array.from({ length: count }, () => `200 OK${order.no}`);
}

function confirmation(stack: Stack, paymentId: string) {
  return stack.client.workflow.getHandle(paymentConfirmationId('mock', paymentId));
}

/** What an operator sees of a payment's workflow. */
export async function paymentCard(stack: Stack, paymentId: string): Promise<PaymentCard> {
  return confirmation(stack, paymentId).query(paymentFactsQuery);
}

/** Waits until a payment's workflow has done all that it can do by itself. */
export async function untilSettled(stack: Stack, paymentId: string): Promise<void> {
  await until(`payment ${paymentId} settled`, async () => {
    const { status } = await confirmation(stack, paymentId).describe();
    if (status.name !== 'RUNNING') return true;
    if ((await paymentState(stack, paymentId)) !== 'quarantined') return false;
    return (await paymentCard(stack, paymentId)).phase === 'quarantined';
  });
}

/** Pays, has it told, and waits until the product has done all it can do with it. */
export async function payAndSettle(
  stack: Stack,
  order: Order,
  script: Script = {},
): Promise<string> {
  const { paymentId } = await pay(stack, order, script);
  await untilSettled(stack, paymentId);
  return paymentId;
}

const FINANCE = { operatorId: 'finance-1', reason: 'looked at it with the bank' };

/** An operator's decision about quarantined money; resolves with what the workflow answers. */
export async function resolve(
  stack: Stack,
  paymentId: string,
  how: ResolutionKind,
): Promise<string> {
  const repair = { ...FINANCE, how };
  const handle = confirmation(stack, paymentId);
  return (await handle.executeUpdate(resolvePaymentUpdate, { args: [repair] })).accepted;
}

/** Proposes to leave the money in suspense, as somebody with a role; resolves with what the workflow answers. */
export async function proposeWriteOff(
  stack: Stack,
  paymentId: string,
  operatorId: number,
): Promise<string> {
  const handle = confirmation(stack, paymentId);
  const repair = { ...FINANCE, operatorId };
  return (await handle.executeUpdate(writeOffPaymentUpdate, { args: [repair] })).accepted;
}

/** Sum of a system account's entries in its smallest unit. */
export async function systemBalance(stack: Stack, code: string): Promise<number> {
  const [row] = await stack.sql`
    select coalesce(sum(e.amount), 0)::float8 as total
    from entries e join accounts a on a.id = e.account_id where a.code = ${code}`;
  return Number(row?.['total'] ?? 0);
}

/** How much every system account has changed since, without those that have not. */
export async function systemChanges(
  stack: Stack,
  codes: readonly string[],
): Promise<() => Promise<Record<string, number>>> {
  const read = async () => Promise.all(codes.map((code) => systemBalance(stack, code)));
  const before = await read();
  return async () => {
    const after = await read();
    return Object.fromEntries(
      codes.flatMap((code, index) => {
        const change = (after[index] ?? 0) - (before[index] ?? 0);
        return change === 0 ? [] : [[code, change]];
      }),
    );
  };
}

/** How often the inbox saw notifications of a payment, and how many different ones. */
export async function inboxOf(
  stack: Stack,
  paymentId: string,
): Promise<{ events: number; deliveries: number }> {
  const [row] = await stack.sql`
    select count(*)::int as events, coalesce(sum(deliveries), 0)::int as deliveries
    from inbox_events where payment_ref = ${paymentId} and signalled_at is not null`;
  return { events: Number(row?.['events']), deliveries: Number(row?.['deliveries']) };
}

export async function paymentState(stack: Stack, paymentId: string): Promise<string | undefined> {
  const [row] = await stack.sql`
    select state from payments where provider_payment_id = ${paymentId}`;
  return row && String(row['state']);
}

/** Every open item of a payment, as `kind` or `kind (state)` once it is closed. */
export async function itemsOfPayment(stack: Stack, paymentId: string): Promise<string[]> {
  const rows = await stack.sql`
    select i.kind, i.state from open_items i join payments p on p.id = i.payment_id
    where p.provider_payment_id = ${paymentId} order by i.id`;
  return rows.map(({ kind, state }) =>
    state === 'open' ? String(kind) : `${String(kind)} (${String(state)})`,
  );
}

/** Moves a person's business time to an instant. */
export async function advanceTo(stack: Stack, userId: number, instant: Date): Promise<void> {
  const { asOf } = await asOfOf(stack, userId);
  await stack.advance(userId, instant.getTime() - asOf.getTime());
}

export async function untilState(stack: Stack, order: Order, state: string): Promise<void> {
  await until(
    `invoice ${order.no} ${state}`,
    async () => (await invoiceState(stack, order)) === state,
  );
}

/** Cancels as the owner does. */
export async function cancel(stack: Stack, order: Order): Promise<string> {
  const { invoiceId, userId } = order;
  return (await stack.commands.cancelCheckout({ invoiceId, userId })).kind;
}
