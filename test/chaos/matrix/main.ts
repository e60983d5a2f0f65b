import { parseArgs } from 'node:util';
import { FLOW_NAMES, type FlowName } from './flows';
import { runMatrix } from './matrix';
import { VICTIMS, type Choice, type Victim } from './plan';
import { writeTable } from './page';
import { reportOf } from './wave';

const EVERY = 8;

/** `npm run chaos`: strikes, tells, and ends with 1 when anything was not as in the undisturbed run. */
export async function chaos(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      flow: { type: 'string' },
      victim: { type: 'string' },
      at: { type: 'string' },
      every: { type: 'string' },
      seed: { type: 'string' },
      list: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
    },
  });
  const choice: Choice = {
    flows: chosen('flow', values.flow, FLOW_NAMES),
    victims: chosen('victim', values.victim, VICTIMS),
    every: values.at === undefined ? Number(values.every ?? EVERY) : 1,
    seed: Number(values.seed ?? 1),
  };
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  const at = values.at === undefined ? {} : { at: values.at };
  const result = await runMatrix({ ...choice, ...at, say, isOnlyListed: values.list });
  if (values.list) return 0;
  const table = writeTable(result, { ...choice, isWritten: values.write });
  say(`\n${table}`);
  const red = result.verdicts.filter(({ violations }) => violations.length > 0);
  for (const one of red) say(reportOf(one));
  return red.length === 0 ? 0 : 1;
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
