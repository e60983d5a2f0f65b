import type { ActivityDeps } from '../../deps';
import { loadCourse, type CourseQuestion } from './course';
import { takeSubscriptionStep, type DueStep } from './steps';

/** What a subscription does by itself. Each is one transaction; repeating it changes nothing. */
export function subscriptionCourseActivities(deps: ActivityDeps) {
  return {
    loadCourse: (question: CourseQuestion) => loadCourse(deps, question),
    takeSubscriptionStep: (due: DueStep) => takeSubscriptionStep(deps, due),
  };
}
