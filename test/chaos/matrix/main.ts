import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PROJECT_ROOT } from '../../support/servers/places';
import { FLOW_NAMES, type FlowName } from './flows';
import { redRuns, runMatrix, type MatrixWish } from './matrix';
import { tableOf, writeTable } from './page';
import { VICTIMS, type Victim } from './plan';
import { Results } from './results';

const EVERY = 8;

const OPTIONS = {
  flow: { type: 'string' },
  victim: { type: 'string' },
  at: { type: 'string', multiple: true },
  every: { type: 'string' },
  seed: { type: 'string' },
  minutes: { type: 'string' },
  stacks: { type: 'string' },
  list: { type: 'boolean', default: false },
  resume: { type: 'boolean', default: false },
  write: { type: 'boolean', default: false },
  /** How a run calls its other stacks: `1/2` of this run. */
  share: { type: 'string' },
  run: { type: 'string' },
} as const;

type Values = ReturnType<typeof valuesOf>;

function valuesOf(args: readonly string[]) {
  return parseArgs({ args: [...args], options: OPTIONS }).values;
}

/** `npm run chaos`: strikes, tells, and ends with 1 when anything was not as in the undisturbed run. */
export async function chaos(args: readonly string[]): Promise<number> {
  const values = valuesOf(args);
  const run = values.run ?? new Date().toISOString().replace(/[:.]/g, '-');
  const [index = 0, count = 1] = (values.share ?? `0/${values.stacks ?? 1}`).split('/').map(Number);
  const isFirst = index === 0;
  const others = isFirst ? Array.from({ length: count - 1 }, (_, one) => one + 1) : [];
  const beside = others.map((one) => startBeside([...args, '--share', `${one}/${count}`], run));
  const results = new Results(run, index);
  const prefix = count > 1 ? `[${index + 1}/${count}] ` : '';
  const say = (line: string) => void process.stdout.write(`${prefix}${line}\n`);
  const wish = { ...wishOf(values), share: { index, count }, results, say };
  const { verdicts, moments } = await runMatrix(wish);
  const codes = await Promise.all(beside);
  if (values.list || !isFirst) return redRuns(verdicts).length === 0 ? 0 : 1;
  const found = results.found(values.resume ? 'all' : 'this run');
  const table = tableOf({ ...found, moments });
  if (values.write) writeTable(table);
  say(`\n${table}`);
  redRuns(verdicts).forEach(say);
  return redRuns(verdicts).length === 0 && codes.every((code) => code === 0) ? 0 : 1;
}

function wishOf(values: Values): Omit<MatrixWish, 'results' | 'say' | 'share'> {
  return {
    flows: chosen('flow', values.flow, FLOW_NAMES),
    victims: chosen('victim', values.victim, VICTIMS),
    every: values.at === undefined ? Number(values.every ?? EVERY) : 1,
    seed: Number(values.seed ?? 1),
    at: values.at,
    minutes: values.minutes === undefined ? undefined : Number(values.minutes),
    isResumed: values.resume,
    isOnlyListed: values.list,
  };
}

/** Another stack of the same run, in a process of its own; resolves with how it ended. */
async function startBeside(args: readonly string[], run: string): Promise<number> {
  const script = join(PROJECT_ROOT, 'scripts', 'chaos.mjs');
  const child = spawn(process.execPath, [script, ...args, '--run', run], { stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

function chosen<T extends FlowName | Victim>(
  option: string,
  given: string | undefined,
  all: readonly T[],
): readonly T[] {
  if (given === undefined) return all;
  const wanted = given.split(',');
  const unknown = wanted.filter((name) => !all.some((one) => one === name));
  if (unknown.length > 0) {
    throw new Error(`--${option} ${unknown.join(', ')} is unknown; there are ${all.join(', ')}`);
  }
  return all.filter((name) => wanted.includes(name));
}
