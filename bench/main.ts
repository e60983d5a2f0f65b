import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runChat } from './chat';
import { CROWD, crowdOf, GATHERING, HANDFUL } from './chat/plan';
import { chatReport, isSound } from './chat/report';
import { runCodec, type CodecPlan } from './codec';
import { codecReport } from './codec/report';
import { replacedBetween, reportOf } from './report/markdown';
import { runPlan, type Plan } from './run';
import { ROOT } from './servers';
import { runSubscriptions, type FleetPlan } from './subscriptions';
import { subscriptionReport } from './subscriptions/report';
import type { SystemName } from './systems';

const ALL: readonly SystemName[] = ['product', 'empty', 'sql', 'dbos', 'restate'];
const LEVELS = [1, 20, 100, 500];

const WHOLE: Plan = {
  systems: ALL,
  users: 10_000,
  pace: { levels: LEVELS, repetitions: 3, warmUpMs: 1_000, measureMs: 4_000 },
  pacedMs: 10_000,
  alone: { rounds: 10, measureMs: 4_000 },
  scale: {
    entries: [1_000, 10_000, 100_000, 1_000_000],
    users: [1, 100, 10_000, 100_000],
    rounds: 30,
  },
};

const SHORT: Plan = {
  ...WHOLE,
  pace: { levels: LEVELS, repetitions: 1, warmUpMs: 1_000, measureMs: 3_000 },
  pacedMs: 5_000,
  alone: { rounds: 4, measureMs: 3_000 },
  scale: { entries: [1_000, 100_000], users: [1, 10_000], rounds: 15 },
};

/** Proves that everything starts and answers; its numbers say nothing. */
const SMOKE: Plan = {
  systems: ['product', 'empty', 'sql'],
  users: 10,
  pace: { levels: [1, 4], repetitions: 1, warmUpMs: 200, measureMs: 1_500 },
  pacedMs: 1_000,
  alone: { rounds: 1, measureMs: 1_000 },
  scale: { entries: [100], users: [10], rounds: 1 },
};

const FLEET: FleetPlan = {
  ...{ sleepers: 10_000, due: 2_000, leadMs: 120_000, maxCachedWorkflows: 1_000 },
};
const SOME: FleetPlan = { sleepers: 1_500, due: 300, leadMs: 30_000, maxCachedWorkflows: 200 };
const FEW: FleetPlan = { sleepers: 60, due: 20, leadMs: 8_000, maxCachedWorkflows: 20 };

const SEALING: CodecPlan = {
  ...{ users: 10_000, rounds: 8, warmUpMs: 500, measureMs: 4_000, concurrency: 100 },
};
const SOME_SEALING: CodecPlan = { ...SEALING, rounds: 4, measureMs: 3_000 };
const LITTLE_SEALING: CodecPlan = {
  ...{ users: 10, rounds: 1, warmUpMs: 200, measureMs: 1_500, concurrency: 4 },
};

/**
 * `spend` measures spends and their cost by size, `scale` only the latter, `subscriptions` those that sleep, `chat` a
 * crowd, `codec` what encryption costs.
 */
async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      short: { type: 'boolean', default: false },
      smoke: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      only: { type: 'string' },
      levels: { type: 'string' },
      users: { type: 'string' },
      minutes: { type: 'string' },
      think: { type: 'string' },
    },
  });
  if (positionals[0] === 'subscriptions') return measureSubscriptions(values);
  if (positionals[0] === 'chat') return measureChat(values);
  if (positionals[0] === 'codec') return measureCodec(values);
  const plan = narrowed(values.smoke ? SMOKE : values.short ? SHORT : WHOLE, values);
  const isScale = positionals[0] === 'scale';
  const { results, facts } = await runPlan(isScale ? { ...plan, systems: [] } : plan, say);
  const text = reportOf(results, facts);
  say(`\n${text}`);
  if (values.write) writeInto(isScale ? 'scale' : 'results', text);
  if (facts.failures.size > 0) process.exitCode = 1;
}

interface Wish {
  readonly smoke: boolean;
  readonly short: boolean;
  readonly write: boolean;
}

/** Sleeping subscriptions and renewals that are due at once. */
async function measureSubscriptions(wish: Wish): Promise<void> {
  const plan = wish.smoke ? FEW : wish.short ? SOME : FLEET;
  const text = subscriptionReport(await runSubscriptions(plan, say));
  say(`\n${text}`);
  if (wish.write) writeInto('subscriptions', text);
}

/** People who buy and spend in the chat and through the API; fails when anything that has to be true is not. */
async function measureChat(wish: Wish & Parameters<typeof crowdOf>[1]): Promise<void> {
  const plan = wish.smoke ? HANDFUL : wish.short ? GATHERING : crowdOf(CROWD, wish);
  const results = await runChat(plan, say);
  const text = chatReport(results);
  say(`\n${text}`);
  if (wish.write) writeInto('chat', text);
  if (!isSound(results)) process.exitCode = 1;
}

/** Spends with and without encrypted payloads. */
async function measureCodec(wish: Wish): Promise<void> {
  const plan = wish.smoke ? LITTLE_SEALING : wish.short ? SOME_SEALING : SEALING;
  const text = codecReport(await runCodec(plan, say));
  say(`\n${text}`);
  if (wish.write) writeInto('codec', text);
}

function writeInto(name: string, text: string): void {
  const page = join(ROOT, 'docs', 'performance.md');
  writeFileSync(page, replacedBetween(readFileSync(page, 'utf8'), name, text));
}

/** `--only product,sql --levels 100` for a closer look; sizes are left out then. */
function narrowed(plan: Plan, { only, levels }: { only?: string; levels?: string }): Plan {
  if (only === undefined && levels === undefined) return plan;
  const wanted = only?.split(',');
  return {
    ...plan,
    systems: wanted ? ALL.filter((name) => wanted.includes(name)) : plan.systems,
    pace: { ...plan.pace, levels: levels?.split(',').map(Number) ?? plan.pace.levels },
    scale: undefined,
  };
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

// Kept connections of what was measured would hold the process open; its result is printed by now.
main().then(
  () => process.exit(),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
