import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { latencyOf, type Latency } from './record';
import { Wire } from './wire';

/** What the parts cost by themselves, asked again and again while the crowd is at it. */
export interface Floors {
  /** Started eagerly and answered with its result. */
  readonly emptyWorkflow: Latency;
  /** The transaction of one spend, on the same PostgreSQL. */
  readonly transaction: Latency;
  /** One call of the Bot API that does nothing. */
  readonly sandbox: Latency;
}

export interface FloorProbes {
  readonly emptyUrl: string;
  readonly botApiUrl: string;
  /** One spend of somebody who is not of the crowd, in a database of its own. */
  readonly spend: () => Promise<unknown>;
}

/** Asks each part in turn, until told to stop; gives what it saw. */
export function probeFloors(probes: FloorProbes, everyMs: number): () => Promise<Floors> {
  const wire = new Wire();
  const emptyWorkflow = new Probe(() => askEmpty(wire, probes.emptyUrl));
  const transaction = new Probe(probes.spend);
  const sandbox = new Probe(() => wire.post(`${probes.botApiUrl}/getMe`, {}));
  const stopping = new AbortController();
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      for (const probe of [emptyWorkflow, transaction, sandbox]) await probe.ask();
      await sleep(everyMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const running = run();
  return async () => {
    stopping.abort();
    await running;
    wire.close();
    return {
      emptyWorkflow: emptyWorkflow.latency,
      transaction: transaction.latency,
      sandbox: sandbox.latency,
    };
  };
}

/** A part that is away has no time; the crowd's own failures tell of it. */
class Probe {
  private readonly times: number[] = [];

  constructor(private readonly question: () => Promise<unknown>) {}

  async ask(): Promise<void> {
    const askedAt = performance.now();
    const isGood = await this.question().then(
      () => true,
      () => false,
    );
    if (isGood) this.times.push(performance.now() - askedAt);
  }

  get latency(): Latency {
    return latencyOf(this.times);
  }
}

async function askEmpty(wire: Wire, url: string): Promise<void> {
  const headers = { 'content-type': 'application/json', 'idempotency-key': randomUUID() };
  const { status } = await wire.ask({
    method: 'POST',
    url: `${url}/users/1/spend`,
    headers,
    body: '{}',
  });
  if (status !== 200) throw new Error(`the empty workflow answers ${status}`);
}
