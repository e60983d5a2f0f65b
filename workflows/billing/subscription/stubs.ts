import type {
  SubscriptionCourseActivities,
  SubscriptionWishActivities,
} from '../../../activities/billing';
import { databaseStubs } from '../../stubs';

const database = databaseStubs<SubscriptionCourseActivities & SubscriptionWishActivities>();

export const loadCourse = database('loadCourse', 'Read where the subscription stands');
export const takeSubscriptionStep = database('takeSubscriptionStep', 'Do what is due');
export const grantWish = database('grantWish', 'Do what was asked, or say why not');
