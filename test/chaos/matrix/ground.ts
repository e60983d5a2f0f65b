import { mkdirSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import postgres from 'postgres';
import { v7 } from 'uuid';
import { connect } from '../../../drizzle/client';
import { migrateDatabase } from '../../../drizzle/migrate';
import { seedDatabase } from '../../../drizzle/seeds';
import { startMockProvider, type MockProvider } from '../../../sandbox/mock-provider/server';
import { startTelegramSandbox, type TelegramSandbox } from '../../../sandbox/telegram/server';
import { freePort } from '../../../src/embedded/ports';
import { startPostgres, type EmbeddedPostgres } from '../../../src/embedded/postgres';
import { Supervisor } from '../../../src/embedded/processes';
import { startTemporal } from '../../../src/embedded/temporal';
import { migrationsFolder } from '../../../src/main/migrations';
import { SEARCH_ATTRIBUTES } from '../../../workflows/contract';
import { TEST_DATA } from '../../support/servers/places';
import { BOT_TOKEN } from '../../support/stack';
import { openField, type Field } from './field';
import { httpLink } from './links/http-link';
import type { Link } from './links/link';
import { startOurs } from './processes';
import type { Wire } from './subject';
import { Watch } from './watch';

export const PROCESSES = ['worker', 'server', 'bot', 'postgres', 'temporal-server'] as const;
export type ProcessName = (typeof PROCESSES)[number];

/** Every process of the product, with wires of ours between them. */
export interface Ground {
  readonly field: Field;
  readonly watch: Watch;
  /** SIGKILLs a process, which is started again. */
  kill(name: ProcessName): Promise<void>;
  ready(name: ProcessName): Promise<void>;
  /** How often a process died of something else than a kill. */
  unaskedDeaths(name: ProcessName): number;
  link(wire: Wire): Link;
  /** Moves a person's business time to an instant; repeating it changes nothing. */
  moveTo(userId: number, instantMs: number): Promise<void>;
  stop(): Promise<void>;
}

const report = () => undefined;

/** What the client of Temporal throws past everybody when a connection of this very process has lost its server. */
function survive(error: Error & { readonly code?: string }): void {
  if (error.code === 'ERR_HTTP2_INVALID_SESSION') return;
  throw error;
}

/** Starts everything anew, with databases and servers of its own: they are going to be killed. */
export async function openGround(): Promise<Ground> {
  mkdirSync(TEST_DATA, { recursive: true });
  const dataFolder = mkdtempSync(join(TEST_DATA, 'matrix-'));
  const supervisor = new Supervisor({ dataFolder, report });
  process.on('uncaughtException', survive);
  // What was started has groups of its own, which Ctrl-C does not reach.
  const breakOff = (): void => void supervisor.stopAll().finally(() => process.exit(130));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, breakOff);
  const outside = await openOutside();
  const { watch, mock, telegram, httpPort, notified } = outside;
  const cluster = await startPostgres({ supervisor, report, durability: 'fast' });
  const databaseUrl = await prepareDatabase(cluster);
  const temporal = await startTemporal({
    ...{ supervisor, report, postgresAdminUrl: cluster.adminUrl },
    ...{ searchAttributes: SEARCH_ATTRIBUTES, ports: 'free' },
    env: { ...process.env, TEMPORAL_ADDRESS: '' },
  });
  const places = { databaseUrl, temporal, mock, telegram, httpPort };
  const links = await startOurs({ supervisor, watch, ...places });
  links.set('bank→server', notified);
  const { field, moveTo, close } = await openField(places);
  return {
    ...{ field, watch, moveTo },
    ...deathsUnder(supervisor),
    link: (wire) => {
      const link = links.get(wire);
      if (!link) throw new Error(`there is no wire ${wire}`);
      return link;
    },
    stop: async () => {
      await close();
      await supervisor.stopAll();
      await Promise.all([mock.stop(), telegram.close()]);
      await Promise.all([...links.values()].map((link) => link.stop()));
      await rm(dataFolder, { recursive: true, force: true });
      process.off('uncaughtException', survive);
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, breakOff);
    },
  };
}

