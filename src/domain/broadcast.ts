/** Who a broadcast goes to; in every case only those who agreed to marketing (NT-5). */
export const AUDIENCES = ['all', 'active', 'lapsed'] as const;

export type Audience = (typeof AUDIENCES)[number];

export type BroadcastState = 'draft' | 'running' | 'paused' | 'done' | 'cancelled';

/** What an operator does with one that is under way. */
export type BroadcastMove = 'pause' | 'resume' | 'cancel';

/** Longest text: it goes out as one message, with room for markup that is escaped on the way. */
export const LONGEST_BROADCAST = 3_500;

/** Where a move leads; undefined where it makes no sense. */
export function movedTo(state: BroadcastState, move: BroadcastMove): BroadcastState | undefined {
  switch (move) {
    case 'pause':
      return state === 'running' ? 'paused' : undefined;
    case 'resume':
      return state === 'paused' ? 'running' : undefined;
    case 'cancel':
      return state === 'running' || state === 'paused' ? 'cancelled' : undefined;
  }
}
