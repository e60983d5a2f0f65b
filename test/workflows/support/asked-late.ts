import {
  condition,
  defineQuery,
  defineUpdate,
  proxyActivities,
  setHandler,
  upsertMemo,
} from '@temporalio/workflow';

// A workflow in small as a subscription is: it looks, shows what comes next, and sleeps until it is asked something.

interface Looks {
  look(): Promise<void>;
}

const { look } = proxyActivities<Looks>({ startToCloseTimeout: '1 minute' });

export const askUpdate = defineUpdate<string>('ask');
export const askedQuery = defineQuery<number>('asked');

export async function askedLate(): Promise<void> {
  let asked = 0;
  setHandler(askedQuery, () => asked);
  setHandler(askUpdate, async () => {
    asked += 1;
    await condition(() => asked === 0);
    return 'heard';
  });
  for (;;) {
    await look();
    if (asked > 0) {
      asked = 0;
      continue;
    }
    upsertMemo({ shown: true });
    await condition(() => asked > 0, '1 hour');
  }
}
