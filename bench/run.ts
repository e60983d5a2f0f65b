import { loadavg } from 'node:os';
import postgres from 'postgres';
import { measureAlone, type AloneCell, type AlonePace } from './alone';
import { watchBatches } from './batches';
import { startLoadGenerator, type LoadGenerator } from './load';
import { describeMachine, watchIdle } from './machine';
import { httpRunner, measureAll, type Cell, type Pace, type Runner } from './measure';
import type { RunFacts } from './report/markdown';
import type { Results } from './report/targets';
import { measureScale, type ScalePlan } from './scale';
import { seed } from './seed';
import { prepareDatabase, startServers, type Servers } from './servers';
import { loadLedger } from './systems/direct';
import { openLedger } from './systems/ledger';
import { ledgerPlace, SYSTEMS, type Field, type SystemName, type Target } from './systems';

/** What one run measures, and how long it takes. */
export interface Plan {
  readonly systems: readonly SystemName[];
  readonly users: number;
  readonly pace: Pace;
  /** Length of the measurement at fifty requests a second; zero leaves it out. */
  readonly pacedMs: number;
  /** Requests that come alone. */
  readonly alone: AlonePace;
  readonly scale: ScalePlan | undefined;
}

export interface Outcome {
  readonly results: Results;
  readonly facts: RunFacts;
}

type Say = (line: string) => void;

/** Starts everything, measures, stops everything. A system that fails is reported and left out. */
export async function runPlan(plan: Plan, say: Say): Promise<Outcome> {
  const servers = await startServers(say);
  try {
    const failures = new Map<string, string>();
    const onFailure = (system: string, error: unknown): void => {
      failures.set(system, error instanceof Error ? error.message : String(error));
      say(`${system} FAILED: ${String(failures.get(system))}`);
    };
    const loadBefore = loadavg()[0] ?? 0;
    const spends =
      plan.systems.length === 0
        ? undefined
        : await measureSpends(servers, plan, { say, onFailure });
    const { scale: sizes } = plan;
    const scale = sizes === undefined ? [] : await measureScale(servers, sizes, say);
    const sql = postgres(servers.postgres.adminUrl, { max: 1 });
    const machine = await describeMachine(sql);
    await sql.end();
    const { repetitions, measureMs } = plan.pace;
    const { cells = [], pacedP95Ms, alone = [] } = spends ?? {};
    return {
      results: { cells, pacedP95Ms, alone, scale },
      facts: {
        date: new Date().toISOString().slice(0, 16).replace('T', ' '),
        machine,
        idle: { share: spends?.idleShare ?? 0, load: loadBefore },
        failures,
        ...{ repetitions, seconds: measureMs / 1000 },
      },
    };
  } finally {
    await servers.stop();
  }
}

interface Voices {
  readonly say: Say;
  readonly onFailure: (system: string, error: unknown) => void;
}

interface SpendsMeasured {
  readonly cells: readonly Cell[];
  readonly pacedP95Ms: number | undefined;
  readonly alone: readonly AloneCell[];
  readonly idleShare: number;
}

async function measureSpends(
  servers: Servers,
  plan: Plan,
  voices: Voices,
): Promise<SpendsMeasured> {
  const field = await openField(servers, plan);
  const targets = await startSystems(field, plan, voices);
  const generator = startLoadGenerator();
  const ledger = openLedger(ledgerPlace(field));
  const watch = await watchBatches(field.temporal);
  try {
    const idle = await watchIdle(Math.min(5_000, plan.pace.measureMs));
    const { pace } = plan;
    const direct: Runner[] = targets.has('sql')
      ? [
          {
            system: 'sql-direct',
            levels: pace.levels,
            run: (load) => loadLedger(ledger, plan.users, load),
          },
        ]
      : [];
    const runners = [...direct, ...runnersOf(targets, pace, generator)];
    await warmUp(runners, pace, voices);
    const pacedP95Ms = await measurePaced(targets.get('product'), { plan, generator, ...voices });
    const alone = await measureAlone(targets, { ...plan, generator, ...voices });
    const cells = await measureAll(runners, { pace, watch, ...voices });
    return { cells, pacedP95Ms, alone, idleShare: idle.share };
  } finally {
    generator.close();
    await watch.close();
    await ledger.close();
  }
}

async function openField(servers: Servers, plan: Plan): Promise<Field> {
  const databaseUrl = await servers.makeDatabase('billing');
  await prepareDatabase(databaseUrl);
  const seeded = await seed({
    adminUrl: servers.postgres.urlOf('billing'),
    users: plan.users,
    earlierSpends: plan.users,
    // The pepper that npm start sets.
    pepper: 'sandbox-pepper-that-guards-nothing',
  });
  const temporal = await servers.startTemporal();
  return { servers, temporal, databaseUrl, seeded, users: plan.users };
}

async function startSystems(
  field: Field,
  plan: Plan,
  { say, onFailure }: Voices,
): Promise<Map<SystemName, Target>> {
  const targets = new Map<SystemName, Target>();
  for (const { name, title, start } of SYSTEMS) {
    if (!plan.systems.includes(name)) continue;
    say(`starting ${title}`);
    try {
      targets.set(name, await start(field));
    } catch (error) {
      onFailure(name, error);
    }
  }
  return targets;
}

function runnersOf(
  targets: ReadonlyMap<SystemName, Target>,
  { levels }: Pace,
  generator: LoadGenerator,
): Runner[] {
  return [...targets].map(([system, target]) =>
    httpRunner({ system, levels: levelsOf(system, levels) }, { target, generator }),
  );
}

/** At 500 concurrent one empty workflow each takes longer than a window lasts. */
function levelsOf(system: SystemName, levels: readonly number[]): readonly number[] {
  return system === 'empty' ? levels.filter((level) => level <= 100) : levels;
}

/** Code is compiled and connections are opened before anything counts. */
async function warmUp(runners: readonly Runner[], pace: Pace, voices: Voices): Promise<void> {
  const concurrency = Math.min(20, Math.max(...pace.levels));
  for (const runner of runners) {
    const load = { concurrency, warmUpMs: pace.warmUpMs, measureMs: pace.measureMs / 2 };
    await runner.run(load).catch((error: unknown) => voices.onFailure(runner.system, error));
  }
}

const PACED_PER_SECOND = 50;

async function measurePaced(
  target: Target | undefined,
  { plan, generator, say, onFailure }: { plan: Plan; generator: LoadGenerator } & Voices,
): Promise<number | undefined> {
  if (target === undefined || plan.pacedMs === 0) return undefined;
  const { warmUpMs } = plan.pace;
  const job = { ...target, concurrency: 100, perSecond: PACED_PER_SECOND, warmUpMs };
  try {
    const sample = await generator.run({ ...job, measureMs: plan.pacedMs });
    say(`product at ${PACED_PER_SECOND} requests a second: p95 ${sample.p95Ms.toFixed(0)} ms`);
    return sample.answered > 0 && sample.failed === 0 ? sample.p95Ms : undefined;
  } catch (error) {
    onFailure('product', error);
    return undefined;
  }
}
