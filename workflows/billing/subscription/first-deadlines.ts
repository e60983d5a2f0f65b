import { patched } from '@temporalio/workflow';
import type { SubscriptionSnapshot } from '../../../activities/billing/subscriptions';

/** What a subscription does by itself, and when. */
export type SubscriptionDeadlineKind = 'convert' | 'trial_over' | 'end';

export interface SubscriptionDeadline {
  readonly kind: SubscriptionDeadlineKind;
  readonly atMs: number;
}

/** Texts beside the timers. */
export const SUBSCRIPTION_SUMMARY: Readonly<Record<SubscriptionDeadlineKind, string>> = {
  convert: 'Until the trial is about to end',
  trial_over: 'Until the trial turns into what follows it',
  end: 'Until the period ends',
};

/**
 * The next thing a live subscription does by itself. `remindedN` is the period whose owner was asked to stay already.
 */
export function nextSubscriptionDeadline(
  { periodEnd, periodN, trial }: SubscriptionSnapshot,
  remindedN: number | undefined,
): SubscriptionDeadline {
  const endMs = Date.parse(periodEnd);
  // Runs that began before trials were reminded sleep until the end.
  if (!trial || !patched('trial-conversion-reminder')) return { kind: 'end', atMs: endMs };
  if (trial.remindAt !== undefined && remindedN !== periodN) {
    return { kind: 'convert', atMs: Date.parse(trial.remindAt) };
  }
  const overMs = Date.parse(trial.endsAt);
  return overMs < endMs ? { kind: 'trial_over', atMs: overMs } : { kind: 'end', atMs: endMs };
}

/** What a subscription waits for, in words for an operator. */
export function inWords({ kind }: SubscriptionDeadline, periodN: number): string {
  switch (kind) {
    case 'convert':
      return 'the reminder before the trial ends';
    case 'trial_over':
      return 'the end of the trial, which is paid on';
    case 'end':
      return `the end of period ${periodN}`;
  }
}
