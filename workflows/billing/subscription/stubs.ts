import type {
  SubscriptionCourseActivities,
  SubscriptionWishActivities,
} from '../../../activities/billing';
import { PROVIDER_CHARGE, PROVIDER_QUESTION } from '../../policies';
import { databaseStubs, stub } from '../../stubs';

const database = databaseStubs<SubscriptionCourseActivities & SubscriptionWishActivities>();

export const loadCourse = database('loadCourse', 'Read where the subscription stands');
export const takeSubscriptionStep = database('takeSubscriptionStep', 'Do what is due');
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
