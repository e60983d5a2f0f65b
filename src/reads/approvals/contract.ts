import type { Audience, BroadcastState } from '../../domain/broadcast';

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

export interface ApprovalReads extends BroadcastReads {
  /** Open proposals, the most urgent first, ten at most. */
  openProposals(): Promise<readonly ProposalView[]>;
  proposal(proposalId: string): Promise<ProposalView | undefined>;
}

/** A broadcast and how far it is. */
export interface BroadcastView {
  readonly broadcastId: string;
  readonly audience: Audience;
  readonly state: BroadcastState;
  readonly startedAt: string;
  /** People it was meant for when it began, and for how many it has been queued. */
  readonly total: number;
  readonly queued: number;
  /** What became of the queued ones. */
  readonly waiting: number;
  readonly sent: number;
  readonly failed: number;
  readonly unreachable: number;
  readonly dropped: number;
}

export interface BroadcastReads {
  /** The newest first, five at most. */
  broadcasts(): Promise<readonly BroadcastView[]>;
  broadcast(broadcastId: string): Promise<BroadcastView | undefined>;
  /** People of an audience who agreed to marketing and can be written to. */
  audienceCount(audience: Audience): Promise<number>;
  /** Whether a person agreed to marketing (NT-5). */
  wantsNews(userId: number): Promise<boolean>;
}
