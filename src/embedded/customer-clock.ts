import type { Client } from '@temporalio/client';
import { openWorkflows } from './time-skipping';
import { Traveller, type Fired, type Judge } from './traveller';

export type { Fired };

/** A jump of everything that lives by one customer's clock. */
export interface Journey {
  /** Which workflows, in the words of visibility. */
  readonly query: string;
  /** How far ahead of the real time the customer is already. */
  readonly offsetMs: number;
  readonly durationMs: number;
  /**
   * Told how far ahead the customer is now, before anything happens at that instant: what is born on the way by other
   * means than as a child takes its clock from there.
   */
  readonly reach: (offsetMs: number) => Promise<void>;
}

export interface Arrival {
  /** Business instants, in milliseconds. */
  readonly fromMs: number;
  readonly untilMs: number;
  readonly fired: readonly Fired[];
}

/** How long, in real time, nothing may happen before the jump gives up. */
const PATIENCE_MS = 60_000;
const POLL_MS = 20;
/** Looks come further apart the longer a worker is busy: many looks at once would take the time that it needs. */
const MOST_POLL_MS = 120;
/** Visibility learns of a start a moment later than history does. */
const VISIBILITY_LAG_MS = 500;
/** Payments are told by the bank, too: then they are nobody's children. */
const PAYMENTS = 'pay:';
/** These look up how far ahead their customer is; all others live by what they were told, and told nothing by their own clock. */
const LOOKING_UP: readonly string[] = [
  'paymentConfirmation',
  'refund',
  'dispute',
  'hold',
  'trackJob',
];
/** These only ask a provider again and again: among themselves there is no order to keep. */
const ASKERS: readonly string[] = ['checkout', 'paymentConfirmation'];

/**
 * Moves the clocks of all open workflows of a customer forward together, from event to event: whatever is due soonest
 * happens first, while all the others stand at that same instant, so that effects meet each other in the order in which
 * they would have in real time. Workers must be running; one jump of a customer at a time.
 */
export async function travel(client: Client, journey: Journey): Promise<Arrival> {
  await pause(VISIBILITY_LAG_MS);
  return new Convoy(client, journey).travel();
}

class Convoy {
  private readonly travellers = new Map<string, Traveller>();
  private readonly fired: Fired[] = [];
  /** What was told of the offset, newest last. */
  private readonly told: { readonly sinceMs: number; readonly offsetMs: number }[];
  private readonly fromMs: number;
  private readonly ended = new Set<string>();
  /** Who was found behind at the end; nobody is fetched twice. */
  private readonly fetched = new Set<string>();
  private isUnderWay = false;

  constructor(
    private readonly client: Client,
    private readonly journey: Journey,
  ) {
    this.told = [{ sinceMs: 0, offsetMs: journey.offsetMs }];
    this.fromMs = Date.now() + journey.offsetMs;
  }

  async travel(): Promise<Arrival> {
    const goalMs = this.fromMs + this.journey.durationMs;
    let surelyFired = 0;
    for (;;) {
      const open = await this.settle();
      const dueMs = Math.min(...open.map(({ nextMs }) => nextMs ?? Infinity));
      if (dueMs > goalMs && surelyFired < this.fired.length) {
        // The way ahead looks empty: whoever was born by what fired last must be seen before it is taken.
        surelyFired = this.fired.length;
        await pause(VISIBILITY_LAG_MS);
        continue;
      }
      await this.step(open, { dueMs, stopMs: Math.min(dueMs, goalMs), goalMs });
      if (dueMs > goalMs && !(await this.leavesBehind(goalMs))) break;
    }
    const fired = this.fired.sort((a, b) => a.atMs - b.atMs);
    return { fromMs: this.fromMs, untilMs: goalMs, fired };
  }

  /**
   * Whether somebody still lives before the end: a hold or a refund that was begun on the way, by its owner or an
   * operator, when all had been looked at. What they have due lies behind the others, and nothing of it is lost.
   */
  private async leavesBehind(goalMs: number): Promise<boolean> {
    const { sinceMs = 0 } = this.told.at(-1) ?? {};
    await pause(Math.max(0, sinceMs + VISIBILITY_LAG_MS - Date.now()));
    const open = await this.settle();
    const late = open.filter((one) => one.isBehind(goalMs) && !this.fetched.has(one.workflowId));
    for (const { workflowId } of late) this.fetched.add(workflowId);
    return late.length > 0;
  }

