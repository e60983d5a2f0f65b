import { resolve } from 'node:path';
import pino from 'pino';
import { DEFAULT_SETTINGS } from '../../src/domain/billing/settings';
import type { AccountCommands, AccountReads } from '../../src/http/api/parts';
import { createHttpApp } from '../../src/http/app';
import { listen, type ListenOptions } from '../../src/http/listen';
import type { HttpParts } from '../../src/http/ports';
import { mockProvider } from '../../src/payments/mock';
import { robokassaSignatures } from '../../src/payments/robokassa-signature';
import type { InvoiceView } from '../../src/reads/billing';
import type { InboxEvent } from '../../src/records/contract';

export const CREDENTIALS = { merchantLogin: 'm', password1: '1st', password2: '2nd', hash: 'md5' };
export const INVOICE_ID = '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b';

/** A server whose ports are recorded and scripted by the test. */
export interface TestServer {
  readonly url: string;
  readonly steps: string[];
  readonly stored: InboxEvent[];
  readonly hints: Parameters<HttpParts['commands']['hintPayment']>[0][];
  readonly counted: string[];
  readonly clock: { ms: number };
  invoice: InvoiceView;
  /** Awaited by the step of this name, so that a test can fail or hang it. */
  readonly faults: Partial<Record<'store' | 'hint' | 'mark' | 'database', () => Promise<void>>>;
  stop(): Promise<void>;
}

export function invoiceView(over: Partial<InvoiceView> = {}): InvoiceView {
  return {
    invoiceId: INVOICE_ID,
    no: 12,
    userId: 77,
    provider: 'mock',
    state: 'pending',
    fulfilledAs: null,
    ...({ purpose: 'purchase', discountMinor: 0, bonusUtok: 0 } as const),
    ...{ bonusDays: 0, promoCode: null },
    amount: { minor: 199900, currency: 'RUB', exponent: 2 },
    paymentUrl: null,
    createdAt: '2026-01-01T00:00:00.000Z',
    expiresAt: '2026-01-02T00:00:00.000Z',
    paidAt: null,
    tariffKind: 'pack',
    planName: { ru: 'Про', en: '<Pro>' },
    tokensUtok: 100_000_000,
    periodUnit: null,
    periodCount: null,
    isConfirming: false,
    receipts: [],
    ...over,
  };
}

type Change = Partial<HttpParts> | ((usual: HttpParts) => Partial<HttpParts>);

export async function startTestServer(
  change: Change = {},
  limits: Partial<ListenOptions> = {},
): Promise<TestServer> {
  const server: TestServer = {
    url: '',
    steps: [],
    stored: [],
    hints: [],
    counted: [],
    clock: { ms: 0 },
    invoice: invoiceView(),
    faults: {},
    stop: () => listening.stop(),
  };
  const usual = partsOf(server);
  const over = typeof change === 'function' ? change(usual) : change;
  const listening = await listen(createHttpApp({ ...usual, ...over }), {
    port: 0,
    host: '127.0.0.1',
    stopGraceMs: 100,
    ...limits,
  });
  return Object.assign(server, { url: listening.url });
}

const noHold = () => Promise.reject(new Error('this test holds nothing'));
const unasked = () => Promise.reject(new Error('this test asks for nothing of the kind'));
const noCommands: AccountCommands = {
  reportBreak: unasked,
  setLimits: unasked,
  refundSpend: unasked,
  openCheckout: unasked,
};
const noReads: Omit<AccountReads, 'invoice'> = {
  clockOffset: unasked,
  quote: unasked,
  topupTariff: unasked,
  tariffBySlug: unasked,
  spendMoment: unasked,
  userLimits: unasked,
  callerLimits: unasked,
  isKnownUser: unasked,
  historyPage: unasked,
  charge: unasked,
  entryFacts: unasked,
};

function partsOf(server: TestServer): HttpParts {
  const { steps, faults } = server;
  const mock = { baseUrl: 'http://127.0.0.1:1', apiKey: 'k', credentials: CREDENTIALS };
  return {
    commands: {
      hintPayment: async (hint) => {
        steps.push('hint');
        await faults.hint?.();
        server.hints.push(hint);
      },
      openRefund: () => Promise.reject(new Error('this test asks for no refund')),
      reportTrack: () => Promise.reject(new Error('this test reports no costs')),
      placeHold: noHold,
      heartbeatHold: noHold,
      captureHold: noHold,
      releaseHold: noHold,
      ...noCommands,
      reportUnverified: async (provider) => void steps.push(`watch ${provider}`),
      advancePoll: async (id) => void steps.push(`poll ${id}`),
    },
    records: {
      createQuote: unasked,
      storeInboxEvent: async (event) => {
        steps.push('store');
        await faults.store?.();
        server.stored.push(event);
        return { id: `event-${server.stored.length}`, deliveries: 1 };
      },
      markInboxSignalled: async (id) => {
        steps.push(`signalled ${id}`);
        await faults.mark?.();
      },
      takeCall: async () => [],
      noteKeyUse: async () => undefined,
      markInboxError: async (id, error) => void steps.push(`error ${id}: ${error}`),
    },
    reads: {
      invoice: async (id) => (id === server.invoice.invoiceId ? server.invoice : undefined),
      exportArchive: async () => undefined,
      apiKeys: async () => [],
      recordedRequest: async () => undefined,
      paymentRefunds: async () => undefined,
      work: unasked,
      nodes: unasked,
      hold: async () => undefined,
      holdAnswer: async () => undefined,
      ...noReads,
      preCheckout: async () => ({ kind: 'ok' }),
      invoiceTrace: async () => undefined,
      invoiceIdByNo: async (no) => (no === server.invoice.no ? INVOICE_ID : undefined),
    },
    spending: {
      spend: () => Promise.reject(new Error('nobody spends here')),
      spendAll: () => [],
    },
    providers: new Map([['mock', mockProvider(mock)]]),
    probes: {
      database: async () => faults.database?.(),
      temporal: async () => undefined,
      migrations: async () => undefined,
    },
    log: pino({ level: 'silent' }),
    clock: { nowMs: () => server.clock.ms },
    counters: { increment: (name, { provider }) => server.counted.push(`${name} ${provider}`) },
    settings: {
      trustedProxyHops: 0,
      billing: DEFAULT_SETTINGS,
      apiKeyPepper: 'p',
      legalDir: resolve(__dirname, '../../legal'),
      chatUrl: 'https://t.me/a_bot?start="x"',
      webhookTimeoutMs: 150,
      probeTimeoutMs: 50,
    },
  };
}

/** A notification of the mock bank, signed as it signs. */
export function notificationBody(over: Record<string, string> = {}): string {
  const shp = {
    Shp_currency: 'RUB',
    Shp_invoice_id: INVOICE_ID,
    Shp_payment_id: 'mp_1',
    Shp_state: 'paid',
    Shp_user_id: '77',
  };
  const signatures = robokassaSignatures(CREDENTIALS);
  const signature = signatures.result({ outSum: '1999.00', invId: '12', shp }).toUpperCase();
  const fields = { OutSum: '1999.00', InvId: '12', SignatureValue: signature, ...shp, ...over };
  return new URLSearchParams(fields).toString();
}

export function notify(server: TestServer, body: string): Promise<Response> {
  return fetch(`${server.url}/webhook/mock`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body,
  });
}

export function never(): Promise<void> {
  return new Promise(() => undefined);
}
