import { randomUUID } from 'node:crypto';
import { sampleOf, type Sample } from '../statistics';
import { openCaller, type Caller } from './caller';
import type { LoadJob } from './job';

/** Whoever has not answered so long after the window is not waited for. */
const PATIENCE_MS = 15_000;

/** Sends what the job says and gives what was answered within its window. */
export async function runJob(job: LoadJob): Promise<Sample> {
  const callers = await Promise.all(
    Array.from({ length: job.concurrency }, () => openCaller(job.url)),
  );
  const startsAt = performance.now() + job.warmUpMs;
  const window = new Window(startsAt, startsAt + job.measureMs);
  const hangUp = (): void => callers.forEach((one) => one.close());
  const patience = setTimeout(hangUp, job.warmUpMs + job.measureMs + PATIENCE_MS);
  try {
    if (job.perSecond === undefined) {
      await Promise.all(callers.map((one) => askOnAndOn(one, job, window)));
    } else {
      await askInTime(callers, job, { window, perSecond: job.perSecond });
    }
  } finally {
    clearTimeout(patience);
    hangUp();
  }
  return sampleOf(window.latenciesMs, { seconds: job.measureMs / 1000, failed: window.failed });
}

/** Counts answers that arrive between two instants. */
class Window {
  readonly latenciesMs: number[] = [];
  failed = 0;

  constructor(
    private readonly startsAt: number,
    readonly endsAt: number,
  ) {}

  note(askedAt: number, isGood: boolean): void {
    const now = performance.now();
    if (now < this.startsAt || now > this.endsAt) return;
    if (isGood) this.latenciesMs.push(now - askedAt);
    else this.failed += 1;
  }
}

async function askOnAndOn(caller: Caller, job: LoadJob, window: Window): Promise<void> {
  while (performance.now() < window.endsAt) {
    if (!(await ask(caller, job, { window, askedAt: performance.now() }))) return;
  }
}

/** Latency counts from the instant at which a request was due, so that a stall is not hidden by waiting callers. */
async function askInTime(
  callers: readonly Caller[],
  job: LoadJob,
  { window, perSecond }: { window: Window; perSecond: number },
): Promise<void> {
  const free = [...callers];
  const firstAt = performance.now();
  const underWay = new Set<Promise<void>>();
  for (let n = 0; firstAt + (n * 1000) / perSecond < window.endsAt; n += 1) {
    const dueAt = firstAt + (n * 1000) / perSecond;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, dueAt - performance.now())));
    while (free.length === 0) await Promise.race(underWay);
    const caller = free.pop() as Caller;
    const asked: Promise<void> = ask(caller, job, { window, askedAt: dueAt }).then(() => {
      free.push(caller);
      underWay.delete(asked);
    });
    underWay.add(asked);
  }
  await Promise.all(underWay);
}

/** False when the connection is of no more use. */
async function ask(
  caller: Caller,
  job: LoadJob,
  { window, askedAt }: { window: Window; askedAt: number },
): Promise<boolean> {
  try {
    const status = await caller.ask(requestOf(job));
    window.note(askedAt, status >= 200 && status < 300);
    return true;
  } catch {
    window.note(askedAt, false);
    return false;
  }
}

function requestOf(job: LoadJob): Buffer {
  const user = job.firstUser + Math.floor(Math.random() * job.users);
  const body = job.body.replaceAll('{n}', String(user));
  const headers = {
    host: new URL(job.url).host,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    [job.keyHeader]: randomUUID(),
    ...job.headers,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const path = job.path.replaceAll('{n}', String(user));
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
}
