import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { median } from '../statistics';

/** What one process, with all it has started, holds and has used at an instant. */
interface Sample {
  readonly atMs: number;
  readonly megabytes: number;
  readonly cpuMs: number;
}

/** A process over the time it was watched. */
export interface Watched {
  readonly name: string;
  /** Medians of the first tenth, of the tenth in the middle and of the last one, in megabytes. */
  readonly beginMb: number;
  readonly middleMb: number;
  readonly endMb: number;
  /** Of a line through all samples, in megabytes a minute. */
  readonly slopeMbPerMinute: number;
  /** How much the line rises over the whole time, as a share of its beginning. */
  readonly growth: number;
  /** Processor time it used, in cores. */
  readonly cores: number;
}

export interface WatchedProcess {
  readonly name: string;
  readonly pid: () => number | undefined;
  /** PostgreSQL's processes share their largest part: only what each has for itself is added up. */
  readonly isFamily?: boolean;
}

/** Reads memory and processor time of processes again and again, where the system tells as Linux does. */
export class ProcessWatch {
  private readonly samples = new Map<string, Sample[]>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly processes: readonly WatchedProcess[]) {}

  start(everyMs: number): void {
    this.look();
    this.timer = setInterval(() => this.look(), everyMs);
  }

  stop(): readonly Watched[] {
    clearInterval(this.timer);
    return [...this.samples].map(([name, samples]) => watchedOf(name, samples));
  }

  private look(): void {
    const children = childrenByParent();
    for (const { name, pid, isFamily } of this.processes) {
      const sample = sampleOf(pid(), isFamily === true ? children : undefined);
      if (sample !== undefined) this.samples.set(name, [...(this.samples.get(name) ?? []), sample]);
    }
  }
}

/** The line that lies nearest to the samples. */
export function watchedOf(name: string, samples: readonly Sample[]): Watched {
  const tenth = Math.max(1, Math.floor(samples.length / 10));
  const sizes = samples.map(({ megabytes }) => megabytes);
  const [first, last] = [samples[0], samples.at(-1)];
  const spanMs = (last?.atMs ?? 0) - (first?.atMs ?? 0);
  const slope = slopeOf(samples);
  const beginMb = median(sizes.slice(0, tenth));
  const middle = Math.floor((samples.length - tenth) / 2);
  return {
    name,
    beginMb,
    middleMb: median(sizes.slice(middle, middle + tenth)),
    endMb: median(sizes.slice(-tenth)),
    slopeMbPerMinute: slope * 60_000,
    growth: (slope * spanMs) / beginMb,
    cores: ((last?.cpuMs ?? 0) - (first?.cpuMs ?? 0)) / Math.max(1, spanMs),
  };
}

function slopeOf(samples: readonly Sample[]): number {
  const middle = (of: (sample: Sample) => number) =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
  const [atMs, megabytes] = [middle((one) => one.atMs), middle((one) => one.megabytes)];
  const rise = samples.reduce(
    (sum, one) => sum + (one.atMs - atMs) * (one.megabytes - megabytes),
    0,
  );
  const run = samples.reduce((sum, one) => sum + (one.atMs - atMs) ** 2, 0);
  return run === 0 ? 0 : rise / run;
}

type Children = ReadonlyMap<number, readonly number[]>;

function sampleOf(pid: number | undefined, family: Children | undefined): Sample | undefined {
  if (pid === undefined) return undefined;
  const pids = family === undefined ? [pid] : [pid, ...(family.get(pid) ?? [])];
  const field = family === undefined ? 'VmRSS' : 'RssAnon';
  const parts = pids.flatMap((one) => partOf(one, field) ?? []);
  if (parts.length === 0) return undefined;
  return {
    atMs: performance.now(),
    megabytes: parts.reduce((sum, { megabytes }) => sum + megabytes, 0),
    cpuMs: parts.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
  };
}

function partOf(pid: number, field: string): { megabytes: number; cpuMs: number } | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const [, kilobytes] = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status) ?? [];
    // A process on its way out holds nothing any more.
    return kilobytes === undefined
      ? undefined
      : { megabytes: Number(kilobytes) / 1024, cpuMs: cpuMsOf(statOf(pid)) };
  } catch {
    // It has ended between being listed and being read.
    return undefined;
  }
}

/** The fields behind the name, which may contain anything; the first of them is the third of proc(5). */
function statOf(pid: number): readonly string[] {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** Its own time and that of children that have ended. */
function cpuMsOf(stat: readonly string[]): number {
  const ticks = stat.slice(11, 15).reduce((sum, each) => sum + Number(each), 0);
  return (ticks * 1000) / ticksPerSecond();
}

let ticks: number | undefined;

function ticksPerSecond(): number {
  ticks ??= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  return ticks;
}

function childrenByParent(): Children {
  const children = new Map<number, number[]>();
  for (const entry of namesIn('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid)) continue;
    try {
      const parent = Number(statOf(pid)[1]);
      children.set(parent, [...(children.get(parent) ?? []), pid]);
    } catch {
      continue;
    }
  }
  return children;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
