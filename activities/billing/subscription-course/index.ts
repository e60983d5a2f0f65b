import type { ActivityDeps } from '../../deps';
import { askRenewalCharge } from './asking';
import { sendRenewalCharge, type RenewalCharge } from './charging';
import { loadCourse, type CourseQuestion } from './course';
import { tellTelegram } from './stars-telling';
import { stepTaker } from './together';

/** What a subscription does by itself. Each is one transaction or one outside call; repeating it changes nothing. */
export function subscriptionCourseActivities(deps: ActivityDeps) {
  return {
    loadCourse: (question: CourseQuestion) => loadCourse(deps, question),
    takeSubscriptionStep: stepTaker(deps),
    sendRenewalCharge: (charge: RenewalCharge) => sendRenewalCharge(deps, charge),
    askRenewalCharge: (charge: RenewalCharge) => askRenewalCharge(deps, charge),
    tellTelegram: (charge: RenewalCharge) => tellTelegram(deps, charge),
  };
}
