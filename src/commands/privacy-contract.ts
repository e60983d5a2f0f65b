import type { ErasureOpening, WithdrawOutcome } from '../../workflows/billing/erasure/contract';
import type { ExportOpening } from '../../workflows/billing/export/contract';

export type { ErasureOpening, ExportOpening, WithdrawOutcome };

/** What people and the worker ask about the books and about personal data. */
export interface PrivacyCommands {
  /** Starts the keeper of the books unless it runs. */
  ensureKeeper(): Promise<void>;
  /** Begins a copy of a person's data; `exportId` is made once by the screen, so that a double tap is one copy. */
  requestExport(wish: {
    exportId: string;
    userId: number;
    clockOffsetMs: number;
  }): Promise<ExportOpening>;
  /**
   * Begins to forget a person and returns when nothing can be charged any more. `n` counts the person's wishes from 1:
   * the same wish twice is one.
   */
  requestErasure(wish: {
    erasureId: string;
    userId: number;
    n: number;
    clockOffsetMs: number;
  }): Promise<ErasureOpening>;
  /** The person stays after all. */
  withdrawErasure(wish: { userId: number; n: number }): Promise<WithdrawOutcome>;
}
