import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startMockProvider } from '../../sandbox/mock-provider/server';
import type { MockProvider, MockProviderOptions } from '../../sandbox/mock-provider/server';
import { signatures } from '../../sandbox/mock-provider/signature';

export const CREDENTIALS = {
  merchantLogin: 'mock-shop',
  password1: 'first-password',
  password2: 'second-password',
  hash: 'sha256',
};
export const API_KEY = 'a-header-key';

export interface ReceivedNotification {
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
  readonly fields: Record<string, string>;
}

/** A shop that remembers what it is told and answers as the test says. */
export interface FakeShop {
  readonly url: string;
  readonly received: ReceivedNotification[];
  answer: (fields: Record<string, string>, n: number) => { status: number; body: string };
  stop(): Promise<void>;
}

export async function startFakeShop(): Promise<FakeShop> {
  const received: ReceivedNotification[] = [];
  const shop: FakeShop = {
    url: '',
    received,
    answer: (fields) => ({ status: 200, body: `OK${fields['InvId']}` }),
    stop: () => close(server),
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const isJson = request.headers['content-type'] === 'application/json';
      const fields: Record<string, string> = isJson
        ? JSON.parse(body)
        : Object.fromEntries(new URLSearchParams(body));
      received.push({ body, headers: request.headers, fields });
      const answer = shop.answer(fields, received.length);
      response.writeHead(answer.status).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(shop, { url: `http://127.0.0.1:${port}` });
}

export function startBank(
  shop: FakeShop,
  options: Partial<MockProviderOptions> = {},
): Promise<MockProvider> {
  return startMockProvider({
    port: 0,
    credentials: CREDENTIALS,
    apiKey: API_KEY,
    notifyUrl: `${shop.url}/webhook/mock`,
    retryDelaysMs: [20, 30],
    ...options,
  });
}

export interface OrderTerms {
  readonly no?: number;
  readonly outSum?: string;
  readonly currency?: string;
  readonly culture?: 'ru' | 'en';
  readonly description?: string;
  readonly expiresAt?: string;
  readonly key?: string;
}

/** The signed fields of an order, as the product's adapter sends them. */
export function orderFields(terms: OrderTerms = {}): Record<string, string> {
  const { no = 1, outSum = '999.00', currency = 'RUB' } = terms;
  const shp = { Shp_invoice_id: `invoice-${no}`, Shp_user_id: '77' };
  return {
    MerchantLogin: CREDENTIALS.merchantLogin,
    OutSum: outSum,
    InvId: String(no),
    ...(currency === 'RUB' ? {} : { OutSumCurrency: currency }),
    Description: terms.description ?? 'Pro plan',
    Culture: terms.culture ?? 'en',
    ...(terms.expiresAt === undefined ? {} : { ExpirationDate: terms.expiresAt }),
    SignatureValue: signatures(CREDENTIALS).init({ outSum, invId: String(no), currency, shp }),
    ...shp,
  };
}

export function postOrder(
  bank: MockProvider,
  fields: Record<string, string>,
  key = `checkout:${fields['InvId']}`,
): Promise<Response> {
  return fetch(`${bank.url}/api/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': API_KEY, 'idempotency-key': key },
    body: JSON.stringify(fields),
  });
}

export async function openOrder(bank: MockProvider, terms: OrderTerms = {}): Promise<string> {
  const response = await postOrder(bank, orderFields(terms), terms.key);
  return ((await response.json()) as { url: string }).url;
}

export function apiGet(bank: MockProvider, path: string): Promise<Response> {
  return fetch(`${bank.url}/api${path}`, { headers: { 'x-api-key': API_KEY } });
}

export function controlPost(bank: MockProvider, path: string, body: unknown): Promise<Response> {
  return fetch(`${bank.url}/control${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

/** Waits until something holds, looking often. */
export async function eventually(claim: () => boolean): Promise<void> {
  for (let i = 0; i < 200 && !claim(); i += 1) await new Promise((done) => setTimeout(done, 15));
  if (!claim()) throw new Error('it did not become true in three seconds');
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
