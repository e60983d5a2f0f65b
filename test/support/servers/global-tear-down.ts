import type { WithServers } from './start';

/** Stops only what this run started; shared servers stay. */
async function globalTearDown(): Promise<void> {
  await (globalThis as WithServers).telegramBillingServers?.stop();
}

export = globalTearDown;
