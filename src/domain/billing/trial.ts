const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Why somebody is not given a trial now, besides what is wrong with the code. */
export type TrialRefusal =
  'trial_used' | 'trial_not_stacked' | 'trial_not_new' | 'trial_too_early' | 'trial_too_late';

/** What decides whether a person may have a trial (TR-2, TR-4, TR-6). */
export interface TrialStanding {
  /** This very trial was given to them before. */
  readonly hadThis: boolean;
  readonly hadAnother: boolean;
  readonly hasPaid: boolean;
  /** Since they first wrote to the bot: Telegram does not tell how old an account is there. */
  readonly accountAgeMs: number;
}

/** The settings that a trial obeys. */
export interface TrialRules {
  /** Whether one person may use trials of different tariffs. */
  readonly trialStack: boolean;
  readonly trialRequiresNeverPaid: boolean;
  readonly trialMinAccountAgeDays: number;
  /** 0: however old. */
  readonly trialMaxAccountAgeDays: number;
}

/** Undefined when the trial may be given. */
export function judgeTrial(standing: TrialStanding, rules: TrialRules): TrialRefusal | undefined {
  if (standing.hadThis) return 'trial_used';
  if (standing.hadAnother && !rules.trialStack) return 'trial_not_stacked';
  if (standing.hasPaid && rules.trialRequiresNeverPaid) return 'trial_not_new';
  return judgeAge(standing.accountAgeMs, rules);
}

function judgeAge(
  ageMs: number,
  { trialMinAccountAgeDays: min, trialMaxAccountAgeDays: max }: TrialRules,
): TrialRefusal | undefined {
  if (min > 0 && ageMs < min * DAY) return 'trial_too_early';
  return max > 0 && ageMs > max * DAY ? 'trial_too_late' : undefined;
}

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
