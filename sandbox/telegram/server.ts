/**
 * Telegram for developers without Telegram: a Bot API server that grammY reaches through `apiRoot`, with a chat page in
 * the browser for the people and a control API for tests. It keeps Telegram's limits and its own words for refusals,
 * and remembers everything over a kill -9 when given a data file. It never starts in production.
 */
import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { botApi, replyCall } from './api';
import { controlApi } from './control/router';
import { ControlPanel } from './control/panel';
import { chatPage } from './page';
import { createPerson } from './people';
import type { Behaviour } from './telegram';
import { TELEGRAM_BEHAVIOUR, Telegram } from './telegram';

export interface TelegramSandboxOptions extends Partial<Behaviour> {
  /** 0 takes a free port. */
  readonly port: number;
  readonly host?: string;
  /** Where to remember everything; without it the sandbox forgets on close. */
  readonly dataFile?: string;
  /** Creates a few people to play when there are none yet. */
  readonly hasDemoPeople?: boolean;
}

const DEMO_PEOPLE = [
  { firstName: 'Anna', lastName: 'Petrova', username: 'anna_p', languageCode: 'ru' },
  { firstName: 'Ben', lastName: 'Carter', username: 'ben_carter', languageCode: 'en' },
  { firstName: '<b>&"', languageCode: 'en' },
];

/** Two who run the shop, with ids of their own, so that a configuration can name them. */
const DEMO_OPERATORS = [
  {
    id: 7_000_000_101,
    firstName: 'Olga',
    lastName: 'Admin',
    username: 'olga_admin',
    languageCode: 'ru',
  },
  {
    id: 7_000_000_102,
    firstName: 'Max',
    lastName: 'Admin',
    username: 'max_admin',
    languageCode: 'en',
  },
];

/** Starts the sandbox; refuses to in production, where real money and real people are. */
export async function startTelegramSandbox(
  options: TelegramSandboxOptions,
): Promise<TelegramSandbox> {
  if (process.env['NODE_ENV'] === 'production') {
    throw new Error(
      'The Telegram sandbox does not start when NODE_ENV is production; use the real Bot API',
    );
  }
  const { port, host = '127.0.0.1', dataFile, hasDemoPeople, ...behaviour } = options;
  const telegram: Telegram = new Telegram(
    dataFile,
    { ...TELEGRAM_BEHAVIOUR, ...behaviour },
    (bot, fields) => replyCall(telegram, bot, fields),
  );
  if (hasDemoPeople === true) addDemoPeople(telegram);
  const server = await listen(telegram, port, host);
  telegram.resume();
  const address = server.address() as AddressInfo;
  return new TelegramSandbox(telegram, server, `http://${host}:${address.port}`);
}

function addDemoPeople(telegram: Telegram): void {
  const isEmpty = telegram.store.people.values().length === 0;
  if (isEmpty) for (const person of DEMO_PEOPLE) createPerson(telegram, person);
  for (const operator of DEMO_OPERATORS) {
    if (telegram.store.people.get(operator.id) === undefined) createPerson(telegram, operator);
  }
}

/** A running sandbox: its addresses, and the controls a test plays people with. */
export class TelegramSandbox extends ControlPanel {
  constructor(
    telegram: Telegram,
    private readonly server: Server,
    readonly url: string,
  ) {
    super(telegram);
  }

  /** What grammY takes as `client.apiRoot`. */
  get apiRoot(): string {
    return this.url;
  }

  /** The chat page, opened as the person when one is named. */
  chatUrl(personId?: number): string {
    return personId === undefined ? `${this.url}/` : `${this.url}/#${personId}`;
  }

  /** Stops answering and lets go of the file; what was told stays remembered. */
  async close(): Promise<void> {
    if (!this.server.listening) return;
    this.telegram.close();
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }
}

async function listen(telegram: Telegram, port: number, host: string): Promise<Server> {
  const app = express();
  app.disable('x-powered-by');
  app.use('/sandbox', controlApi(telegram));
  app.use(botApi(telegram));
  app.use(chatPage());
  app.use((_request, response) => {
    response.status(404).json({ ok: false, error_code: 404, description: 'Not Found' });
  });
  const server = createServer(app);
  server.listen(port, host);
  await once(server, 'listening');
  return server;
}
