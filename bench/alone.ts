import type { LoadGenerator } from './load';
import type { Pace } from './measure';
import { median } from './statistics';
import type { SystemName, Target } from './systems';

/** What one request costs its caller when nothing else is under way. */
export interface AloneCell {
  readonly system: SystemName;
  /** Medians over the repetitions. */
  readonly p50Ms: number;
  readonly p95Ms: number;
}

export interface AlonePlan {
  readonly pace: Pick<Pace, 'repetitions' | 'warmUpMs'>;
  /** Length of one measurement; zero leaves it out. */
  readonly aloneMs: number;
  readonly generator: Pick<LoadGenerator, 'run'>;
  readonly say: (line: string) => void;
  readonly onFailure: (system: SystemName, error: unknown) => void;
}

/** Far enough apart that whatever the last request left to do is done when the next one comes. */
const PER_SECOND = 5;

/**
 * Every system with one request at a time and pauses between them. Without the pauses a request would share the machine
 * with the end of the one before: this system and others answer before they are through.
 */
export async function measureAlone(
  targets: ReadonlyMap<SystemName, Target>,
  plan: AlonePlan,
): Promise<AloneCell[]> {
  if (plan.aloneMs === 0) return [];
  const readings = new Map<SystemName, Reading[]>();
  for (let round = 1; round <= plan.pace.repetitions; round += 1) {
    for (const [system, target] of targets) {
      const reading = await read(system, { target, plan });
      if (reading) readings.set(system, [...(readings.get(system) ?? []), reading]);
    }
  }
  return [...readings].map(([system, of]) => ({
    system,
    p50Ms: median(of.map(({ p50Ms }) => p50Ms)),
    p95Ms: median(of.map(({ p95Ms }) => p95Ms)),
  }));
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
    const sample = await plan.generator.run({ ...job, measureMs: plan.aloneMs });
    plan.say(
      `${system} alone: p50 ${sample.p50Ms.toFixed(1)} ms, p95 ${sample.p95Ms.toFixed(1)} ms`,
    );
    return sample.answered > 0 && sample.failed === 0 ? sample : undefined;
  } catch (error) {
    plan.onFailure(system, error);
    return undefined;
  }
}
