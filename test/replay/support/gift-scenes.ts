import { randomUUID } from 'node:crypto';
import type { GiftSnapshot } from '../../../activities/billing/gifts';
import {
  claimGiftUpdate,
  giftWorkflowId,
  takeBackGiftUpdate,
} from '../../../workflows/billing/gift/contract';
import { until } from '../../support/until';
import { fulfilled, USER_ID } from '../../workflows/support/cast';
import { confirmedPayment } from '../../workflows/support/purchases';
import { DAY, SECOND, type Theatre } from '../../workflows/support/theatre';
import type { Scene } from './scenes';

async function waiting(theatre: Theatre) {
  const giftId = randomUUID();
  const now = Date.now();
  const expiresAt = new Date(now + 30 * DAY).toISOString();
  const row: GiftSnapshot = { state: 'paid', paidAt: new Date(now).toISOString(), expiresAt };
  theatre.recast({ loadGift: () => Promise.resolve(row) });
  const handle = await theatre.start('gift', {
    workflowId: giftWorkflowId(giftId),
    input: { giftId, buyerId: USER_ID },
  });
  await until('it waits', async () => theatre.calls('loadGift').length > 0);
  return { handle, endMs: Date.parse(expiresAt) };
}

/** A gift in each state worth keeping a history of. */
export const GIFT_SCENES: Readonly<Record<string, Scene>> = {
  'gift-claimed': async (theatre) => {
    theatre.play({
      claimGift: () =>
        Promise.resolve({
          kind: 'claimed',
          subscription: { subscriptionId: randomUUID(), change: 'started' },
          hasExpiringLots: true,
        }),
    });
    const { handle } = await waiting(theatre);
    await handle.executeUpdate(claimGiftUpdate, { args: [{ userId: 77 }] });
    await handle.result();
    return handle;
  },
  'gift-reminded': async (theatre) => {
    const { handle, endMs } = await waiting(theatre);
    await theatre.passTo(handle.workflowId, endMs - DAY + SECOND);
    return handle;
  },
  'gift-returned': async (theatre) => {
    const { handle, endMs } = await waiting(theatre);
    await theatre.passTo(handle.workflowId, endMs + SECOND);
    await handle.result();
    return handle;
  },
  'gift-taken-back-and-refunded': async (theatre) => {
    theatre.play({
      returnGift: () => Promise.resolve({ state: 'returned', refundPaymentId: randomUUID() }),
    });
    const { handle } = await waiting(theatre);
    await handle.executeUpdate(takeBackGiftUpdate, { args: [{ userId: USER_ID }] });
    await handle.result();
    return handle;
  },
  'payment-of-a-gift': async (theatre) => {
    const giftId = randomUUID();
    theatre.play({ postPayment: () => Promise.resolve({ ...fulfilled(giftId), giftId }) });
    return confirmedPayment(theatre);
  },
};
