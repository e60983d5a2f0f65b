import type {
  CaptureOrder,
  HeartbeatOrder,
  HoldAnswer,
  HoldWish,
  PlaceAnswer,
  ReleaseOrder,
} from '../../workflows/billing/hold/contract';

export type { CaptureOrder, HeartbeatOrder, HoldAnswer, HoldWish, PlaceAnswer, ReleaseOrder };

/** A hold that was placed, by the unique key of its row. */
export interface KnownHold {
  readonly holdKey: string;
  readonly userId: number;
}

/** Tokens reserved for jobs. Each of these repeats safely under the name of its request. */
export interface HoldCommands {
  /** Returns when the tokens are reserved, or with the reason why not: the checks of a spend, in its order. */
  placeHold(order: { holdKey: string; userId: number; wish: HoldWish }): Promise<PlaceAnswer>;
  heartbeatHold(hold: KnownHold, order: HeartbeatOrder): Promise<HoldAnswer>;
  captureHold(hold: KnownHold, order: CaptureOrder): Promise<HoldAnswer>;
  releaseHold(hold: KnownHold, order: ReleaseOrder): Promise<HoldAnswer>;
}
