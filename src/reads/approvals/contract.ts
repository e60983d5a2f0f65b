/** An action that others must allow, as the screen of approvals shows it. */
export interface ProposalView {
  readonly proposalId: string;
  readonly action: string;
  readonly params: unknown;
  /** Kopecks. */
  readonly amountMinor: number;
  readonly reason: string;
  readonly proposedBy: number;
  readonly quorum: number;
  readonly approvedBy: readonly number[];
  readonly state: 'open' | 'approved' | 'rejected' | 'expired' | 'executed';
  readonly expiresAt: string;
}

export interface ApprovalReads {
  /** Open proposals, the most urgent first, ten at most. */
  openProposals(): Promise<readonly ProposalView[]>;
  proposal(proposalId: string): Promise<ProposalView | undefined>;
}
