import type { FleetPlan } from '.';
import type { Drained } from './storm';

/** What the worker held in memory when so many subscriptions were asleep. */
export interface MemorySample {
  readonly subscriptions: number;
  /** Undefined where the system does not tell. */
  readonly megabytes: number | undefined;
}

export interface SubscriptionResults {
  readonly plan: FleetPlan;
  readonly date: string;
  readonly machine: string;
  readonly memory: readonly MemorySample[];
  readonly empty: Drained;
  /** Workflows of a subscription's shape that have nothing done. */
  readonly turns: Drained;
  readonly renewals: Drained;
  /** With the worker killed half-way. */
  readonly restarted: Drained;
}

const LEAST_SHARE = 0.8;
/** Memory is flat when the last tenths of the fleet cost no more than this. */
const MOST_GROWTH = 1.1;

/** The run as Markdown. */
export function subscriptionReport(results: SubscriptionResults): string {
  const { plan, date, machine, memory, empty, turns, renewals, restarted } = results;
  const shareOf = (drained: Drained) => rateOf(drained) / rateOf(empty);
  const share = shareOf(renewals);
  const growth = growthOf(memory);
  return [
    `Measured on ${date}: ${machine}. Every fee was taken once.`,
    table(
      ['Due in the same second', 'drained in', 'per second', 'beside empty workflows'],
      [
        rowOf('empty workflows that only wake', empty, 1),
        rowOf('workflows that wake, have nothing done, show it, sleep on', turns, shareOf(turns)),
        rowOf('renewals from the wallet', renewals, share),
        rowOf('renewals, the worker killed half-way', restarted, shareOf(restarted)),
      ],
    ),
    table(
      ['Subscriptions asleep', 'worker, MB'],
      memory.map(({ subscriptions, megabytes }) => [
        String(subscriptions),
        String(megabytes ?? '?'),
      ]),
    ),
    table(
      ['Target', 'Measured', 'Met'],
      [
        [
          `renewals ≥ ${LEAST_SHARE} × the rate of empty workflows`,
          `${share.toFixed(2)} ×`,
          mark(share >= LEAST_SHARE),
        ],
        [
          `memory flat at ${plan.sleepers} sleepers with ${plan.maxCachedWorkflows} cached workflows (last half ≤ ${MOST_GROWTH} ×)`,
          growth === undefined ? 'not told' : `${growth.toFixed(2)} ×`,
          growth === undefined ? '' : mark(growth <= MOST_GROWTH),
        ],
      ],
    ),
  ]
    .join('\n\n')
    .concat('\n');
}

/** How much more the worker holds at the end than when half of the fleet was asleep. */
export function growthOf(memory: readonly MemorySample[]): number | undefined {
  const whole = memory.at(-1);
  const half = memory.find(({ subscriptions }) => subscriptions * 2 >= (whole?.subscriptions ?? 0));
  if (!whole?.megabytes || !half?.megabytes) return undefined;
  return whole.megabytes / half.megabytes;
}

export function rateOf({ count, seconds }: Drained): number {
  return count / seconds;
}

function rowOf(title: string, drained: Drained, share: number): string[] {
  return [
    `${drained.count} ${title}`,
    `${drained.seconds.toFixed(1)} s`,
    rateOf(drained).toFixed(0),
    `${share.toFixed(2)} ×`,
  ];
}

function mark(isMet: boolean): string {
  return isMet ? 'yes' : 'no';
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
