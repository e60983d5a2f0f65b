import { API_P95_MS, HELD_SHARE, type RampPlan } from './plan';
import type { Stretch } from './spender';

/** How the rate that is held was found. */
export interface Ramp {
  readonly steps: readonly Stretch[];
  /** The fastest step that was good, calls a second; undefined when not even the first was. */
  readonly sustainable: number | undefined;
  readonly held: number;
}

/** A step that was disturbed gets another chance; a rate that is too high fails twice. */
const TRIES = 2;

/**
 * Raises the rate step by step until a step is too slow or fails, and takes a share of the last good one.
 * Without a good step the share is of the first.
 */
export async function findRate(
  plan: RampPlan,
  run: (perSecond: number, ms: number) => Promise<Stretch>,
): Promise<Ramp> {
  const steps: Stretch[] = [];
  let sustainable: number | undefined;
  for (let rate = plan.firstPerSecond; rate <= plan.mostPerSecond; rate *= plan.factor) {
    const perSecond = Math.round(rate);
    if (!(await isGood(() => run(perSecond, plan.stepMs), steps))) break;
    sustainable = perSecond;
  }
  const held = Math.max(1, Math.floor((sustainable ?? plan.firstPerSecond) * HELD_SHARE));
  return { steps, sustainable, held };
}

async function isGood(step: () => Promise<Stretch>, steps: Stretch[]): Promise<boolean> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const stretch = await step();
    steps.push(stretch);
    if (stretch.failed === 0 && stretch.latency.p95Ms <= API_P95_MS) return true;
  }
  return false;
}
