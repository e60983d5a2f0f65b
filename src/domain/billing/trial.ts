/** Why somebody is not given a trial now, besides what is wrong with the code. */
export type TrialRefusal = 'trial_used' | 'trial_not_stacked' | 'trial_not_new';

/** What decides whether a person may have a trial (TR-2, TR-4, TR-6). */
export interface TrialStanding {
  /** This very trial was given to them before. */
  readonly hadThis: boolean;
  readonly hadAnother: boolean;
  readonly hasPaid: boolean;
}

/** The settings that a trial obeys. */
export interface TrialRules {
  /** Whether one person may use trials of different tariffs. */
  readonly trialStack: boolean;
  readonly trialRequiresNeverPaid: boolean;
}

/** Undefined when the trial may be given. */
export function judgeTrial(standing: TrialStanding, rules: TrialRules): TrialRefusal | undefined {
  if (standing.hadThis) return 'trial_used';
  if (standing.hadAnother && !rules.trialStack) return 'trial_not_stacked';
  return standing.hasPaid && rules.trialRequiresNeverPaid ? 'trial_not_new' : undefined;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A trial shorter than this is reminded of some hours before its end, a longer one a day before. */
const SHORT_MS = 2 * DAY;

/**
 * When somebody on trial is asked once to stay, in milliseconds since 1970; undefined for a trial so short that the
 * question would come with its beginning.
 */
export function conversionReminderMs(trial: {
  readonly startsMs: number;
  readonly endsMs: number;
}): number | undefined {
  const isShort = trial.endsMs - trial.startsMs <= SHORT_MS;
  const remindMs = trial.endsMs - (isShort ? 3 * HOUR : DAY);
  return remindMs > trial.startsMs ? remindMs : undefined;
}
