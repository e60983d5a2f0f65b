import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import type { StepTaken } from '../../../activities/billing/subscription-course/steps';
import type { CourseStepKind } from '../../../src/domain/billing/subscription-course';
import type { Workflows } from '../../../src/commands/start';
import { subscriptionWorkflowId } from '../../../workflows/billing/contract';
import {
  upcomingQuery,
  type CourseWait,
  type SubscriptionCourse,
} from '../../../workflows/billing/subscription/contract';
import { until } from '../../support/until';
import { USER_ID } from './cast';
import { DAY, type Roles, type Theatre } from './theatre';

export type SubscriptionHandle = WorkflowHandle<Workflows['subscription']>;

/** The rows of one subscription, as far as its workflow can tell. */
export interface Rows {
  course: SubscriptionCourse | null;
}

/** Something due in so many days. */
export function due(kind: CourseStepKind, name: string, days: number): CourseWait {
  return { kind, name, at: new Date(Date.now() + days * DAY).toISOString() };
}

/** In a month of which the end is 30 days away, unless the change says otherwise. */
export function rowsOf(change: Partial<SubscriptionCourse> = {}): Rows {
  const at = (days: number) => new Date(Date.now() + days * DAY).toISOString();
  return {
    course: {
      subscriptionId: randomUUID(),
      userId: USER_ID,
      state: 'active',
      access: 'full',
      driver: 'wallet',
      isRenewing: true,
      periodN: 0,
      periodStart: at(0),
      periodEnd: at(30),
      steps: [due('renew', 'renew:0', 30)],
      ...change,
    },
  };
}

export function change(rows: Rows, after: Partial<SubscriptionCourse>): void {
  if (rows.course) rows.course = { ...rows.course, ...after };
}

/** The next month, with its own end. */
export function renewed(rows: Rows): void {
  const { course } = rows;
  if (!course) return;
  const periodEnd = new Date(Date.parse(course.periodEnd) + 30 * DAY).toISOString();
  const steps: CourseWait[] = [{ kind: 'renew', name: 'renew:0', at: periodEnd }];
  change(rows, { state: 'active', periodN: course.periodN + 1, periodEnd, steps });
}

/** As the activity does: only the first step of the rows, and only when it is due. */
export function takeFrom(rows: Rows, asked: { name: string; asOf: string }): StepTaken {
  const { course } = rows;
  const [step, ...rest] = course?.steps ?? [];
  if (!step || step.name !== asked.name || step.at > asked.asOf) return { kind: 'moved' };
  if (step.kind === 'renew') renewed(rows);
  else if (step.kind === 'expire') change(rows, { state: 'expired', access: 'none', steps: [] });
  else change(rows, { steps: rest });
  return { kind: 'done', ...(rows.course ? { course: rows.course } : {}) };
}

/** What the activities of a subscription do to the rows. */
export function subscriptionRoles(rows: Rows): Roles {
  return {
    loadCourse: () => Promise.resolve(rows.course),
    takeSubscriptionStep: (asked) => Promise.resolve(takeFrom(rows, asked)),
  };
}

/** Starts the workflow of the rows and waits until it has read them. */
export async function begin(theatre: Theatre, rows: Rows): Promise<SubscriptionHandle> {
  const subscriptionId = rows.course?.subscriptionId ?? randomUUID();
  const handle = await theatre.start('subscription', {
    workflowId: subscriptionWorkflowId(subscriptionId),
    input: { subscriptionId },
  });
  await until('it has looked', async () => {
    return (await handle.query(upcomingQuery)) !== undefined || rows.course === null;
  });
  return handle;
}

/** Names of the steps it asked for, in order. */
export function asked(theatre: Theatre): string[] {
  return theatre.calls('takeSubscriptionStep').map(({ name }) => name);
}
