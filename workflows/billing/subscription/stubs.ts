import { patched, proxyLocalActivities } from '@temporalio/workflow';
import type {
  SubscriptionCourseActivities,
  SubscriptionWishActivities,
} from '../../../activities/billing';
import { PROVIDER_CHARGE, PROVIDER_QUESTION, STEP_AT_ONCE } from '../../policies';
import { databaseStubs, isSpent, stub } from '../../stubs';

const database = databaseStubs<SubscriptionCourseActivities & SubscriptionWishActivities>();

export const loadCourse = database('loadCourse', 'Read where the subscription stands');
const takeStep = database('takeSubscriptionStep', 'Do what is due');
const atOnce = proxyLocalActivities<SubscriptionCourseActivities>(STEP_AT_ONCE);

/** One transaction either way; what a lost try did is found by the next, which says that the rows moved on. */
export const takeSubscriptionStep = async (
  due: Parameters<typeof takeStep>[0],
  isOneTask: boolean,
): ReturnType<typeof takeStep> => {
  if (!isOneTask && !patched('step-at-once')) return takeStep(due);
  try {
    return await atOnce.takeSubscriptionStep(due);
  } catch (error) {
    if (!isSpent(error)) throw error;
    return takeStep(due);
  }
};
export const grantWish = database('grantWish', 'Do what was asked, or say why not');

export const sendRenewalCharge = stub<SubscriptionCourseActivities['sendRenewalCharge']>(
  'sendRenewalCharge',
  { ...PROVIDER_CHARGE, summary: 'Charge the saved method' },
);
export const askRenewalCharge = stub<SubscriptionCourseActivities['askRenewalCharge']>(
  'askRenewalCharge',
  { ...PROVIDER_QUESTION, summary: 'Ask what became of the charge' },
);
export const tellTelegram = stub<SubscriptionCourseActivities['tellTelegram']>('tellTelegram', {
  ...PROVIDER_QUESTION,
  summary: 'Tell Telegram whether it may charge',
});
