import type { Client } from '@temporalio/client';
import { tsToMs } from '@temporalio/common/lib/time';
import { decodeOptionalSinglePayload } from '@temporalio/common/lib/internal-non-workflow';
import type { temporal } from '@temporalio/proto';

type HistoryEvent = temporal.api.history.v1.IHistoryEvent;
type Payload = temporal.api.common.v1.IPayload;

/** A timer and what it is for, in the words its workflow gave it. */
export interface Timer {
  readonly dueMs: number;
  readonly summary: string;
}

const PAGE = 200;

/** What one workflow waits for, kept up with its history; instants are of its own clock. */
export class Waits {
  private runId = '';
  private seenId = 0;
  private input: unknown;
  private learnedOffsetMs: number | undefined;
  private readonly open = new Map<string, Timer>();
  /** Signals and starts of children, by the event that asked for them: not known yet to have arrived. */
  private readonly onTheWay = new Set<string>();
  /** Whom it signalled, in the order of its history. */
  readonly signalled: string[] = [];

  constructor(
    private readonly client: Client,
    private readonly workflowId: string,
  ) {}

  /** Reads what happened since the last time and tells which timers fired; a run that went on as new is read anew. */
  async catchUp(run: { readonly runId: string; readonly length: number }): Promise<Timer[]> {
    if (run.runId !== this.runId) {
      this.runId = run.runId;
      this.seenId = 0;
      this.open.clear();
      this.onTheWay.clear();
    }
    if (run.length <= this.seenId) return [];
    const events = await this.newEvents();
    const fired: (Timer | undefined)[] = [];
    for (const event of events) fired.push(await this.follow(event));
    return fired.filter((timer) => timer !== undefined);
  }

  /** When the next timer is due, or undefined when none is set. */
  get nextMs(): number | undefined {
    const due = [...this.open.values()].map(({ dueMs }) => dueMs);
    return due.length === 0 ? undefined : Math.min(...due);
  }

  get isSending(): boolean {
    return this.onTheWay.size > 0;
  }

  /**
   * How far ahead the workflow takes itself to be: what it was told when it started, else what its first activity that
   * looks it up has found. Undefined where it has neither.
   */
  get ownOffsetMs(): number | undefined {
    return offsetIn(this.input) ?? this.learnedOffsetMs;
  }

  private async newEvents(): Promise<HistoryEvent[]> {
    const newest: HistoryEvent[] = [];
    let nextPageToken: Uint8Array | null | undefined;
    do {
      const page = await this.client.workflowService.getWorkflowExecutionHistoryReverse({
        namespace: this.client.options.namespace,
        execution: { workflowId: this.workflowId, runId: this.runId },
        maximumPageSize: PAGE,
        ...(nextPageToken ? { nextPageToken } : {}),
      });
      newest.push(...(page.history?.events ?? []));
      nextPageToken = page.nextPageToken;
    } while (nextPageToken?.length && idOf(newest.at(-1)) > this.seenId + 1);
    return newest.filter((event) => idOf(event) > this.seenId).reverse();
  }

  private async follow(event: HistoryEvent): Promise<Timer | undefined> {
    this.seenId = idOf(event);
    const started = event.workflowExecutionStartedEventAttributes;
    if (started) this.input = await this.read(started.input?.payloads?.[0]);
    if (this.ownOffsetMs === undefined) {
      this.learnedOffsetMs = offsetIn(await this.read(resultOf(event)));
    }
    this.followMessages(event);
    const set = event.timerStartedEventAttributes;
    if (set?.timerId) {
      const dueMs = tsToMs(event.eventTime) + tsToMs(set.startToFireTimeout);
      const words = await this.read(event.userMetadata?.summary);
      const summary = typeof words === 'string' ? words : 'a timer';
      this.open.set(set.timerId, { dueMs, summary });
    }
    const fired = event.timerFiredEventAttributes;
    const over = fired ?? event.timerCanceledEventAttributes;
    if (!over?.timerId) return undefined;
    const timer = this.open.get(over.timerId);
    this.open.delete(over.timerId);
    return fired ? timer : undefined;
  }

  /** Undefined for what is absent. */
  private read(payload: Payload | null | undefined): Promise<unknown> {
    return decodeOptionalSinglePayload(this.client.options.loadedDataConverter, payload);
  }

  private followMessages(event: HistoryEvent): void {
    const signal = event.signalExternalWorkflowExecutionInitiatedEventAttributes;
    const child = event.startChildWorkflowExecutionInitiatedEventAttributes;
    if (signal || child) this.onTheWay.add(String(event.eventId));
    const target = signal?.workflowExecution?.workflowId;
    if (target) this.signalled.push(target);
    const arrival = arrivalOf(event);
    if (arrival !== undefined) this.onTheWay.delete(arrival);
  }
}

/** Events that tell what became of a signal or of a child's start. */
function arrivalOf(event: HistoryEvent): string | undefined {
  const arrived =
    event.externalWorkflowExecutionSignaledEventAttributes ??
    event.signalExternalWorkflowExecutionFailedEventAttributes ??
    event.childWorkflowExecutionStartedEventAttributes ??
    event.startChildWorkflowExecutionFailedEventAttributes;
  return arrived ? String(arrived.initiatedEventId) : undefined;
}

/** What an activity has found, a local one included. */
function resultOf(event: HistoryEvent): Payload | undefined {
  const found =
    event.activityTaskCompletedEventAttributes?.result ??
    event.markerRecordedEventAttributes?.details?.['result'];
  return found?.payloads?.[0];
}

/** Beside or within what is said of a hold or of a job. */
function offsetIn(said: unknown): number | undefined {
  const { clockOffsetMs, kept, job } = (said ?? {}) as Partial<
    Record<'clockOffsetMs' | 'kept' | 'job', unknown>
  >;
  if (typeof clockOffsetMs === 'number') return clockOffsetMs;
  const inner = kept ?? job;
  return inner === undefined ? undefined : offsetIn(inner);
}

function idOf(event: HistoryEvent | undefined): number {
  return Number(event?.eventId ?? 0);
}
