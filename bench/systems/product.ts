import { freePorts } from '../../src/embedded/ports';
import { processesOf, SANDBOX_TOKEN } from '../../src/main/dev-processes';
import { FIRST_USER } from '../seed';
import { COMPILED } from '../servers';
import type { Field, Target } from '.';
import { SPEND_UTOK } from './ledger';

/** One of several products that are measured beside each other. */
export interface Variant {
  /** Behind the names of its processes, so that none replaces another's. */
  readonly suffix: string;
  readonly processes: readonly ('worker' | 'server')[];
  readonly settings: Readonly<Record<string, string>>;
}

const WHOLE: Variant = { suffix: '', processes: ['worker', 'server'], settings: {} };

/** A busy machine starts slowly; what dies while it is measured stays dead. */
const PATIENT = { readyWithinMs: 180_000, restarts: false };

/** The product's server and worker as `npm start` runs them. */
export async function startProduct(field: Field, variant = WHOLE): Promise<Target> {
  const { servers, temporal, databaseUrl } = field;
  const [telegram = 0, mock = 0, http = 0] = await freePorts(3);
  const plan = {
    dataFolder: servers.dataFolder,
    compiledFolder: COMPILED,
    outside: {},
    overrides: {
      ...{ TELEGRAM_BOT_TOKEN: SANDBOX_TOKEN, RATE_LIMIT_CALLS: '1000000000' },
      ...variant.settings,
    },
  };
  const processes = processesOf({ databaseUrl, temporal, ports: { telegram, mock, http } }, plan);
  const wanted: readonly string[] = variant.processes;
  for (const one of processes.filter(({ name }) => wanted.includes(name))) {
    const name = `${one.name}${variant.suffix}`;
    await servers.supervisor.start({ ...one, ...PATIENT, name });
  }
  return {
    url: `http://127.0.0.1:${http}`,
    keyHeader: 'idempotency-key',
    firstUser: FIRST_USER,
    users: field.users,
    path: '/api/v1/users/{n}/spend',
    headers: { authorization: `Bearer ${field.seeded.apiKey}` },
    body: JSON.stringify({
      amount: String(SPEND_UTOK / 1_000_000),
      description: 'One request of a benchmark',
    }),
  };
}
