import type { LoadGenerator } from './load';
import type { Pace } from './measure';
import { median, ratio } from './statistics';
import type { SystemName, Target } from './systems';

/** What one request costs its caller when nothing else is under way. */
export interface AloneCell {
  readonly system: SystemName;
  /** Medians over the rounds. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  /** Median of the p50s beside that of an empty workflow in the same round; undefined without one. */
  readonly besideEmpty: number | undefined;
}

/** How often and for how long every system is asked. */
export interface AlonePace {
  readonly rounds: number;
  readonly measureMs: number;
}

export interface AlonePlan {
  readonly pace: Pick<Pace, 'warmUpMs'>;
  readonly alone: AlonePace;
  readonly generator: Pick<LoadGenerator, 'run'>;
  readonly say: (line: string) => void;
  readonly onFailure: (system: SystemName, error: unknown) => void;
}

/** Far enough apart that whatever the last request left to do is done when the next one comes. */
const PER_SECOND = 5;

/**
 * Every system with one request at a time and pauses between them. Without the pauses a request would share the machine
 * with the end of the one before: this system and others answer before they are through. A machine that is slow for a
 * while is slow for the whole of a round, so that ratios are taken within rounds, each of which begins with another system.
 */
export async function measureAlone(
  targets: ReadonlyMap<SystemName, Target>,
  plan: AlonePlan,
): Promise<AloneCell[]> {
  const rounds: Round[] = [];
  for (let n = 0; n < plan.alone.rounds; n += 1) rounds.push(await measureRound(targets, n, plan));
  return [...targets.keys()].flatMap((system) => cellOf(system, rounds) ?? []);
}

type Round = ReadonlyMap<SystemName, Reading>;

async function measureRound(
  targets: ReadonlyMap<SystemName, Target>,
  n: number,
  plan: AlonePlan,
): Promise<Round> {
  const all = [...targets];
  const readings = new Map<SystemName, Reading>();
  for (const index of all.keys()) {
    const [system, target] = all[(index + n) % all.length] ?? [];
    if (!system || !target) continue;
    const reading = await read(system, { target, plan });
    if (reading) readings.set(system, reading);
  }
  return readings;
}

function cellOf(system: SystemName, rounds: readonly Round[]): AloneCell | undefined {
  const readings = rounds.flatMap((round) => round.get(system) ?? []);
  if (readings.length === 0) return undefined;
  const beside = rounds.flatMap(
    (round) => ratio(round.get(system)?.p50Ms, round.get('empty')?.p50Ms) ?? [],
  );
  return {
    system,
    p50Ms: median(readings.map(({ p50Ms }) => p50Ms)),
    p95Ms: median(readings.map(({ p95Ms }) => p95Ms)),
    besideEmpty: beside.length === 0 ? undefined : median(beside),
  };
}

interface Reading {
  readonly p50Ms: number;
  readonly p95Ms: number;
}

async function read(
  system: SystemName,
  { target, plan }: { target: Target; plan: AlonePlan },
): Promise<Reading | undefined> {
  const { warmUpMs } = plan.pace;
  const job = { ...target, concurrency: 2, perSecond: PER_SECOND, warmUpMs };
  try {
    const sample = await plan.generator.run({ ...job, measureMs: plan.alone.measureMs });
    plan.say(
      `${system} alone: p50 ${sample.p50Ms.toFixed(1)} ms, p95 ${sample.p95Ms.toFixed(1)} ms`,
    );
    return sample.answered > 0 && sample.failed === 0 ? sample : undefined;
  } catch (error) {
    plan.onFailure(system, error);
    return undefined;
  }
}
