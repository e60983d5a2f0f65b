import { defineQuery, defineUpdate } from '@temporalio/workflow';
import type { Repair } from '../contract';

/** One keeper seals the one audit. */
export const KEEPER_ID = 'keeper:0';

/**
 * A place in the audit up to which rows were numbered at some moment, and the transactions that were then open: when
 * all of those have ended, no row up to this place can still appear.
 */
export interface SealHorizon {
  readonly toId: number;
  /** PostgreSQL's next transaction id at that moment, as decimal text: it has 64 bits. */
  readonly nextTransaction: string;
}

/** How far a daily check of the chain has come. */
export interface ChainCursor {
  readonly toId: number;
  /** Hash of the last seal that was checked, in hexadecimal. */
  readonly hash: string;
}

/** Up to which day the operators were told, and when they are told next. */
export interface DigestProgress {
  /** `YYYY-MM-DD` in the zone of the operators. */
  readonly toldOf: string;
  /** ISO 8601. */
  readonly nextAt: string;
}

export interface KeeperInput {
  readonly horizon?: SealHorizon;
  /** Business day, `YYYY-MM-DD`, of the last daily round. */
  readonly checkedOn?: string;
  readonly digest?: DigestProgress;
}

export interface KeeperCard {
  readonly horizon: SealHorizon | undefined;
  readonly checkedOn: string | undefined;
  readonly digest: DigestProgress | undefined;
  readonly waitingFor: string;
}

/** Operators: does the daily round now. */
export const checkBooksUpdate = defineUpdate<{ readonly accepted: string }, [Repair]>('checkBooks');
export const keeperStateQuery = defineQuery<KeeperCard>('state');
