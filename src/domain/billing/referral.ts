import { convertMinor } from '../tokens';

const UTOK = 1_000_000;

export interface RewardedPayment {
  readonly paidMinor: number;
  /** Micro-tokens per minor unit; null where the currency has no rate. */
  readonly utokPerMinor: number | null;
  readonly rewardPercent: number;
  /** Payments worth fewer tokens earn nothing. */
  readonly minimumTokens: number;
}

/**
 * What an invited person's payment earns whoever brought them, in micro-tokens, rounded down; undefined when it earns
 * nothing. Percents may have two decimals.
 */
export function rewardUtok(payment: RewardedPayment): number | undefined {
  if (payment.utokPerMinor === null) return undefined;
  const worthUtok = convertMinor(payment.paidMinor, payment.utokPerMinor);
  if (worthUtok < payment.minimumTokens * UTOK) return undefined;
  const hundredths = BigInt(Math.round(payment.rewardPercent * 100));
  const reward = Number((BigInt(worthUtok) * hundredths) / 10_000n);
  return reward > 0 ? reward : undefined;
}

/** What is known of the payment and of the person when a reward is due. */
export interface DueReward {
  /** Money of the payment went back, all of it or a part. */
  readonly isRefunded: boolean;
  readonly isRefundUnderWay: boolean;
  readonly dispute: 'none' | 'open' | 'lost';
  /** Blocked, being forgotten, or gone. */
  readonly isReferrerGone: boolean;
  readonly isReferrerFrozen: boolean;
}

export type VoidReason = 'refunded' | 'disputed' | 'referrer_gone';

export type RewardVerdict =
  | { readonly kind: 'pay' }
  | { readonly kind: 'void'; readonly reason: VoidReason }
  /** Something is being decided that the reward depends on. */
  | { readonly kind: 'wait' };

/** Judges a reward whose time has come: it is worth what its payment turned out to be worth. */
export function judgeReward(due: DueReward): RewardVerdict {
  if (due.isRefunded) return { kind: 'void', reason: 'refunded' };
  if (due.dispute === 'lost') return { kind: 'void', reason: 'disputed' };
  if (due.isReferrerGone) return { kind: 'void', reason: 'referrer_gone' };
  const isOpen = due.isRefundUnderWay || due.dispute === 'open' || due.isReferrerFrozen;
  return { kind: isOpen ? 'wait' : 'pay' };
}
