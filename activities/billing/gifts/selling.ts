import type { Transaction } from '../../../drizzle/client';
import { carriedCodeHash, giftCode } from '../../../drizzle/carried-codes';
import { gifts } from '../../../drizzle/schema';
import { giftExpiryMs } from '../../../src/domain/billing/gift';
import { writeAudit } from '../../audit';
import { promiseToUser } from '../../outbox';
import { amountOf, type Order } from '../orders';
import type { IssuedReceipt } from '../receipts';
import type { Receipt } from '../sales';

/**
 * Turns a paid order into a gift that waits for whoever opens its link. What it holds lies in `sys:gifts` until then.
 * The code is derived from the gift's id, so only its hash is kept. Returns the gift's id, which is the invoice's.
 */
export async function sellGift(
  tx: Transaction,
  order: Order,
  { receipt, issued }: { receipt: Receipt; issued: IssuedReceipt },
): Promise<string> {
  const { invoice, quote, version } = order;
  const { id: giftId, userId: buyerId } = invoice;
  const { asOf, settings, secrets } = receipt;
  const expiresAt = new Date(giftExpiryMs(asOf.getTime(), settings.giftTtlDays));
  await tx.insert(gifts).values({
    id: giftId,
    codeHash: carriedCodeHash(giftCode(secrets.apiKeyPepper, giftId)),
    buyerId,
    invoiceId: giftId,
    quoteId: quote.id,
    state: 'paid',
    expiresAt,
  });
  await writeAudit(tx, {
    action: 'gift.paid',
    entity: 'gift',
    entityId: giftId,
    actor: { kind: 'user', id: String(buyerId) },
    after: { expiresAt: expiresAt.toISOString() },
    asOf,
  });
  const { ru: planRu, en: planEn } = version.nameI18n;
  await promiseToUser(tx, buyerId, {
    key: `${buyerId}:pay.ok:${giftId}`,
    template: 'gift.ready',
    params: {
      ...amountOf(invoice),
      ...issued,
      ...{ planRu, planEn, giftId },
      until: expiresAt.toISOString(),
    },
    category: 'money',
    asOf,
    settings,
  });
  return giftId;
}
