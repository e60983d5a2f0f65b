import type { plansRu } from './ru';

export const plansEn: Readonly<Record<keyof typeof plansRu, string>> = {
  'plan.changed': 'Your plan is now {plan}, until {until}. There was nothing to pay.',
  'button.change_plan': '🔀 Change plan',
  'button.keep_plan': '↩️ Keep the current plan',
  'button.begin_at_end': '✅ Switch on {at}',
  'plans.title': '<b>Change plan</b>',
  'plans.current': 'Now: {name}, paid until {until}.',
  'plans.next': 'Next plan from {from}: {name}.',
  'plans.choose':
    'A dearer plan begins at once: you pay only for the time that is left, and the rest of your current plan counts towards it. A cheaper one begins when what you paid for has run out.',
  'plans.none': 'There is no other plan to change to at the moment.',
  'plans.no_plan': 'There is nothing to change yet: you have no running plan. Choose one: /tariffs',
  'plans.at_end':
    '<b>{name}</b> begins on {from}, when the time you paid for has run out. Until then everything stays as it is, and there is nothing to pay now.',
  'plans.scheduled': 'Done: {name} begins on {from}.',
  'plans.withdrawn': 'All right, your plan stays as it is.',
  'plans.refused.not_live': 'The subscription has ended already. Choose a plan: /tariffs',
  'plans.refused.not_sold': 'This plan is no longer on sale.',
  'plans.refused.same_plan': 'You have this plan already.',
  'plans.refused.driver_cannot_pay':
    'This plan cannot be paid the way your subscription is renewed now. {driver}.\nChoose another way to renew first, then the plan.',
  'refused.change_impossible': 'It is not possible to change to this plan right now.',
  'refused.change_at_end': 'This plan can only begin when the time you paid for has run out.',
};
