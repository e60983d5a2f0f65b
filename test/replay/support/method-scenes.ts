import { randomUUID } from 'node:crypto';
import { createCommands } from '../../../src/commands/billing';
import { methodRemovalId } from '../../../workflows/billing/method-removal/contract';
import { USER_ID } from '../../workflows/support/cast';
import { DAY, type Theatre } from '../../workflows/support/theatre';
import type { Scene } from './scenes';

async function removed(theatre: Theatre) {
  const methodId = randomUUID();
  const wish = { methodId, userId: USER_ID, clockOffsetMs: 0 };
  await createCommands(theatre.client, theatre.taskQueue).removeMethod(wish);
  return theatre.client.workflow.getHandle(methodRemovalId(methodId));
}

/** Ends of saved methods. */
export const METHOD_SCENES: Readonly<Record<string, Scene>> = {
  'method-removal-done': async (theatre) => {
    theatre.recast({
      beginMethodRemoval: () => Promise.resolve({ kind: 'begun', subscriptionIds: [randomUUID()] }),
    });
    const handle = await removed(theatre);
    await handle.result();
    return handle;
  },
  'method-removal-refused': async (theatre) => {
    theatre.recast({
      beginMethodRemoval: () => Promise.resolve({ kind: 'refused', reason: 'charging' }),
    });
    const handle = await removed(theatre);
    await handle.result();
    return handle;
  },
  'method-removal-silent': async (theatre) => {
    theatre.recast({ stopMethod: () => Promise.resolve({ kind: 'unknown', reason: 'timeout' }) });
    const handle = await removed(theatre);
    await theatre.pass(handle.workflowId, 31 * DAY);
    await handle.result();
    return handle;
  },
};
