import { randomUUID } from 'node:crypto';
import { proposedRefund } from '../../workflows/support/cast';
import { repairable, send } from '../../workflows/support/repairing';
import type { Scene } from './scenes';

const EVIDENCE = { evidence: 'statement 17' };
const silent = () => Promise.resolve({ kind: 'unknown', reason: 'timeout' } as const);
const id = () => `repaired:${randomUUID()}`;

/** What operators did to them from the Web UI. */
export const REPAIR_SCENES: Readonly<Record<string, Scene>> = {
  'auto-topup-dismissed': async (theatre) => {
    const handle = await repairable(theatre, 'autoTopup', { update: 'resolve', id: id() });
    theatre.recast({ planAutoTopup: () => Promise.resolve({ kind: 'idle', reason: 'enough' }) });
    await send(handle, 'resolve', { how: 'not_made', ...EVIDENCE });
    await handle.result();
    return handle;
  },
  'checkout-switched': async (theatre) => {
    const handle = await repairable(theatre, 'checkout', { update: 'switchProvider', id: id() });
    await send(handle, 'switchProvider', { provider: 'stars' });
    return handle;
  },
  'hold-settled-by-operator': async (theatre) => {
    const handle = await repairable(theatre, 'hold', { update: 'forceExpire', id: id() });
    await send(handle, 'forceExpire');
    await handle.result();
    return handle;
  },
  'keeper-asked': async (theatre) => {
    const handle = await repairable(theatre, 'keeper', { update: 'checkBooks', id: id() });
    const before = theatre.calls('checkSeals').length;
    await send(handle, 'checkBooks');
    while (theatre.calls('applyRetention').length <= before) await sleep();
    return handle;
  },
  'method-removal-asked': async (theatre) => {
    const handle = await repairable(theatre, 'methodRemoval', { update: 'retryNow', id: id() });
    theatre.recast({ stopMethod: () => Promise.resolve({ kind: 'done' }) });
    await send(handle, 'retryNow');
    await handle.result();
    return handle;
  },
  'payment-returned-by-hand': async (theatre) => {
    const update = 'declareRefund';
    const handle = await repairable(theatre, 'paymentConfirmation', { update, id: id() });
    await send(handle, update, { how: 'made', ...EVIDENCE });
    await handle.result();
    return handle;
  },
  'recon-retired': async (theatre) => {
    const handle = await repairable(theatre, 'reconciliation', { update: 'retire', id: id() });
    await send(handle, 'retire');
    await handle.result();
    return handle;
  },
  'refund-made-by-hand': async (theatre) => {
    const roles = {
      refundAtProvider: silent,
      proposeRefund: () => Promise.resolve(proposedRefund()),
    };
    const handle = await repairable(theatre, 'refund', { update: 'resolve', roles, id: id() });
    await send(handle, 'resolve', { how: 'made', ...EVIDENCE });
    await handle.result();
    return handle;
  },
};

const sleep = () => new Promise((resolve) => setTimeout(resolve, 50));
