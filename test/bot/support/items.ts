import { randomUUID } from 'node:crypto';
import type postgres from 'postgres';

/** An open item with the suspended payment it is about. */
export async function newOpenItem(
  sql: postgres.Sql,
  item: { userId: number; kind?: string; due?: Date; key?: string },
): Promise<{ openItemId: string; providerPaymentId: string }> {
  const [openItemId, paymentId] = [randomUUID(), randomUUID()];
  const providerPaymentId = `mp_${paymentId.slice(0, 8)}`;
  await sql`
    insert into payments (id, provider, provider_payment_id, payer_user_id, amount_minor, currency, exponent, state, rank)
    values (${paymentId}, 'mock', ${providerPaymentId}, ${item.userId}, 15000, 'RUB', 2, 'quarantined', 40)`;
  await sql`
    insert into open_items (id, key, kind, user_id, payment_id, amount_minor, currency, reason, due_at)
    values (${openItemId}, ${item.key ?? `pay:mock:${providerPaymentId}:item`}, ${item.kind ?? 'underpaid'}, ${item.userId},
      ${paymentId}, 15000, 'RUB', 'paid <150> of 200', ${item.due ?? new Date('2030-01-01')})`;
  return { openItemId, providerPaymentId };
}
