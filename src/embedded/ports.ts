import { createServer } from 'node:net';
import type { Report } from './progress';

const LOOPBACK = '127.0.0.1';
/** Below the range from which Linux and macOS take the ports of outgoing connections, so nothing drifts into a chosen port. */
const LOWEST = 20_000;
const HIGHEST = 32_000;
const handedOut = new Set<number>();

export async function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: LOOPBACK, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** A port nobody listens on and which this process has not handed out before. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    if (handedOut.has(port) || !(await isPortFree(port))) continue;
    handedOut.add(port);
    return port;
  }
  throw new Error(
    `No free port between ${LOWEST} and ${HIGHEST}; stop some of the programs that listen there`,
  );
}

export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) ports.push(await freePort());
  return ports;
}

export interface PortWish {
  /** What the port is for, as a person says it: "Temporal Web UI". */
  readonly name: string;
  readonly preferred: number;
  readonly report: Report;
}

/** The preferred port, or a free one, said aloud, when somebody else has it. */
export async function choosePort(wish: PortWish): Promise<number> {
  if (await isPortFree(wish.preferred)) {
    handedOut.add(wish.preferred);
    return wish.preferred;
  }
  const port = await freePort();
  wish.report(`Port ${wish.preferred} is taken; ${wish.name} uses ${port} instead`);
  return port;
}
