import type { Client } from '@temporalio/client';
import { freeOrderCommands, type FreeOrderCommands } from './free-orders';
import { giftCommands, type GiftCommands } from './gifts';

/** What brings people in and keeps them: orders without a price, gifts. */
export type GrowthCommands = FreeOrderCommands & GiftCommands;

export function growthCommands(client: Client, taskQueue: string): GrowthCommands {
  return { ...freeOrderCommands(client, taskQueue), ...giftCommands(client) };
}
