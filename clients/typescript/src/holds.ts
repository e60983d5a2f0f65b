import { randomUUID } from 'node:crypto';
import type { Client } from 'openapi-fetch';
import { answered } from './answers';
import { ProblemError } from './problems';
import type { components, paths } from './schema';

export type HoldView = components['schemas']['Hold'];

/** Tokens reserved for a job, as the server last told of them. Settling twice gives the first outcome. */
export class Hold {
  constructor(
    private readonly api: Client<paths>,
    private told: HoldView,
    readonly leaseSeconds: number,
  ) {}

  get view(): HoldView {
    return this.told;
  }

  get id(): string {
    return this.told.hold_id;
  }

  /** Says that the job goes on and what it has cost so far; the total never decreases. */
  async heartbeat(reportedTotal?: string): Promise<HoldView> {
    const body = {
      extend_seconds: this.leaseSeconds,
      ...(reportedTotal === undefined ? {} : { reported_total: reportedTotal }),
    };
    const params = this.paramsOf(randomUUID());
    const answer = await this.api.POST('/holds/{holdId}/heartbeat', { params, body });
    return (this.told = answered(answer));
  }

  /** Charges the amount, or all that is held, and gives back the rest. More than is held only after the work. */
  capture(amount?: string, { isPostPaid = false } = {}): Promise<HoldView> {
    const body = {
      ...(amount === undefined ? {} : { amount }),
      ...(isPostPaid ? { post_paid: true } : {}),
    };
    const params = this.paramsOf(randomUUID());
    return this.settled(async () =>
      answered(await this.api.POST('/holds/{holdId}/capture', { params, body })),
    );
  }

  /** Gives the tokens back to where they came from. */
  release(): Promise<HoldView> {
    const params = this.paramsOf(randomUUID());
    return this.settled(async () =>
      answered(await this.api.POST('/holds/{holdId}/release', { params, body: {} })),
    );
  }

  private paramsOf(key: string) {
    return { path: { holdId: this.id }, header: { 'Idempotency-Key': key } };
  }

  /** Whoever comes second hears how it ended. */
  private async settled(settle: () => Promise<HoldView>): Promise<HoldView> {
    try {
      return (this.told = await settle());
    } catch (error) {
      if (!isOver(error) || error.problem['hold'] === undefined) throw error;
      return (this.told = error.problem['hold'] as HoldView);
    }
  }
}

/** A job under a hold: it reports, beats tell the server, and in the end it is settled once. */
export class HoldJob {
  private reportedTotal: string | undefined;
  private lostError: unknown;

  constructor(readonly hold: Hold) {}

  /** What the job has cost so far, in tokens, as decimal text. A total that starts again lowers nothing. */
  report(total: string): void {
    if (this.reportedTotal === undefined || exceeds(total, this.reportedTotal)) {
      this.reportedTotal = total;
    }
  }

  get reported(): string | undefined {
    return this.reportedTotal;
  }

  /** Why the last heartbeat failed; undefined while all is well. */
  get lost(): unknown {
    return this.lostError;
  }

  /** Runs the work while the lease is kept, and settles what it reported. */
  async run<T>(work: (job: HoldJob) => Promise<T>): Promise<T> {
    const every = (this.hold.leaseSeconds * 1_000) / 3;
    const beats = setInterval(() => {
      void this.beatNow().then(() => isOver(this.lostError) && clearInterval(beats));
    }, every);
    beats.unref();
    const result = await work(this).catch(async (error: unknown) => {
      clearInterval(beats);
      await this.settle('failed');
      throw error;
    });
    clearInterval(beats);
    await this.settle('done');
    return result;
  }

  /** Tells the server at once instead of at the next beat; a failure is remembered as `lost` and not thrown. */
  async beatNow(): Promise<void> {
    try {
      await this.hold.heartbeat(this.reportedTotal);
      this.lostError = undefined;
    } catch (error) {
      this.lostError = error;
    }
  }

  /** Charges what was reported; without any report all of a job that is done, nothing of one that failed. */
  private async settle(end: 'done' | 'failed'): Promise<void> {
    const total = this.reportedTotal;
    if (total !== undefined) {
      await this.hold.capture(total, { isPostPaid: exceeds(total, this.hold.view.amount) });
    } else if (end === 'done') {
      await this.hold.capture();
    } else {
      await this.hold.release();
    }
  }
}

function isOver(error: unknown): error is ProblemError {
  return error instanceof ProblemError && /^hold_(closed|expired)$/.test(error.code);
}

function exceeds(a: string, b: string): boolean {
  return microOf(a) > microOf(b);
}

/** Decimal text of at most six places as an integer; a number would lose digits. */
function microOf(text: string): bigint {
  const match = /^(\d+)(?:\.(\d{1,6}))?$/.exec(text);
  if (!match) throw new RangeError(`${text} is no amount of tokens`);
  return BigInt((match[1] ?? '') + (match[2] ?? '').padEnd(6, '0'));
}