function deathsUnder(supervisor: Supervisor): Pick<Ground, 'kill' | 'ready' | 'unaskedDeaths'> {
  const kills = new Map<ProcessName, number>();
  return {
    kill: async (name) => {
      kills.set(name, (kills.get(name) ?? 0) + 1);
      await supervisor.find(name)?.kill();
    },
    ready: async (name) => supervisor.find(name)?.ready(),
    unaskedDeaths: (name) => (supervisor.find(name)?.deathCount ?? 0) - (kills.get(name) ?? 0),
  };
}

interface Outside {
  readonly watch: Watch;
  readonly mock: MockProvider;
  readonly telegram: TelegramSandbox;
  readonly httpPort: number;
  /** The wire by which the bank tells the server. */
  readonly notified: Link;
}

/** The bank and Telegram, which nobody strikes, and who watches what is said. */
async function openOutside(): Promise<Outside> {
  const telegram = await startTelegramSandbox({ port: 0, rates: 'unlimited' });
  telegram.registerBot(BOT_TOKEN);
  const httpPort = await freePort();
  const bank: { mock?: MockProvider } = {};
  const watch = new Watch((workflowId) => payerOf(workflowId, bank.mock, telegram));
  const target = `http://127.0.0.1:${httpPort}`;
  const notified = await httpLink('bank→server', { watch, target });
  const mock = await startMockProvider({
    port: 0,
    credentials: CREDENTIALS,
    apiKey: 'mock-api-key',
    notifyUrl: `http://127.0.0.1:${notified.port}/webhook/mock`,
    shopBaseUrl: target,
    retryDelaysMs: [500, 1_000, 2_000],
  });
  bank.mock = mock;
  return { watch, mock, telegram, httpPort, notified };
}

const CREDENTIALS = {
  merchantLogin: 'mock-shop',
  password1: 'mock-password-1',
  password2: 'mock-password-2',
  hash: 'sha256',
} as const;

/** The workflow of a payment begins with what the bank says, before anything of ours knows it. */
function payerOf(
  workflowId: string,
  mock: MockProvider | undefined,
  telegram: TelegramSandbox,
): number | undefined {
  const [kind, provider, id = ''] = workflowId.split(':');
  if (kind !== 'pay') return undefined;
  if (provider === 'mock') {
    const payer = mock?.control.book.payments.get(id)?.shp['Shp_user_id'];
    return payer === undefined ? undefined : Number(payer);
  }
  return telegram.charges().find((charge) => charge.id === id)?.personId;
}

async function prepareDatabase(cluster: EmbeddedPostgres): Promise<string> {
  const url = await cluster.ensureDatabase('billing', { name: 'billing', password: 'billing' });
  await migrateDatabase(url, migrationsFolder());
  const connection = connect(url, { poolSize: 1 });
  await seedDatabase(connection.db, { hasCatalogue: true });
  await connection.close();
  await putPlansOnSale(url);
  return url;
}

/** Two plans of a month, of which one can become the other. */
async function putPlansOnSale(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  for (const roubles of [100, 200]) {
    const [tariffId, versionId] = [v7(), v7()];
    const name = JSON.stringify({ ru: `План ${roubles}`, en: `Plan ${roubles}` });
    await sql`
      insert into tariffs (id, slug, kind, sort_order)
      values (${tariffId}, ${`chaos-${roubles}`}, 'mixed', ${roubles})`;
    await sql`
      insert into tariff_versions (id, tariff_id, version, name_i18n, description_i18n, tokens_utok, period_unit,
        period_count, valid_from)
      values (${versionId}, ${tariffId}, 1, ${name}::jsonb, ${name}::jsonb, ${roubles * 1_000_000}, 'month', 1,
        '2025-01-01')`;
    await sql`
      insert into tariff_prices (tariff_version_id, currency, exponent, amount_minor)
      values (${versionId}, 'RUB', 2, ${roubles * 100})`;
  }
  await sql.end();
}
