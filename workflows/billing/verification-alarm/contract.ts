import { defineSignal } from '@temporalio/workflow';

/** One alarm for each provider whose notifications do not verify. */
export function verificationAlarmId(provider: string): string {
  return `verificationAlarm:${provider}`;
}

export interface VerificationAlarmInput {
  readonly provider: string;
  /** ISO 8601: when a run that continued as new began; operators are told once for that time. */
  readonly begunAt?: string;
}

/** A notification of the provider did not verify. */
export const verificationFailedSignal = defineSignal('verificationFailed');
