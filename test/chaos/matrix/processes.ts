import { join } from 'node:path';
import type { MockProvider } from '../../../sandbox/mock-provider/server';
import type { TelegramSandbox } from '../../../sandbox/telegram/server';
import type { Supervisor } from '../../../src/embedded/processes';
import type { TemporalServer } from '../../../src/embedded/temporal';
import { processesOf } from '../../../src/main/dev-processes';
import { TEST_SECRETS } from '../../support/secrets';
import { BOT_TOKEN } from '../../support/stack';
import { httpLink } from './links/http-link';
import type { Link } from './links/link';
import { postgresLink } from './links/postgres-link';
import { temporalLink } from './links/temporal-link';
import type { Wire } from './subject';
import type { Watch } from './watch';

const COMPILED = join(__dirname, '..', '..', '..', 'dist');

const OURS = ['worker', 'server', 'bot'] as const;
type Ours = (typeof OURS)[number];

/** Nobody sleeps, nobody calls too often, and secrets are those with which the flows sign. */
const OVERRIDES = {
  QUIET_HOURS: '00:00-00:00',
  RATE_LIMIT_CALLS: '100000',
  TELEGRAM_BOT_TOKEN: BOT_TOKEN,
  LOG_LEVEL: 'info',
  API_KEY_PEPPER: TEST_SECRETS.apiKeyPepper,
  DATA_KEY: TEST_SECRETS.dataKey,
} as const;

interface Places {
  readonly supervisor: Supervisor;
  readonly watch: Watch;
  readonly databaseUrl: string;
  readonly temporal: TemporalServer;
  readonly mock: MockProvider;
  readonly telegram: TelegramSandbox;
  readonly httpPort: number;
}

/** Starts worker, server and bot as they are compiled, each behind wires of its own. */
export async function startOurs(places: Places): Promise<Map<Wire, Link>> {
  const links = new Map<Wire, Link>();
  for (const name of OURS) {
    const wires = await wiresOf(name, places);
    for (const [wire, link] of wires) links.set(wire, link);
    await start(name, places, (wire) => `127.0.0.1:${wires.get(wire)?.port}`);
  }
  return links;
}

async function start(name: Ours, places: Places, address: (wire: Wire) => string): Promise<void> {
  const { supervisor, databaseUrl, temporal, mock, telegram, httpPort } = places;
  const { dataFolder } = supervisor;
  const bank = name === 'worker' ? { MOCK_PROVIDER_URL: `http://${address('worker→bank')}` } : {};
  const chat =
    name === 'server' ? {} : { TELEGRAM_API_ROOT: `http://${address(`${name}→Telegram`)}` };
  const definitions = processesOf(
    {
      databaseUrl: databaseUrl.replace(/127\.0\.0\.1:\d+/, address(`${name}→PostgreSQL`)),
      temporal: { ...temporal, address: address(`${name}→Temporal`) },
      ports: { telegram: portOf(telegram.apiRoot), mock: mock.port, http: httpPort },
    },
    {
      ...{ dataFolder, compiledFolder: COMPILED, outside: {} },
      overrides: { ...OVERRIDES, ...bank, ...chat },
    },
  );
  const definition = definitions.find((one) => one.name === name);
  if (!definition) throw new Error(`there is no process ${name}`);
  await supervisor.start(definition);
}

/** The wires by which a process reaches the others. */
async function wiresOf(
  name: Ours,
  { watch, databaseUrl, temporal, mock, telegram }: Places,
): Promise<Map<Wire, Link>> {
  const wires = new Map<Wire, Link>();
  const toPostgres = `${name}→PostgreSQL` as const;
  const toTemporal = `${name}→Temporal` as const;
  wires.set(toPostgres, await postgresLink(toPostgres, { watch, port: portOf(databaseUrl) }));
  wires.set(
    toTemporal,
    await temporalLink(toTemporal, { watch, port: portOf(`http://${temporal.address}`) }),
  );
  if (name === 'server') return wires;
  const toTelegram = `${name}→Telegram` as const;
  wires.set(toTelegram, await httpLink(toTelegram, { watch, target: telegram.apiRoot }));
  if (name === 'bot') return wires;
  const target = `http://127.0.0.1:${mock.port}`;
  return wires.set('worker→bank', await httpLink('worker→bank', { watch, target }));
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}
