import type { Client } from '@temporalio/client';
import {
  claimGiftUpdate,
  giftWorkflowId,
  takeBackGiftUpdate,
  type ClaimOutcome,
  type TakeBackOutcome,
} from '../../workflows/billing/gift/contract';
import { isGone } from './gone';
import type { Workflows } from './start';

export type { ClaimOutcome, TakeBackOutcome };

/** The gift found its owner before it was asked: its row says which. */
export type GiftOver = { readonly kind: 'over' };

export interface GiftCommands {
  /** Gives a gift to whoever opened its link; a repeat by the same person gives the same answer. */
  claimGift(claim: { giftId: string; userId: number }): Promise<ClaimOutcome | GiftOver>;
  /** The buyer takes an unclaimed gift back. */
  takeBackGift(wish: { giftId: string; userId: number }): Promise<TakeBackOutcome | GiftOver>;
}

export function giftCommands(client: Client): GiftCommands {
  const ask = async <T>(
    giftId: string,
    question: (handle: ReturnType<typeof handleOf>) => Promise<T>,
  ): Promise<T | GiftOver> => {
    try {
      return await question(handleOf(giftId));
    } catch (error) {
      if (!isGone(error)) throw error;
      return { kind: 'over' };
    }
  };
  const handleOf = (giftId: string) =>
    client.workflow.getHandle<Workflows['gift']>(giftWorkflowId(giftId));
  return {
    claimGift: ({ giftId, userId }) =>
      ask(giftId, (handle) => handle.executeUpdate(claimGiftUpdate, { args: [{ userId }] })),
    takeBackGift: ({ giftId, userId }) =>
      ask(giftId, (handle) => handle.executeUpdate(takeBackGiftUpdate, { args: [{ userId }] })),
  };
}
