import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { replacedBetween } from '../../../bench/report/markdown';
import { PROJECT_ROOT } from '../../support/servers/places';
import { rehearse, type Step } from './course';

const PAGE = join(PROJECT_ROOT, 'docs', 'operations.md');

/**
 * `npm run upgrade:rehearse`: lives through the upgrade from a release that was checked out and built, tells each step as
 * it is done, and ends with 1 at the first that fails.
 */
export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      folder: { type: 'string' },
      name: { type: 'string' },
      into: { type: 'string' },
      write: { type: 'boolean', default: false },
    },
  });
  const { folder = '', name = '', into = '' } = values;
  const hasBuilds = existsSync(join(folder, 'workflows', 'versions.ts'));
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  const steps: Step[] = [];
  const tell = (step: Step) => {
    steps.push(step);
    say(`${step.what}: ${step.result}`);
  };
  try {
    await rehearse({ folder, hasBuilds, tell });
  } catch (error) {
    say(`The upgrade from ${name} failed after ${steps.length} steps.`);
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return 1;
  }
  if (values.write) {
    const text = pageOf(steps, { name, into });
    writeFileSync(PAGE, replacedBetween(readFileSync(PAGE, 'utf8'), 'rehearsal', text));
  }
  say(`The upgrade from ${name} works.`);
  return 0;
}

function pageOf(steps: readonly Step[], { name, into }: { name: string; into: string }): string {
  const rows = steps.map(({ what, result }) => `| ${what} | ${result} |`);
  const date = new Date().toISOString().slice(0, 10);
  const lead = `Rehearsed on ${date} by \`npm run upgrade:rehearse -- ${name} --write\`, into ${into}:`;
  return [lead, '', '| Step | Result |', '| --- | --- |', ...rows, ''].join('\n');
}
