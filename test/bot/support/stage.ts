import type postgres from 'postgres';
import type { Database } from '../../../drizzle/client';
import { seedDatabase } from '../../../drizzle/seeds';
import { startTelegramSandbox, type TelegramSandbox } from '../../../sandbox/telegram/server';
import { createBot, type BillingBot } from '../../../src/bot/bot';
import type { BotLog, BotParts, Incident, PaymentChoice } from '../../../src/bot/parts';
import { startPolling } from '../../../src/bot/polling';
import { DEFAULT_SETTINGS } from '../../../src/domain/billing/settings';
import type { BillingReads } from '../../../src/reads/billing';
import { TEST_SECRETS } from '../../support/secrets';
import { inAgreement, TEST_TERMS } from '../../support/consent';
import type { Terms } from '../../../src/domain/terms';
import { issueKey } from '../../../src/http/api/keys';
import { createReads } from '../../../src/reads/reads';
import type { EdgeRecords } from '../../../src/records/contract';
import type { RateLimits } from '../../../src/records/rates';
import { createRecords } from '../../../src/records/records';
import { startDatabase } from './database';
import { fakeCommands, type FakeCommands } from './fake-commands';

export const TOKEN = '7000000001:bot-tests';

/** Wide enough for a test that presses everything. */
export const WIDE_LIMITS: RateLimits = {
  command: { points: 10_000, seconds: 60 },
  invoice: { points: 10_000, seconds: 60 },
  promo: { points: 10_000, seconds: 600 },
};

export interface StageOptions {
  readonly hasCatalogue?: boolean;
  readonly rateLimits?: RateLimits;
  /** Leaves it to the test to accept the terms; otherwise everybody has. */
  readonly asksTerms?: boolean;
  readonly terms?: Terms;
  readonly paymentProviders?: readonly PaymentChoice[];
  /** Replaces parts of the bot, such as a read that fails. */
  readonly change?: (parts: BotParts) => Partial<BotParts>;
}

/** The bot on a real database and over the Bot API wire; only the workflows are played. */
export interface Stage {
  readonly telegram: TelegramSandbox;
  readonly bot: BillingBot;
  readonly sql: postgres.Sql;
  readonly db: Database;
  readonly records: EdgeRecords;
  readonly reads: BillingReads;
  readonly commands: FakeCommands;
  readonly incidents: Incident[];
  readonly logged: object[];
  /** Statements sent to PostgreSQL by the bot since the last reset. */
  readonly statements: string[];
  /** Moves the clock of the edge. */
  advance(milliseconds: number): void;
  now(): number;
  /** Ends the bot and begins another one, which knows nothing but the database. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startStage(options: StageOptions = {}): Promise<Stage> {
  const database = await startDatabase();
  const { db, sql, statements } = database;
  await seedDatabase(db, { hasCatalogue: options.hasCatalogue ?? false });
  const telegram = await startTelegramSandbox({ port: 0, rates: 'unlimited' });
  telegram.registerBot(TOKEN, { username: 'billing_test_bot' });
  const asking = createRecords(db, {
    settings: DEFAULT_SETTINGS,
    terms: options.terms ?? TEST_TERMS,
    secrets: TEST_SECRETS,
    rateLimits: options.rateLimits ?? WIDE_LIMITS,
  });
  const records = options.asksTerms ? asking : inAgreement(asking, sql);
  const reads = createReads(db, TEST_SECRETS);
  let shiftMs = 0;
  const now = () => Date.now() + shiftMs;
  const commands = fakeCommands(sql, { db, now });
  const incidents: Incident[] = [];
  const logged: object[] = [];
  const parts: BotParts = {
    ...{ commands, reads, records, clock: now, log: listLog(logged) },
    settings: {
      publicBaseUrl: 'https://billing.example',
      supportUsername: 'billing_help',
      referral: { percent: 10, holdDays: 14 },
      autoTopupDailyCapMinor: 100_000,
      pauseMaxDays: DEFAULT_SETTINGS.pauseMaxDays,
      seller: { name: 'ООО «Токены»', requisites: ['ИНН 7700000000', 'Москва'] },
    },
    makeApiKey: () => issueKey(TEST_SECRETS.apiKeyPepper),
    paymentProviders: options.paymentProviders ?? [{ name: 'mock', currencies: ['RUB'] }],
    reportIncident: async (incident) => {
      incidents.push(incident);
    },
  };
  const changed = { ...parts, ...options.change?.(parts) };
  const start = async () => {
    const bot = createBot(TOKEN, changed, { apiRoot: telegram.apiRoot });
    const polling = startPolling(bot, changed);
    await polling.started;
    return { bot, polling };
  };
  let running = await start();
  return {
    get bot() {
      return running.bot;
    },
    restart: async () => {
      await running.polling.stop();
      running = await start();
    },
    ...{ telegram, sql, db, records, reads, commands, incidents, logged, statements, now },
    advance: (milliseconds) => {
      shiftMs += milliseconds;
    },
    stop: async () => {
      await running.polling.stop();
      await telegram.close();
      await database.drop();
    },
  };
}

function listLog(logged: object[]): BotLog {
  const keep = (details: object) => logged.push(details);
  return { info: keep, warn: keep, error: keep };
}