  /** Everybody else first, so that whoever acts at the instant meets nobody who still lives before it. */
  private async step(
    open: readonly Traveller[],
    { dueMs, stopMs, goalMs }: { dueMs: number; stopMs: number; goalMs: number },
  ): Promise<void> {
    const acting = open.filter(({ nextMs }) => nextMs !== undefined && nextMs <= stopMs);
    const others = open.filter((one) => !acting.includes(one));
    const [asker] = acting;
    if (asker && acting.length === 1 && ASKERS.includes(asker.type)) {
      const otherMs = Math.min(goalMs, ...others.map(({ nextMs }) => nextMs ?? Infinity));
      await asker.jump(otherMs, (nowMs) => this.reach(nowMs));
      return;
    }
    await this.reach(stopMs);
    await this.jump(others, stopMs);
    await this.jump(acting, stopMs);
    // Due already: the server is about to fire it.
    if (dueMs <= Date.now() + this.offsetMs) await pause(POLL_MS);
  }

  private async jump(travellers: readonly Traveller[], instantMs: number): Promise<void> {
    const stay = async () => undefined;
    await Promise.all(travellers.map((one) => one.jump(instantMs, stay)));
  }

  /** Waits until workers have nothing to do for anybody, newcomers included. */
  private async settle(): Promise<Traveller[]> {
    const deadline = Date.now() + PATIENCE_MS;
    let pollMs = POLL_MS;
    // Visibility is asked only once nobody is busy: it costs more than a look, and learns of newcomers late.
    for (let isCalm = !this.isUnderWay; ;) {
      const isNew = await this.enlist(isCalm);
      const open = await this.lookAround();
      const busy = open.filter(({ isBusy }) => isBusy);
      for (const { workflowId, despair } of open) {
        if (despair !== undefined) throw new Error(`The jump ended at ${workflowId}: ${despair}`);
      }
      if (isCalm && !isNew && busy.length === 0) return open;
      if (Date.now() > deadline) throw tooSlow(busy);
      isCalm = busy.length === 0;
      if (isCalm) continue;
      await pause(pollMs);
      pollMs = Math.min(MOST_POLL_MS, pollMs * 1.5);
    }
  }

  /** Takes in who was born by those on the way, and whom visibility knows, where it is asked. */
  private async enlist(asksVisibility: boolean): Promise<boolean> {
    const found = asksVisibility ? await openWorkflows(this.client, this.journey.query) : [];
    const known = [...this.travellers.values()];
    const born = known.flatMap(({ children, signalled }) => [
      ...children,
      ...signalled.filter((id) => id.startsWith(PAYMENTS) && !this.ended.has(id)),
    ]);
    const ids = [...found.map(({ workflowId }) => workflowId), ...born];
    const fresh = ids.filter((id) => !this.travellers.has(id));
    for (const id of fresh) this.travellers.set(id, this.joining(id));
    this.isUnderWay = true;
    return fresh.length > 0;
  }

  /** Who is born on the way began at what was told then. */
  private joining(workflowId: string): Traveller {
    const judge: Judge = this.isUnderWay
      ? ({ bornMs }) => this.offsetAt(bornMs)
      : (own) => this.offsetOfResident(own);
    return new Traveller(this.client, workflowId, judge);
  }

  /**
   * Who was there before stands at the customer's instant, unless a jump that was cut short has left them behind it: who
   * lives by their own clock is fetched by this one.
   */
  private offsetOfResident({ nowMs, type }: Parameters<Judge>[0]): number {
    return LOOKING_UP.includes(type) ? Date.now() + this.journey.offsetMs - nowMs : 0;
  }

  private async lookAround(): Promise<Traveller[]> {
    const all = [...this.travellers.values()];
    const fired = await Promise.all(all.map((one) => one.look()));
    this.fired.push(...fired.flat().filter(({ atMs }) => atMs >= this.fromMs));
    const open = all.filter(({ isOpen }) => isOpen);
    for (const { isOpen, workflowId } of all) {
      if (isOpen) continue;
      this.travellers.delete(workflowId);
      this.ended.add(workflowId);
    }
    return open;
  }

  private async reach(instantMs: number): Promise<void> {
    const offsetMs = Math.round(instantMs - Date.now());
    if (offsetMs <= this.offsetMs) return;
    this.told.push({ sinceMs: Date.now(), offsetMs });
    await this.journey.reach(offsetMs);
  }

  private get offsetMs(): number {
    return this.told.at(-1)?.offsetMs ?? 0;
  }

  private offsetAt(instantMs: number): number {
    return this.told.findLast(({ sinceMs }) => sinceMs <= instantMs)?.offsetMs ?? 0;
  }
}

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

function tooSlow(busy: readonly Traveller[]): Error {
  const list = busy.map((one) => `${one.workflowId} waits for ${one.waitsFor}`).join('; ');
  return new Error(
    `The jump stood still for ${PATIENCE_MS / 1000} s; are workers running? ${list}`,
  );
}
