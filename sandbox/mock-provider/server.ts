import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import type { ErrorRequestHandler, Express } from 'express';
import { apiRoutes } from './api';
import { createBank } from './bank';
import type { Bank, Paying } from './bank';
import { openBook } from './book';
import type { Book } from './book';
import { controlRoutes } from './control';
import type { DisputeMove } from './disputes';
import type { Outage, PaymentState, Script } from './model';
import { createNotifier } from './notifier';
import type { Notifier } from './notifier';
import { endOutages, startOutage } from './outage';
import { panelRoutes } from './panel';
import { payPageRoutes } from './pay-pages';
import { sameSiteOnly, secureHeaders } from './security';
import { signatures } from './signature';
import type { Credentials } from './signature';

export interface MockProviderOptions {
  /** Zero takes a free port. */
  readonly port: number;
  readonly host?: string;
  /** With a file, everything survives a kill: orders, payments, scripts, undelivered notifications. */
  readonly dataFile?: string;
  /** The address browsers use; http://localhost:port when absent. */
  readonly publicBaseUrl?: string;
  readonly credentials: Credentials;
  /** The header key of the status, refund and statement API. */
  readonly apiKey: string;
  /** The product's webhook, such as http://localhost:8000/webhook/mock. */
  readonly notifyUrl: string;
  /** The product's public address, for its landing pages. */
  readonly shopBaseUrl?: string;
  readonly retryDelaysMs?: readonly number[];
  readonly maxAttempts?: number;
  readonly notifyTimeoutMs?: number;
}

/** Puppet strings for tests in the same process; the control API offers the same to others. */
export interface MockControl {
  pay(invoiceNo: number | string, script?: Script): Paying;
  notify(paymentId: string, script?: Script): Paying | undefined;
  /** Puts a payment into a state, such as a refund made by hand at the bank, and tells the shop. */
  move(paymentId: string, state: PaymentState): Paying | undefined;
  /** The payer complains, or their complaint is decided, and the shop is told. */
  dispute(paymentId: string, move: DisputeMove): Paying | undefined;
  /** Gives money back by hand, as in the bank's cabinet, and tells the shop. */
  giveBack(paymentId: string, outSum?: string): Paying | undefined;
  fault(script: Script, invoiceNo?: number | string): void;
  outage(outage: Partial<Omit<Outage, 'id'>>): void;
  endOutages(): void;
  setClock(offsetMs: number, customerId?: string): void;
  retryNow(): Promise<void>;
  readonly book: Book;
}

export interface MockProvider {
  readonly url: string;
  readonly port: number;
  readonly control: MockControl;
  stop(): Promise<void>;
}

const RETRY_DELAYS_MS = [1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 300_000];

/** Starts the mock bank. It refuses to exist in production. */
export async function startMockProvider(options: MockProviderOptions): Promise<MockProvider> {
  if (process.env['NODE_ENV'] === 'production')
    throw new Error('the mock payment provider cannot run in production (NODE_ENV=production)');
  const book = openBook(options.dataFile);
  const notifier = createNotifier({
    book,
    notifyUrl: options.notifyUrl,
    retryDelaysMs: options.retryDelaysMs ?? RETRY_DELAYS_MS,
    maxAttempts: options.maxAttempts ?? 200,
    timeoutMs: options.notifyTimeoutMs ?? 15_000,
  });
  const bank = createBank({ book, notifier, signatures: signatures(options.credentials) });
  let url = '';
  const parts = { options, book, notifier, bank, baseUrl: () => options.publicBaseUrl ?? url };
  const server = createServer(createApp(parts));
  const port = await listen(server, options.port, options.host ?? '127.0.0.1');
  url = `http://localhost:${port}`;
  notifier.resume();
  return {
    url: parts.baseUrl(),
    port,
    control: controlOf(parts),
    stop: () => stop(server, notifier),
  };
}

interface Parts {
  readonly options: MockProviderOptions;
  readonly book: Book;
  readonly notifier: Notifier;
  readonly bank: Bank;
  readonly baseUrl: () => string;
}

function createApp({ options, book, notifier, bank, baseUrl }: Parts): Express {
  const { credentials, apiKey, shopBaseUrl } = options;
  const { merchantLogin } = credentials;
  const signing = signatures(credentials);
  const app = express();
  app.disable('x-powered-by');
  app.use(secureHeaders, sameSiteOnly);
  app.get('/', (_request, response) => response.redirect(302, '/panel'));
  app.get('/health', (_request, response) => void response.json({ status: 'alive' }));
  app.use('/api', apiRoutes({ bank, book, signatures: signing, merchantLogin, apiKey, baseUrl }));
  app.use('/control', controlRoutes({ bank, book, notifier }));
  app.use('/panel', panelRoutes({ bank, book, merchantLogin }));
  app.use(payPageRoutes({ bank, book, signatures: signing, merchantLogin, shopBaseUrl }));
  app.use((_request, response) => void response.status(404).json({ error: 'not_found' }));
  app.use(answerError);
  return app;
}

// Express knows an error handler by its four parameters.
// eslint-disable-next-line max-params
const answerError: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (response.headersSent) return void next(error);
  const { status } = error as { status?: unknown };
  const isClients = typeof status === 'number' && status >= 400 && status < 500;
  response.status(isClients ? status : 500).json({ error: isClients ? 'bad_request' : 'internal' });
};

function controlOf({ bank, book, notifier }: Parts): MockControl {
  return {
    book,
    pay: (invoiceNo, script = {}) => bank.pay({ invoiceNo: String(invoiceNo), script }),
    notify: (paymentId, script = {}) => bank.notify(paymentId, script),
    move: (paymentId, state) => bank.move(paymentId, state),
    dispute: (paymentId, move) => bank.dispute(paymentId, move),
    giveBack: (paymentId, outSum) => bank.giveBack(paymentId, outSum),
    fault: (script, invoiceNo) =>
      void bank.addFault(invoiceNo === undefined ? undefined : String(invoiceNo), script),
    outage: (outage) =>
      void startOutage(book, {
        scope: 'all',
        answer: 'error',
        afterEffect: false,
        untilMs: undefined,
        requests: undefined,
        ...outage,
      }),
    endOutages: () => endOutages(book),
    setClock: (offsetMs, customerId) => bank.setClock(offsetMs, customerId),
    retryNow: () => notifier.retryNow(),
  };
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

async function stop(server: Server, notifier: Notifier): Promise<void> {
  await notifier.stop();
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
