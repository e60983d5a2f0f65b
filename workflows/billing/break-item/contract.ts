/** One report for each transfer whose story does not add up. */
export function breakItemId(transferId: string): string {
  return `breakItem:${transferId}`;
}

export interface BreakItemInput {
  readonly transferId: string;
  /** Whose wallet it moved. */
  readonly userId: number;
  /** What did not hold when it was computed again, in the words of `CheckName`. */
  readonly broken: readonly string[];
  readonly clockOffsetMs?: number;
}
