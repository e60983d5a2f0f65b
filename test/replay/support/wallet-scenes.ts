import { randomUUID } from 'node:crypto';
import type { ExpiringLot } from '../../../src/domain/billing/lot-expiry';
import {
  lotsChangedSignal,
  walletStateQuery,
  walletWorkflowId,
} from '../../../workflows/billing/wallet/contract';
import { until } from '../../support/until';
import { fulfilled, USER_ID } from '../../workflows/support/cast';
import { confirmedPayment } from '../../workflows/support/purchases';
import { DAY, SECOND, type Theatre } from '../../workflows/support/theatre';
import type { Scene } from './scenes';

async function watched(theatre: Theatre, days: readonly number[]) {
  let lots: readonly ExpiringLot[] = days.map((ahead) => ({
    lotId: randomUUID(),
    origin: 'promo',
    remainingUtok: 5_000_000,
    heldUtok: 0,
    creditedAt: new Date().toISOString(),
    expiresAt: new Date(Date.now() + ahead * DAY).toISOString(),
  }));
  const endMs = Math.max(...lots.map(({ expiresAt }) => Date.parse(expiresAt)));
  theatre.play({
    expiringLots: () => Promise.resolve([...lots]),
    settleExpiry: ({ asOf }) => {
      lots = lots.filter(({ expiresAt }) => expiresAt > asOf);
      return Promise.resolve(undefined);
    },
  });
  const handle = await theatre.start('wallet', {
    workflowId: walletWorkflowId(USER_ID),
    input: { userId: USER_ID },
  });
  await handle.signal(lotsChangedSignal);
  await until('it watches', async () => {
    const card = await handle.query(walletStateQuery);
    return card.lots.length === days.length;
  });
  return { handle, endMs };
}

/** The wallet's watcher in each state worth keeping a history of. */
export const WALLET_SCENES: Readonly<Record<string, Scene>> = {
  'wallet-watching': async (theatre) => {
    const { handle } = await watched(theatre, [10, 30]);
    await theatre.pass(handle.workflowId, 11 * DAY);
    return handle;
  },
  'wallet-idle': async (theatre) => {
    const { handle, endMs } = await watched(theatre, [2, 5]);
    await theatre.passTo(handle.workflowId, endMs + SECOND);
    await handle.result();
    return handle;
  },
  'payment-with-expiring-lots': async (theatre) => {
    const paid = { ...fulfilled(randomUUID()), hasExpiringLots: true };
    theatre.play({ postPayment: () => Promise.resolve(paid) });
    return confirmedPayment(theatre);
  },
};
