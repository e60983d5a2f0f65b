import { randomBytes } from 'node:crypto';
import { defaultPayloadConverter } from '@temporalio/common';
import postgres from 'postgres';
import { createPayloadCodec } from '../../src/payloads/codec';
import { startLoadGenerator, type LoadGenerator } from '../load';
import { describeMachine } from '../machine';
import { seed } from '../seed';
import { prepareDatabase, startServers, type Servers } from '../servers';
import { median, type Sample } from '../statistics';
import type { Target } from '../systems';
import { startProduct } from '../systems/product';
import { requireSealing } from './proof';

/** How long, how often and under which loads spends with and without encryption are measured. */
export interface CodecPlan {
  readonly users: number;
  readonly rounds: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
  /** Callers of the heavier load. */
  readonly concurrency: number;
}

export const VARIANTS = ['plain', 'sealed'] as const;
export type VariantName = (typeof VARIANTS)[number];

export const LOADS = ['alone', 'crowded'] as const;
export type Load = (typeof LOADS)[number];

/** Medians over the rounds, and of the ratios of rounds: both sides of a ratio were measured one after the other. */
export interface CodecCell {
  readonly load: Load;
  readonly sides: Readonly<Record<VariantName, Side>>;
  readonly ratios: { readonly p50: number; readonly p95: number; readonly perSecond: number };
}

export interface Side {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
}

/** What sealing and opening cost by themselves. */
export interface SealingCost {
  readonly bytes: number;
  readonly microseconds: number;
}

export interface CodecResults {
  readonly plan: CodecPlan;
  readonly date: string;
  readonly machine: string;
  readonly cells: readonly CodecCell[];
  readonly sealing: readonly SealingCost[];
}

type Say = (line: string) => void;

/** Two servers of the product beside each other, one of which encrypts; asked in turns. */
export async function runCodec(plan: CodecPlan, say: Say): Promise<CodecResults> {
  const servers = await startServers(say);
  const generator = startLoadGenerator();
  try {
    const targets = await startBoth(servers, plan);
    const cells: CodecCell[] = [];
    for (const load of LOADS) {
      cells.push(await measure(load, { plan, generator, targets: targets.targets, say }));
    }
    await requireSealing(targets.temporal, QUEUES);
    const sql = postgres(servers.postgres.adminUrl, { max: 1 });
    const machine = await describeMachine(sql);
    await sql.end();
    const date = new Date().toISOString().slice(0, 16).replace('T', ' ');
    return { plan, date, machine, cells, sealing: await sealingCosts() };
  } finally {
    generator.close();
    await servers.stop();
  }
}

const QUEUES: Readonly<Record<VariantName, string>> = {
  plain: 'codec-plain',
  sealed: 'codec-sealed',
};

type Targets = Readonly<Record<VariantName, Target>>;

async function startBoth(servers: Servers, plan: CodecPlan) {
  const temporal = await servers.startTemporal();
  const start = async (name: VariantName): Promise<Target> => {
    const databaseUrl = await servers.makeDatabase(name);
    await prepareDatabase(databaseUrl);
    const seeded = await seed({
      adminUrl: servers.postgres.urlOf(name),
      users: plan.users,
      earlierSpends: 0,
      pepper: 'sandbox-pepper-that-guards-nothing',
    });
    const keys = name === 'sealed' ? `bench:${randomBytes(32).toString('base64')}` : '';
    return startProduct(
      { servers, temporal, databaseUrl, seeded, users: plan.users },
      {
        suffix: `-${name}`,
        processes: ['server'],
        settings: { TEMPORAL_TASK_QUEUE: QUEUES[name], PAYLOAD_KEYS: keys },
      },
    );
  };
  const targets: Targets = { plain: await start('plain'), sealed: await start('sealed') };
  return { temporal, targets };
}

interface Measuring {
  readonly plan: CodecPlan;
  readonly generator: LoadGenerator;
  readonly targets: Targets;
  readonly say: Say;
}

/** Rounds go over both sides and begin with either in turn, so that a disturbance or a drift hits both alike. */
async function measure(load: Load, measuring: Measuring): Promise<CodecCell> {
  const { plan, say } = measuring;
  const samples: Record<VariantName, Sample[]> = { plain: [], sealed: [] };
  for (let round = 0; round <= plan.rounds; round += 1) {
    for (const name of round % 2 === 0 ? VARIANTS : [...VARIANTS].reverse()) {
      const sample = await ask(load, name, measuring);
      say(`${load}, round ${round}, ${name}: p50 ${sample.p50Ms.toFixed(1)} ms`);
      // The first round warms up.
      if (round > 0) samples[name].push(sample);
    }
  }
  return { load, sides: sidesOf(samples), ratios: ratiosOf(samples) };
}

/** Far enough apart that whatever one spend left to do is done when the next one comes. */
const ALONE = { concurrency: 2, perSecond: 5 };

async function ask(
  load: Load,
  name: VariantName,
  { plan, generator, targets }: Measuring,
): Promise<Sample> {
  const { warmUpMs, measureMs, concurrency } = plan;
  const how = load === 'alone' ? ALONE : { concurrency };
  const sample = await generator.run({ ...targets[name], ...how, warmUpMs, measureMs });
  if (sample.answered === 0 || sample.failed > 0)
    throw new Error(`${name}: ${sample.answered} answered, ${sample.failed} failed`);
  return sample;
}

function sidesOf(samples: Readonly<Record<VariantName, readonly Sample[]>>): CodecCell['sides'] {
  const side = (of: readonly Sample[]): Side => ({
    perSecond: median(of.map(rateOf)),
    p50Ms: median(of.map(({ p50Ms }) => p50Ms)),
    p95Ms: median(of.map(({ p95Ms }) => p95Ms)),
  });
  return { plain: side(samples.plain), sealed: side(samples.sealed) };
}

/** Sealed to plain, round by round. */
function ratiosOf({
  plain,
  sealed,
}: Readonly<Record<VariantName, readonly Sample[]>>): CodecCell['ratios'] {
  const ratio = (of: (sample: Sample) => number): number =>
    median(sealed.flatMap((one, round) => (plain[round] ? of(one) / of(plain[round]) : [])));
  return {
    p50: ratio(({ p50Ms }) => p50Ms),
    p95: ratio(({ p95Ms }) => p95Ms),
    perSecond: ratio(rateOf),
  };
}

function rateOf({ answered, seconds }: Sample): number {
  return answered / seconds;
}

const SEALINGS = 2_000;

/** A payload of a spend, and one of a batch of a hundred, there and back again. */
async function sealingCosts(): Promise<SealingCost[]> {
  const codec = createPayloadCodec([{ id: 'bench', secret: randomBytes(32) }]);
  const costs: SealingCost[] = [];
  for (const bytes of [600, 60_000]) {
    const payload = defaultPayloadConverter.toPayload('x'.repeat(bytes));
    if (payload === undefined) throw new Error('text is a payload');
    const repeat = async (times: number): Promise<void> => {
      for (let n = 0; n < times; n += 1) await codec.decode(await codec.encode([payload]));
    };
    await repeat(SEALINGS / 4);
    const startedAt = performance.now();
    await repeat(SEALINGS);
    costs.push({ bytes, microseconds: ((performance.now() - startedAt) * 1000) / SEALINGS });
  }
  return costs;
}
