import { createServer, connect as dial, type AddressInfo } from 'node:net';

export interface CountedJourneys {
  /** The database's address by the way that is counted. */
  readonly url: string;
  /** How often somebody asked and waited since the last call: what leaves together is one journey. */
  take(): number;
  close(): Promise<void>;
}

/** Every answer is held back for so long, so that whatever leaves without waiting for it has left by then. */
const HELD_MS = 40;

/** A way to PostgreSQL on which journeys are counted, for one connection at a time. */
export async function countJourneys(url: string): Promise<CountedJourneys> {
  const target = new URL(url);
  let journeys = 0;
  const server = createServer((near) => {
    const far = dial(Number(target.port), target.hostname);
    let isAsking = false;
    near.on('data', (chunk) => {
      if (!isAsking) journeys += 1;
      isAsking = true;
      far.write(chunk);
    });
    far.on('data', (chunk) => {
      setTimeout(() => {
        isAsking = false;
        near.write(chunk);
      }, HELD_MS);
    });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('close', () => other.destroy());
      one.on('error', () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const counted = new URL(url);
  counted.hostname = '127.0.0.1';
  counted.port = String((server.address() as AddressInfo).port);
  return {
    url: counted.href,
    take: () => {
      const taken = journeys;
      journeys = 0;
      return taken;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
