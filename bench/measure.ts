import { loadavg } from 'node:os';
import type { BatchWatch } from './batches';
import type { LoadGenerator } from './load';
import { busyShare, processorTime } from './machine';
import { median, summaryOf, type Sample, type Summary } from './statistics';
import type { SystemName, Target } from './systems';

/** How long and how often each cell of the table is measured. */
export interface Pace {
  readonly levels: readonly number[];
  readonly repetitions: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
}

/** One system under one load. */
export interface Cell {
  readonly system: SystemName | 'sql-direct';
  readonly concurrency: number;
  readonly summary: Summary;
  /** Share of all cores in use. */
  readonly busy: number;
  readonly load: number;
  /** The product alone: spends in one workflow on average, and how many of them were started eagerly. */
  readonly batchSize?: number;
  readonly eagerShare?: number;
}

/** Anything that can be loaded for a while. */
export interface Runner {
  readonly system: Cell['system'];
  readonly levels: readonly number[];
  run(load: { concurrency: number; warmUpMs: number; measureMs: number }): Promise<Sample>;
}

export interface Meter {
  readonly pace: Pace;
  readonly watch: BatchWatch | undefined;
  readonly say: (line: string) => void;
  /** Told once for a system that failed; it is left out from then on. */
  readonly onFailure: (system: Cell['system'], error: unknown) => void;
}

export function httpRunner(
  { system, levels }: Pick<Runner, 'system' | 'levels'>,
  { target, generator }: { target: Target; generator: LoadGenerator },
): Runner {
  return { system, levels, run: (load) => generator.run({ ...target, ...load }) };
}

/** Measures every system under every load; repetitions go round all of them, so that a disturbance hits all alike. */
export async function measureAll(runners: readonly Runner[], meter: Meter): Promise<Cell[]> {
  const { pace, say, onFailure } = meter;
  const failed = new Set<Cell['system']>();
  const cells: Cell[] = [];
  for (const concurrency of pace.levels) {
    const readings = new Map<Runner, Reading[]>();
    for (let round = 1; round <= pace.repetitions; round += 1) {
      for (const runner of runners) {
        if (failed.has(runner.system) || !runner.levels.includes(concurrency)) continue;
        try {
          const reading = await read(runner, concurrency, meter);
          readings.set(runner, [...(readings.get(runner) ?? []), reading]);
          say(lineOf(runner.system, { concurrency, round }, reading));
        } catch (error) {
          failed.add(runner.system);
          onFailure(runner.system, error);
        }
      }
    }
    for (const [runner, of] of readings) cells.push(cellOf(runner.system, concurrency, of));
  }
  return cells;
}

interface Reading {
  readonly sample: Sample;
  readonly busy: number;
  readonly load: number;
  readonly batchSize?: number;
  readonly eagerShare?: number;
}

async function read(runner: Runner, concurrency: number, meter: Meter): Promise<Reading> {
  const { warmUpMs, measureMs } = meter.pace;
  const watch = runner.system === 'product' ? meter.watch : undefined;
  const before = await watch?.count();
  const from = processorTime();
  const sample = await runner.run({ concurrency, warmUpMs, measureMs });
  const busy = busyShare(from, processorTime());
  if (sample.answered === 0) {
    throw new Error(`nothing answered well in ${measureMs} ms, ${sample.failed} failed`);
  }
  const reading = { sample, busy, load: loadavg()[0] ?? 0 };
  if (watch === undefined || before === undefined) return reading;
  return { ...reading, ...(await batchesOf(sample, before, { watch, warmUpMs, measureMs })) };
}

/** Warm-up and window alike start workflows; their share of spends is estimated by their share of time. */
async function batchesOf(
  sample: Sample,
  before: number,
  { watch, warmUpMs, measureMs }: { watch: BatchWatch; warmUpMs: number; measureMs: number },
) {
  // What Temporal shows in lists follows what has happened.
  await new Promise((resolve) => setTimeout(resolve, 500));
  const workflows = (await watch.count()) - before;
  const spends = (sample.answered * (warmUpMs + measureMs)) / measureMs;
  const eagerShare = await watch.eagerShare(50);
  return {
    batchSize: spends / Math.max(1, workflows),
    ...(eagerShare === undefined ? {} : { eagerShare }),
  };
}

function cellOf(system: Cell['system'], concurrency: number, readings: readonly Reading[]): Cell {
  const middle = (of: (reading: Reading) => number | undefined) =>
    median(readings.flatMap((reading) => of(reading) ?? []));
  const isWatched = readings.some(({ batchSize }) => batchSize !== undefined);
  return {
    system,
    concurrency,
    summary: summaryOf(readings.map(({ sample }) => sample)),
    busy: middle(({ busy }) => busy),
    load: middle(({ load }) => load),
    ...(isWatched
      ? {
          batchSize: middle(({ batchSize }) => batchSize),
          eagerShare: middle(({ eagerShare }) => eagerShare),
        }
      : {}),
  };
}

function lineOf(
  system: string,
  { concurrency, round }: { concurrency: number; round: number },
  { sample, busy, batchSize }: Reading,
): string {
  const perSecond = Math.round(sample.answered / sample.seconds);
  const batch = batchSize === undefined ? '' : `, ${batchSize.toFixed(1)} a workflow`;
  const failed = sample.failed === 0 ? '' : `, ${sample.failed} FAILED`;
  return (
    `${system} at ${concurrency}, round ${round}: ${perSecond}/s, p50 ${sample.p50Ms.toFixed(1)} ms, ` +
    `p95 ${sample.p95Ms.toFixed(1)} ms, ${Math.round(busy * 100)} % busy${batch}${failed}`
  );
}
