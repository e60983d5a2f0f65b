import { randomUUID } from 'node:crypto';
import { breakItemId } from '../../../workflows/billing/break-item/contract';
import { USER_ID } from '../../workflows/support/cast';
import type { Scene } from './scenes';

/** What the report of a transfer that does not add up lives through. */
export const BREAK_SCENES: Readonly<Record<string, Scene>> = {
  'break-reported': async (theatre) => {
    const transferId = randomUUID();
    const handle = await theatre.start('breakItem', {
      workflowId: breakItemId(transferId),
      input: { transferId, userId: USER_ID, broken: ['lots'] },
    });
    await handle.result();
    return handle;
  },
};
