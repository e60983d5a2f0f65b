import { join } from 'node:path';
import { choosePort, freePort, isPortFree } from '../ports';
import { readJson, writeAtomically } from '../processes/files';
import type { Report } from '../progress';

export type Ports = Readonly<Record<PortName, number>>;

const PORT_NAMES = [
  'frontend',
  'webUi',
  'frontendHttp',
  'frontendMembership',
  'matching',
  'matchingMembership',
  'history',
  'historyMembership',
  'worker',
  'workerMembership',
] as const;
type PortName = (typeof PORT_NAMES)[number];

export interface PortChoice {
  readonly dataFolder: string;
  /** `preferred`: those that Temporal's documentation names; `free`: any, for servers that live beside others. */
  readonly style: 'preferred' | 'free';
  readonly report: Report;
}

const PREFERRED: Partial<Record<PortName, { port: number; name: string }>> = {
  frontend: { port: 7233, name: 'Temporal' },
  webUi: { port: 8233, name: 'Temporal Web UI' },
};

/**
 * The ports of last time where they are still free. A server that comes back under the same addresses takes its old
 * place at once; under new ones it waits until its former self is forgotten.
 */
export async function choosePorts(choice: PortChoice): Promise<Ports> {
  const file = join(choice.dataFolder, 'temporal', 'ports.json');
  const remembered = readJson<Partial<Record<PortName, number>>>(file) ?? {};
  const ports: Partial<Record<PortName, number>> = {};
  for (const name of PORT_NAMES) ports[name] = await choose(name, remembered[name], choice);
  writeAtomically(file, JSON.stringify(ports));
  return ports as Ports;
}

async function choose(
  name: PortName,
  last: number | undefined,
  choice: PortChoice,
): Promise<number> {
  const wish = PREFERRED[name];
  if (wish !== undefined && choice.style === 'preferred') {
    return choosePort({ name: wish.name, preferred: last ?? wish.port, report: choice.report });
  }
  return last !== undefined && (await isPortFree(last)) ? last : freePort();
}
