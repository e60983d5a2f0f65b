import type { Client } from '@temporalio/client';
import { tsToMs } from '@temporalio/common/lib/time';
import { temporal } from '@temporalio/proto';
import {
  callOff,
  clockOf,
  describe,
  idsOfChildren,
  isGone,
  isRunning,
  isSkipping,
  requestJump,
  waitOf,
  type Description,
} from './time-skipping';
import { Waits } from './waits';

/** A timer that fired on the way, at a business instant. */
export interface Fired {
  readonly workflowId: string;
  readonly atMs: number;
  readonly summary: string;
}

/** Of a workflow by its type and its own clock. */
export type Judge = (own: { bornMs: number; nowMs: number; type: string }) => number;

const POLL_MS = 20;
const MOST_ATTEMPTS = 100;
/** Clocks of two machines, and two looks at one of them, differ by less. */
const SAME_MS = 5_000;
/** A jump takes longer than that itself. */
const SHORT_MS = 250;

/** One open workflow of a customer; instants are of their business clock, not of the workflow's own. */
export class Traveller {
  private readonly waits: Waits;
  private description: Description = {};
  private seenAtMs = 0;
  /** How far the business clock is ahead of the workflow's own; known after the first look. */
  private aheadMs: number | undefined;

  constructor(
    private readonly client: Client,
    readonly workflowId: string,
    /** Judges how far the business clock is ahead of a workflow that neither was told nor has looked it up. */
    private readonly judgeAhead: Judge,
  ) {
    this.waits = new Waits(client, workflowId);
  }

  /** Looks where it stands and tells what fired since the last look. */
  async look(): Promise<Fired[]> {
    await this.see();
    const { workflowExecutionInfo: info } = this.description;
    const runId = info?.execution?.runId ?? '';
    const fired = await this.waits.catchUp({ runId, length: Number(info?.historyLength ?? 0) });
    const own = { bornMs: tsToMs(info?.startTime), nowMs: this.ownMs, type: this.type };
    // What it has found itself counts for more than what was judged before it had.
    this.aheadMs = this.waits.ownOffsetMs ?? this.aheadMs ?? this.judgeAhead(own);
    const { workflowId, aheadMs } = this;
    return fired.map(({ dueMs, summary }) => ({ workflowId, summary, atMs: dueMs + aheadMs }));
  }

  get isOpen(): boolean {
    return isRunning(this.description);
  }

  get type(): string {
    return this.description.workflowExecutionInfo?.type?.name ?? '';
  }

  get children(): readonly string[] {
    return idsOfChildren(this.description);
  }

  /** Whom it has signalled: visibility may not know yet that they were born. */
  get signalled(): readonly string[] {
    return this.waits.signalled;
  }

  /** A worker has something to do for it just now. */
  get isBusy(): boolean {
    const hasTask = this.description.pendingWorkflowTask != null;
    return hasTask || this.waits.isSending || this.activities.some(isUnderWay);
  }

  /** What an activity keeps failing with, once it has been tried more often than any outage in a test lasts. */
  get despair(): string | undefined {
    const hopeless = this.activities.find(({ attempt }) => (attempt ?? 1) > MOST_ATTEMPTS);
    if (!hopeless) return undefined;
    const { activityType, attempt, lastFailure } = hopeless;
    return `${activityType?.name} failed ${attempt} times: ${lastFailure?.message}`;
  }

  get waitsFor(): string {
    return waitOf(this.description);
  }

  /** The instant of the next thing it does by itself. While children live its clock cannot be moved. */
  get nextMs(): number | undefined {
    if (this.children.length > 0) return undefined;
    const retries = this.activities.map((one) => tsToMs(one.nextAttemptScheduleTime));
    const due = [this.waits.nextMs ?? Infinity, ...retries];
    const nextMs = Math.min(...due) + (this.aheadMs ?? 0);
    return Number.isFinite(nextMs) ? nextMs : undefined;
  }

  get nowMs(): number {
    return this.ownMs + (this.aheadMs ?? 0);
  }

  private get ownMs(): number {
    const seenMs = clockOf(this.description)?.getTime() ?? this.seenAtMs;
    return seenMs + Date.now() - this.seenAtMs;
  }

  /** True while it lives clearly before a business instant and could be moved there. */
  isBehind(instantMs: number): boolean {
    return this.isOpen && this.children.length === 0 && this.nowMs < instantMs - SAME_MS;
  }

  /**
   * Jumps to a business instant; what fires on the way may stop it short, by children or by its end. A jump whose instant
   * comes by itself while an activity runs is called off: the server forgets where it was to end, and goes on to the next
   * timer, however far away that is. A jump so short that it would is not worth one.
   */
  async jump(instantMs: number, onWay: (nowMs: number) => Promise<void>): Promise<void> {
    const distanceMs = instantMs - this.nowMs;
    if (!this.isOpen || this.children.length > 0 || distanceMs <= 0) return;
    if (distanceMs < SHORT_MS) return pause(distanceMs);
    await requestJump(this.client, this, distanceMs);
    for (;;) {
      await this.see();
      if (!this.isOpen || !isSkipping(this.description)) return;
      if (this.children.length > 0 || this.nowMs >= instantMs) return callOff(this.client, this);
      await onWay(this.nowMs);
      await pause(POLL_MS);
    }
  }

  private async see(): Promise<void> {
    const { workflowId } = this;
    this.description = await describe(this.client, { workflowId }).catch((error: unknown) => {
      if (isGone(error)) return {};
      throw error;
    });
    this.seenAtMs = Date.now();
  }

  private get activities(): readonly PendingActivity[] {
    return this.description.pendingActivities ?? [];
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

type PendingActivity = temporal.api.workflow.v1.IPendingActivityInfo;

/** False while it rests between two attempts. */
function isUnderWay({ state, attempt, nextAttemptScheduleTime: next }: PendingActivity): boolean {
  const resting = temporal.api.enums.v1.PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED;
  return !(state === resting && (attempt ?? 1) > 1 && next != null);
}
