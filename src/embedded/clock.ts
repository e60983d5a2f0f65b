import type { Client } from '@temporalio/client';
import {
  clockOf,
  describe,
  idsOfChildren,
  isRunning,
  isSkipping,
  openWorkflows,
  requestJump,
  waitOf,
  type Description,
  type WorkflowTarget,
} from './time-skipping';

/** Where a workflow stands once the jump is over. */
export type Landing =
  | { readonly kind: 'reached'; readonly now: Date }
  | { readonly kind: 'closed' }
  /** Its clock stands still while children live; they did reach the target, and it follows when they close. */
  | { readonly kind: 'held'; readonly byChildren: readonly string[] };

/** How long, in real time, workers may take to live through the virtual time. */
const PATIENCE_MS = 60_000;
const POLL_MS = 25;
/** Visibility learns of a start a moment later than history does. */
const VISIBILITY_LAG_MS = 500;

/**
 * Moves the clock of one workflow, and of its children, forward. Every timer and retry due on the way happens, in
 * order; it follows continue-as-new and ends early when the workflow closes. Workers must be running. Activities see
 * the real clock.
 */
export async function fastForward(
  client: Client,
  target: WorkflowTarget,
  durationMs: number,
): Promise<Landing> {
  const now = await settledNow(client, target);
  return fastForwardTo(client, target, new Date(now.getTime() + durationMs));
}

/** As `fastForward`, up to an instant of the workflow's own clock. An instant in its past changes nothing. */
export async function fastForwardTo(
  client: Client,
  target: WorkflowTarget,
  instant: Date,
): Promise<Landing> {
  const jump = new Jump(client);
  jump.add(target, instant.getTime());
  const landings = await jump.finish();
  return landings.get(target.workflowId) ?? { kind: 'closed' };
}

/**
 * Moves the clocks of all open workflows that match the visibility query, all to the same instant: the latest of their
 * clocks plus the duration. Workflows which they start on the way by other means than as children begin at real time.
 */
export async function fastForwardAll(
  client: Client,
  query: string,
  durationMs: number,
): Promise<ReadonlyMap<string, Landing>> {
  await new Promise((resolve) => setTimeout(resolve, VISIBILITY_LAG_MS));
  const targets = await openWorkflows(client, query);
  const clocks = await Promise.all(targets.map((target) => settledNow(client, target)));
  const instant = Math.max(...clocks.map((clock) => clock.getTime())) + durationMs;
  const jump = new Jump(client);
  for (const target of targets) jump.add(target, instant);
  return jump.finish();
}

/** What time it is for the workflow; the real time unless it was moved. */
export async function virtualNow(client: Client, target: WorkflowTarget): Promise<Date> {
  return clockOf(await describe(client, target)) ?? new Date();
}

/** The clock once the workflow has set the timers it is about to set: they count from then, not from before. */
async function settledNow(client: Client, target: WorkflowTarget): Promise<Date> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const description = await describe(client, target);
    if (description.pendingWorkflowTask == null) return clockOf(description) ?? new Date();
    if (Date.now() > deadline) throw tooSlow([{ target, waitsFor: waitOf(description) }]);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

interface Traveller {
  readonly target: WorkflowTarget;
  readonly instantMs: number;
  isMoving: boolean;
  landing?: Landing;
  waitsFor: string;
}

/** One jump of any number of workflows to one instant; children met on the way join it. */
class Jump {
  private readonly travellers = new Map<string, Traveller>();

  constructor(private readonly client: Client) {}

  add(target: WorkflowTarget, instantMs: number): void {
    if (this.travellers.has(target.workflowId)) return;
    this.travellers.set(target.workflowId, {
      target,
      instantMs,
      isMoving: false,
      waitsFor: 'nothing yet',
    });
  }

  async finish(): Promise<ReadonlyMap<string, Landing>> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const travelling = [...this.travellers.values()].filter((one) => one.landing === undefined);
      if (travelling.length === 0) break;
      if (Date.now() > deadline) throw tooSlow(travelling);
      await Promise.all(travelling.map((one) => this.step(one)));
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    return new Map(
      [...this.travellers].flatMap(([id, { landing }]) => (landing ? [[id, landing]] : [])),
    );
  }

  private async step(one: Traveller): Promise<void> {
    const description = await describe(this.client, { workflowId: one.target.workflowId });
    if (!isRunning(description)) {
      one.landing = { kind: 'closed' };
      return;
    }
    if (!one.isMoving) await this.setOff(one, description);
    else this.look(one, description);
  }

  /** A task under way may set a timer that is to be met on the way: whoever left before would fly over it. */
  private async setOff(one: Traveller, description: Description): Promise<void> {
    one.waitsFor = waitOf(description);
    if (description.pendingWorkflowTask != null) return;
    const distanceMs = one.instantMs - (clockOf(description) ?? new Date()).getTime();
    one.isMoving = true;
    if (distanceMs > 0) await requestJump(this.client, one.target, distanceMs);
  }

  private look(one: Traveller, description: Description): void {
    const children = idsOfChildren(description);
    for (const workflowId of children) this.add({ workflowId }, one.instantMs);
    one.waitsFor = waitOf(description);
    const now = clockOf(description) ?? new Date();
    const isIdle = description.pendingWorkflowTask == null;
    if (isIdle && now.getTime() >= one.instantMs && !isSkipping(description)) {
      one.landing = { kind: 'reached', now };
    } else if (
      isIdle &&
      children.length > 0 &&
      this.haveLanded(children) &&
      isHeldOnlyByChildren(description)
    ) {
      one.landing = { kind: 'held', byChildren: children };
    }
  }

  private haveLanded(workflowIds: readonly string[]): boolean {
    return workflowIds.every((id) => {
      const kind = this.travellers.get(id)?.landing?.kind;
      return kind === 'reached' || kind === 'held';
    });
  }
}

function isHeldOnlyByChildren(description: Description): boolean {
  return (description.pendingActivities ?? []).length === 0;
}

function tooSlow(travelling: readonly Pick<Traveller, 'target' | 'waitsFor'>[]): Error {
  const list = travelling
    .map((one) => `${one.target.workflowId} waits for ${one.waitsFor}`)
    .join('; ');
  return new Error(
    `The jump did not end within ${PATIENCE_MS / 1000} s; are workers running? ${list}`,
  );
}
